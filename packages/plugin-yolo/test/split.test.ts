import assert from 'node:assert/strict';
import { seeded, shuffle } from '@dataset-runner/kit/seeded';
import { readManifest } from '../src/manifest.ts';
import { byPattern, byTable } from '../src/split/groups.ts';
import { planSplit, proveNoLeak } from '../src/split/plan-split.ts';
import { exactSizes, usualSizes } from '../src/split/sizes.ts';
import { readSplits, splitsText } from '../src/split/splits-csv.ts';
import type { SplitImage } from '../src/split/units.ts';
import { convertArgs, counts, failureOfRun, filesIn, madeFiles, yoloProject } from './support/project.ts';

/** Images of patients with 1 to 5 each, and classes of very different frequency. */
function patients(count: number): SplitImage[] {
  const random = seeded(5);
  return Array.from({ length: count }).flatMap((_, patient) =>
    Array.from({ length: 1 + random.below(5) }, (__, index) => ({
      image: `${String(patient).padStart(5, '0')}_${index}`,
      group: String(patient),
      classes: [0, 1, 2, 3].filter((id) => random.below(100) < [50, 20, 5, 2][id]!),
    })),
  );
}

const sizes = { train: 0.8, val: 0.1, test: 0.1 };

describe('exactSizes', () => {
  it('gives every image a split, by largest remainder', () => {
    assert.deepEqual(
      [...exactSizes({ a: 1, b: 1, c: 1 }, 10)],
      [
        ['a', 4],
        ['b', 3],
        ['c', 3],
      ],
    );
    assert.deepEqual(
      [...exactSizes({ a: 0.7, b: 0.3 }, 5)],
      [
        ['a', 4],
        ['b', 1],
      ],
    );
    assert.deepEqual([...exactSizes(usualSizes, 15_000).values()], [11_500, 750, 750, 1_000, 500, 500]);
    for (let total = 0; total < 200; total++) {
      assert.equal(
        [...exactSizes(usualSizes, total).values()].reduce((sum, size) => sum + size),
        total,
      );
    }
  });

  it('refuses sizes that say nothing', () => {
    for (const wrong of [{}, { a: 0 }, { a: -1, b: 2 }, { 'a/b': 1 }])
      assert.throws(() => exactSizes(wrong, 5), /yolo\.split-sizes/);
  });
});

