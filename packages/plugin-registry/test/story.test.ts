import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { textsBelow } from './support/registry.ts';

describe('the example of a registry', function () {
  this.timeout(120_000);

  it('ends with the set that follows the registry, in both remotes', () => {
    const dir = mkdtempSync(join(tmpdir(), 'registry-story-'));
    try {
      const story = resolve(import.meta.dirname, '../../../examples/registry/story.ts');
      const words = [...process.execArgv.filter((arg) => arg.startsWith('--conditions')), story, dir];
      const { status, stdout, stderr } = spawnSync(process.execPath, words, { encoding: 'utf8' });
      assert.equal(status, 0, stdout + stderr);
      assert.match(stdout, /data is up to date/);
      assert.match(stdout, /cache and remote 'storage' are in sync/);
      const imported = 'processed/data/inputs/01_data_collection';
      assert.equal(Object.keys(textsBelow(join(dir, imported))).length, 27);
      const oid = (file: string): string | undefined =>
        /md5: (\S+\.dir)/.exec(readFileSync(join(dir, file), 'utf8'))?.[1];
      assert.equal(oid(`${imported}.dvc`), oid('registry/raw/01_data_collection.dvc'));
    } finally {
      rmSync(dir, { recursive: true, force: true });
    }
  });
});
