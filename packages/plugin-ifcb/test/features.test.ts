import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { openArchive } from '@dataset-runner/kit/extract';
import { tableFromParquet } from '@dataset-runner/kit/table';
import sharp from 'sharp';
import { ifcbProject } from './support/project.ts';
import { realData } from './support/real-bins.ts';

const bin = 'IFCB5_2012_028_081515';

/** Cells of a CSV whose values hold no commas. */
function cellsOf(text: string): string[][] {
  return text
    .trim()
    .split('\n')
    .map((line) => line.split(','));
}

/** Every cell equal as text, or as a number within a relative 1e-5. */
function assertClose(found: string, golden: string): void {
  const [ours, theirs] = [cellsOf(found), cellsOf(golden)];
  assert.deepEqual(ours[0], theirs[0]);
  assert.equal(ours.length, theirs.length);
  for (const [row, cells] of theirs.entries()) {
    for (const [column, text] of cells.entries()) {
      const name = `line ${row + 1}, ${theirs[0]![column]}`;
      const value = ours[row]![column]!;
      if (text === value) continue;
      assert.ok(
        Math.abs(Number(value) - Number(text)) <= 1e-8 + 1e-5 * Math.abs(Number(text)),
        `${name}: ${value}, not ${text}`,
      );
    }
  }
}

async function pixelsOf(png: Uint8Array): Promise<Buffer> {
  return sharp(png).toColourspace('b-w').raw().toBuffer();
}

describe('ifcb:features on a real bin', function () {
  this.timeout(60_000);

  it('gives the golden features and masks of ifcb-features, under both names', async function () {
    const golden = realData(this, 'features', 'golden');
    await using rig = await ifcbProject();
    const raw = realData(this, 'raw', 'test_data', 'data');
    const { code, stderr } = await rig.runner(
      'run',
      'ifcb:features',
      raw,
      '--out',
      './f',
      '--masks',
      'zip',
      '--parquet',
    );
    assert.equal(code, 0, stderr);
    assertClose(rig.read(`f/${bin}_features_v4.csv`), readFileSync(join(golden, `${bin}_features_v4.csv`), 'utf8'));
    assert.equal(rig.read(`f/${bin}_fea_v4.csv`), rig.read(`f/${bin}_features_v4.csv`));
    const multiblob = `multiblob/${bin}_multiblob_v4.csv`;
    assertClose(rig.read(`f/${multiblob}`), readFileSync(join(golden, multiblob), 'utf8'));

    const table = await tableFromParquet(readFileSync(rig.path('f', `${bin}_features_v4.parquet`)));
    assert.deepEqual([table.columns.length, table.rows.map((row) => row['numBlobs'])], [31, [1, 1, 4, 1, 2]]);

    const theirs = await masksOf(join(golden, `${bin}_blobs_v4.zip`));
    const ours = await masksOf(rig.path('f', `${bin}_blobs_v4.zip`));
    assert.deepEqual([...ours.keys()], [...theirs.keys()]);
    for (const [name, png] of theirs)
      assert.ok((await pixelsOf(ours.get(name)!)).equals(await pixelsOf(png)), `${name} has other pixels`);
  });
});

async function masksOf(zip: string): Promise<Map<string, Uint8Array>> {
  const masks = new Map<string, Uint8Array>();
  await using archive = await openArchive(zip);
  for await (const entry of archive.entries()) masks.set(entry.key, await entry.bytes());
  return masks;
}
