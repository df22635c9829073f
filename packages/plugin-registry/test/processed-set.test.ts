import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeProcessedSet } from './support/processed-set.ts';
import { textsBelow } from './support/registry.ts';

describe('the example of a processed set', function () {
  this.timeout(300_000);

  it('ends with the images of both collections in their classes, and what was no use left out', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'registry-set-'));
    try {
      await makeProcessedSet(folder);
      const set = join(folder, 'registry', 'processed', '01_image_dataset');
      const counts = new Map<string, number>();
      for (const path of Object.keys(textsBelow(join(set, 'data', 'outputs')))) {
        const name = path.split('/').slice(0, 2).join('/');
        counts.set(name, (counts.get(name) ?? 0) + 1);
      }
      // 3 and 6 of each sharp kind, one of each foggy kind a collection.
      assert.deepEqual(Object.fromEntries(counts), {
        'day_images/foggy': 2,
        'day_images/sharp': 9,
        'night_images/foggy': 2,
        'night_images/sharp': 9,
      });
      const lock = readFileSync(join(set, 'dvc.lock'), 'utf8');
      // 11 and 17 images, two .dvc files and a .gitignore; as in DVC they belong to the folder.
      assert.deepEqual(
        [...lock.matchAll(/nfiles: (\d+)/g)].map(([, count]) => Number(count)),
        [31, 26, 26, 22, 22, 22],
      );
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
