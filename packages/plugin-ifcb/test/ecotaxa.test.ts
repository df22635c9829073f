import assert from 'node:assert/strict';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { openArchive } from '@dataset-runner/kit/extract';
import { splitBundles } from '../src/ecotaxa/split-bundles.ts';
import { failuresOf } from './support/classify-project.ts';
import { ifcbProject } from './support/project.ts';
import { madeFeatures, madePredictions } from './support/published.ts';
import { realData } from './support/real-bins.ts';

const bin = 'D20240101T093804_IFCB199';

describe('parts of a bundle', () => {
  it('hold as much as fits, in order, and what is too large for any alone', () => {
    const parts = splitBundles([4, 5, 2, 11, 1], { maxBytes: 10, sizeOf: (size) => size });
    assert.deepEqual(
      parts.map(({ items }) => items),
      [[4, 5], [2], [11], [1]],
    );
    assert.deepEqual(splitBundles([], { maxBytes: 10, sizeOf: () => 1 }), []);
  });
});

describe('ifcb:ecotaxa', function () {
  this.timeout(120_000);

  it('packs images and a table with the names and types EcoTaxa knows, split at a size', async function () {
    await using rig = await ifcbProject();
    rig.write(
      `features/${bin}_features_v4.csv`,
      madeFeatures([
        [1, 400],
        [3, 900],
        [4, 0],
      ]),
    );
    for (const roi of ['00001', '00003', '00004']) rig.write(`images/${bin}/${bin}_${roi}.png`, 'x'.repeat(4000));
    rig.write(
      'predictions.csv',
      madePredictions([
        [bin, 1, 'Crypto', 0.8],
        [bin, 3, 'Diatom', 0.9],
        [bin, 4, 'Crypto', 0.6],
      ]),
    );
    rig.write('meta.csv', `bin,lat,station\n${bin},,S1\n`);
    const run = [
      'run',
      'ifcb:ecotaxa',
      './features',
      '--images',
      './images',
      '--predictions',
      './predictions.csv',
      '--metadata',
      './meta.csv',
      '--out',
      './eco',
    ];
    const { code, stderr } = await rig.runner(...run);
    assert.equal(code, 0, stderr);
    const entries = await textsOf(rig.path(`eco/ecotaxa_${bin}.zip`));
    assert.deepEqual(
      [...entries.keys()],
      [`${bin}_00001.png`, `${bin}_00003.png`, `${bin}_00004.png`, `ecotaxa_${bin}.tsv`],
    );
    const [names = [], types = [], first = []] = entries
      .get(`ecotaxa_${bin}.tsv`)!
      .trimEnd()
      .split('\n')
      .map((line) => line.split('\t'));
    const of = (name: string): readonly (string | undefined)[] => [
      types[names.indexOf(name)],
      first[names.indexOf(name)],
    ];
    assert.deepEqual(of('img_file_name'), ['[t]', `${bin}_00001.png`]);
    assert.deepEqual(of('object_time'), ['[t]', '093804']);
    assert.deepEqual(of('object_annotation_category'), ['[t]', 'Crypto']);
    assert.deepEqual(of('object_area'), ['[f]', '400']);
    assert.deepEqual(of('sample_station'), ['[t]', 'S1']);
    // No position is known, so there is none.
    assert.ok(!names.includes('object_lat'));

    const split = await rig.runner(...run, '--max-mb', '0.012');
    assert.equal(split.code, 0, split.stderr);
    assert.deepEqual(
      readdirSync(rig.path('eco'))
        .filter((name) => name.endsWith('.zip'))
        .sort(),
      [`ecotaxa_${bin}_part01.zip`, `ecotaxa_${bin}_part02.zip`],
    );

    rig.write(
      `features/${bin}_features_v4.csv`,
      madeFeatures([
        [1, 400],
        [9, 900],
      ]),
    );
    const { report } = await rig.json(...run);
    const [missing] = failuresOf(report);
    assert.equal(missing?.code, 'ifcb.picture-missing');
    assert.match(missing.message ?? '', /no picture of D\w+ is called D\w+_00009\.png/);

    // Names that the example of EcoTaxa has too are of the type they have there.
    const [theirs = [], theirTypes = []] = readFileSync(
      realData(this, 'ecotaxa', 'ecotaxa_table_with_classification.tsv'),
      'utf8',
    )
      .split(/\r?\n/)
      .map((line) => line.split('\t'));
    const common = names.filter((name) => theirs.includes(name));
    assert.ok(common.length > 5, common.join());
    assert.deepEqual(
      common.map((name) => types[names.indexOf(name)]),
      common.map((name) => theirTypes[theirs.indexOf(name)]),
    );
  });

  it('keeps zips to their size, whatever stands in the rows', async () => {
    await using rig = await ifcbProject();
    const rois = Array.from({ length: 40 }, (_, at) => at + 1);
    rig.write(`features/${bin}_features_v4.csv`, madeFeatures(rois.map((roi) => [roi, 400])));
    for (const roi of rois) rig.write(`images/${bin}_${String(roi).padStart(5, '0')}.png`, 'x'.repeat(100));
    rig.write('meta.csv', `bin,station\n${bin},${'S'.repeat(3_000)}\n`);
    const [linkUrl, maxBytes] = [`https://example.org/${'a'.repeat(1_500)}/`, 30_000];
    const run = ['run', 'ifcb:ecotaxa', './features', '--images', './images', '--metadata', './meta.csv'];
    const { code, stderr } = await rig.runner(
      ...run,
      '--out',
      './eco',
      '--link-url',
      linkUrl,
      '--max-mb',
      String(maxBytes / 1e6),
    );
    assert.equal(code, 0, stderr);
    const zips = readdirSync(rig.path('eco')).filter((name) => name.endsWith('.zip'));
    const sizes = zips.map((name) => statSync(rig.path('eco', name)).size);
    assert.ok(Math.max(...sizes) <= maxBytes, sizes.join());
    // One more row of about 5,000 bytes would not have fitted.
    assert.ok(Math.max(...sizes) > maxBytes - 6_000, sizes.join());
  });

  it('refuses an image that lies in two folders, and names both; the other bins are packed', async () => {
    await using rig = await ifcbProject();
    const other = 'D20240101T103804_IFCB199';
    for (const one of [bin, other]) {
      rig.write(`features/${one}_features_v4.csv`, madeFeatures([[1, 400]]));
      rig.write(`images/a/${one}_00001.png`, 'first');
    }
    rig.write(`images/b/c/${bin}_00001.png`, 'second');
    const run = ['run', 'ifcb:ecotaxa', './features', '--images', './images', '--out', './eco'];
    const { report } = await rig.json(...run);
    const [failure, ...more] = failuresOf(report);
    assert.deepEqual([failure?.code, more.length], ['ifcb.bin-duplicate', 0]);
    assert.match(failure?.message ?? '', new RegExp(`image 1 of ${bin} lies in 'a' and in 'b/c'`));
    assert.deepEqual(
      readdirSync(rig.path('eco')).filter((name) => name.endsWith('.zip')),
      [`ecotaxa_${other}.zip`],
    );
  });
});

async function textsOf(path: string): Promise<ReadonlyMap<string, string>> {
  await using archive = await openArchive(path);
  const texts = new Map<string, string>();
  for await (const entry of archive.entries()) {
    let text = '';
    for await (const piece of await entry.open()) text += Buffer.from(piece).toString();
    texts.set(entry.key, text);
  }
  return texts;
}