describe('planSplit', () => {
  it('keeps groups whole, sizes exact and classes even', () => {
    const images = patients(2_000);
    const { lines, counts: made, warnings } = planSplit(images, { sizes, seed: 1, stratify: true });
    assert.deepEqual(warnings, []);
    assert.deepEqual(made, Object.fromEntries(exactSizes(sizes, images.length)));
    const places = new Map<string, Set<string>>();
    for (const { group, split } of lines) places.set(group, (places.get(group) ?? new Set()).add(split));
    assert.ok([...places.values()].every((splits) => splits.size === 1));
    for (const id of [0, 1, 2, 3]) {
      const share = (some: readonly { readonly classes: readonly number[] }[]) =>
        some.filter(({ classes }) => classes.includes(id)).length / some.length;
      for (const name of Object.keys(sizes)) {
        const own = share(lines.filter(({ split }) => split === name));
        assert.ok(Math.abs(own - share(lines)) < 0.01, `class ${id} in ${name}: ${own} of ${share(lines)}`);
      }
    }
  });

  it('depends on the images and the seed, and on nothing else', () => {
    const images = patients(300);
    const plan = (some: readonly SplitImage[], seed = 1) => planSplit(some, { sizes, seed, stratify: true }).lines;
    assert.deepEqual(plan(shuffle(images, seeded(2))), plan(images));
    assert.notDeepEqual(plan(images, 2), plan(images));
  });

  it('moves nothing that was placed when images are added, and brings new ones of a group to the others', () => {
    const images = patients(300);
    const before = planSplit(images.slice(0, 500), { sizes, seed: 1, stratify: true }).lines;
    const after = new Map(
      planSplit(images, { sizes, seed: 1, stratify: true, previous: before }).lines.map((line) => [line.image, line]),
    );
    for (const line of before) assert.equal(after.get(line.image)?.split, line.split);
    const groups = new Map(before.map(({ group, split }) => [group, split]));
    for (const { group, split } of after.values()) assert.equal(groups.get(group) ?? split, split);
  });

  it('keeps equal bytes together, also through a chain of groups', () => {
    const images = ['a', 'b', 'c', 'd'].map((image, index) => ({
      image,
      group: image,
      classes: [],
      digest: `${Math.floor(index / 2)}`,
    }));
    images.push({ image: 'e', group: 'a', classes: [], digest: '1' });
    const { lines } = planSplit(images, { sizes: { x: 1, y: 1 }, seed: 1, stratify: true });
    assert.equal(new Set(lines.map(({ split }) => split)).size, 1);
  });

  it('refuses an earlier split that tears a group, and lines with a leak', () => {
    const line = { classes: [], group: 'g' };
    const images = [
      { ...line, image: 'a' },
      { ...line, image: 'b' },
    ];
    const previous = [
      { ...line, image: 'a', split: 'train' },
      { ...line, image: 'b', split: 'val' },
    ];
    assert.throws(() => planSplit(images, { sizes, seed: 1, stratify: true, previous }), /yolo\.split-leak/);
    assert.throws(() => planSplit(images, { sizes: { x: 1 }, seed: 1, stratify: true, previous }), /yolo\.split-leak/);
    assert.throws(() => proveNoLeak(previous), /the group g stands in train and val/);
    const apart = previous.map((one, index) => ({ ...one, group: String(index) }));
    assert.throws(
      () =>
        proveNoLeak(
          apart,
          images.map((one) => ({ ...one, digest: 'd' })),
        ),
      /the content d/,
    );
  });
});

describe('splits.csv', () => {
  it('is read back as it was written', () => {
    const lines = [
      { image: 'a', split: 'train', group: '=x,"', classes: [0, 3] },
      { image: 'b', split: 'val', group: 'b', classes: [] },
    ];
    assert.deepEqual(readSplits(splitsText(lines)), lines);
    assert.equal(splitsText(lines).split('\n')[0], 'image,split,group,classes');
  });
});

describe('groups', () => {
  it('are read from names and tables, and a missing one is named', () => {
    assert.equal(byPattern('^(\\d+)_')('00012_003'), '00012');
    assert.throws(() => byPattern('^(\\d+)_')('x'), /yolo\.group-missing: x has no group/);
    assert.throws(() => byPattern('('), /yolo\.pattern-invalid/);
    const of = byTable('Image Index,Patient ID\n00012_003.png,12\n', {
      file: 't',
      imageColumn: 'Image Index',
      groupColumn: 'Patient ID',
    });
    assert.equal(of('00012_003'), '12');
    assert.throws(() => of('y'), /yolo\.group-missing/);
  });
});

describe('yolo:split', function () {
  this.timeout(60_000);
  const args = ['run', 'yolo:split', '--set', './set', '--out', './org'] as const;

  it('puts images and labels into their splits, and a second run does nothing', async () => {
    await using rig = await yoloProject(madeFiles(60));
    await rig.runner(...convertArgs);
    const { code, report, stderr } = await rig.json(...args);
    assert.equal(code, 0, stderr);
    const made = (report['result'] as { counts: Record<string, number> }).counts;
    assert.deepEqual(made, { training: 46, validation: 3, test: 3, staging: 4, canary: 2, production: 2 });
    const lines = readSplits(rig.read('org/splits.csv'));
    for (const { image, split } of lines) {
      assert.ok(
        rig.exists(`org/${split}/images/${image}.png`) && rig.exists(`org/${split}/labels/${image}.txt`),
        image,
      );
    }
    assert.equal(filesIn(rig.path('org')).filter((file) => file.endsWith('.png')).length, 60);
    assert.match(rig.read('org/data.yaml'), /^train: training\/images\nval: validation\/images\n/);
    assert.match(rig.read('org/data.finetune.yaml'), /^train: production\/images\n/);
    const again = await rig.json(...args);
    for (const [name, { done }] of Object.entries(counts(again.report))) assert.equal(done, 0, name);
  });

  it('leaves no image in the folder of a split it is not in any more, when splits.csv alone is asked for', async () => {
    await using rig = await yoloProject(madeFiles(12));
    await rig.runner(...convertArgs);
    await rig.runner(...args);
    assert.equal((await rig.runner(...args, '--seed', '2', '--layout', 'none')).code, 0);
    assert.deepEqual(
      filesIn(rig.path('org')).filter((file) => /\/(?:images|labels)\//.test(file)),
      [],
    );
    assert.equal(readSplits(rig.read('org/splits.csv')).length, 12);
  });

  it('places the images of raters whose names have a `_`', async () => {
    const files = madeFiles(12);
    const csv = String(files['train.csv']).replace(/,R(\d+),/g, ',rad_$1,');
    await using rig = await yoloProject({ ...files, 'train.csv': csv });
    await rig.runner(...convertArgs, '--raters', 'separate');
    assert.equal((await rig.runner(...args)).code, 0);
    const placed = filesIn(rig.path('org'));
    for (const { stem, file } of readManifest(rig.read('org/manifest.jsonl'))) {
      assert.ok(placed.includes(file!), file);
      assert.ok(placed.includes(file!.replace('/images/', '/labels/').replace('.png', '.txt')), stem);
    }
    assert.equal(placed.filter((file) => file.endsWith('.png')).length, 36);
  });

  it('keeps what is placed with --sticky, and reads groups from names', async () => {
    const files = madeFiles(60);
    const csv = String(files['train.csv']).trimEnd().split('\n');
    await using rig = await yoloProject({ ...files, 'train.csv': csv.slice(0, 101).join('\n') });
    await rig.runner(...convertArgs);
    await rig.runner(...args);
    const before = readSplits(rig.read('org/splits.csv'));
    rig.write('train.csv', csv.join('\n'));
    await rig.runner(...convertArgs);
    assert.equal((await rig.runner(...args, '--sticky')).code, 0);
    const after = new Map(readSplits(rig.read('org/splits.csv')).map(({ image, split }) => [image, split]));
    assert.equal(after.size, 60);
    for (const { image, split } of before) assert.equal(after.get(image), split);
    assert.match((await rig.runner(...args, '--sticky')).stdout, /Nothing to do/);
    const grouped = [...args.slice(0, -1), './grouped', '--sticky', '--group-by', '^(.{8})'];
    assert.equal((await rig.runner(...grouped)).code, 0);
    assert.match((await rig.runner(...grouped)).stdout, /Nothing to do/);
    await rig.runner(...args, '--group-by', '^(.)');
    const groups = readSplits(rig.read('org/splits.csv'));
    assert.ok(new Set(groups.map(({ group }) => group)).size <= 16);
    proveNoLeak(groups);
    const { grouping } = JSON.parse(rig.read('org/summary.json')) as { grouping?: unknown };
    assert.deepEqual(grouping, { pattern: '^(.)' });
  });

  it('names a place without a set, and a manifest that is none', async () => {
    await using rig = await yoloProject({ 'set/summary.json': '{}', 'set/manifest.jsonl': '{}\n' });
    assert.equal(failureOfRun((await rig.json(...args)).report).code, 'yolo.line-invalid');
    const nothing = await rig.json('run', 'yolo:split', '--set', './nothing', '--out', './x');
    assert.equal(failureOfRun(nothing.report).code, 'yolo.set-missing');
  });
});
