import assert from 'node:assert/strict';
import { checkBoxes } from '../src/validate/check-boxes.ts';
import { type SeenImage, checkSet } from '../src/validate/check-set.ts';
import { readDataYaml } from '../src/validate/data-yaml.ts';
import { fixLabel } from '../src/validate/fix-label.ts';
import { layOut } from '../src/validate/layout.ts';
import { readLabel } from '../src/validate/read-label.ts';
import type { Validation } from '../src/validate/reports.ts';
import { type Finding, type RuleCode, rules } from '../src/validate/rules.ts';
import { png } from './support/png.ts';
import { failureOfRun, yoloProject } from './support/project.ts';

type Files = { [path: string]: string | Uint8Array };
type Expected = readonly [file: string, line: number, column: number, code: RuleCode];

const yaml = 'train: train/images\nval: val/images\nnc: 2\nnames:\n  0: "a"\n  1: b\n';
const twoBoxes = '0 0.500000 0.500000 0.200000 0.200000\n1 0.300000 0.300000 0.100000 0.100000';
const trainImages = 52;

/** A set without a fault: one background in ten, both classes in train, every image another one. */
function soundSet(): Files {
  const files: Files = { 'data.yaml': yaml };
  let groups = 'image,split,group,classes\n';
  for (let index = 0; index < trainImages + 4; index++) {
    const split = index < trainImages ? 'train' : 'val';
    const name = String(index).padStart(2, '0');
    files[`${split}/images/${name}.png`] = png(index);
    files[`${split}/labels/${name}.txt`] = index % 13 === 12 ? '' : twoBoxes;
    groups += `${name},${split},p${name},0 1\n`;
  }
  return { ...files, 'splits.csv': groups };
}

const labelFaults: readonly (readonly [
  text: string,
  ...faults: (readonly [line: number, column: number, code: RuleCode])[],
])[] = [
  [`${twoBoxes}\n0 0.5 0.5 0.2`, [3, 11, 'label-columns']],
  [`0 0.5 0.5 0.2 0.2 0.93\n1 0.3 0.3 0.1 0.1`, [1, 19, 'label-confidence']],
  [`${twoBoxes}\n1 0.5 nan 0.2 0.2`, [3, 7, 'label-number']],
  ['1 0.5 0.5 inf 0.2', [1, 11, 'label-number']],
  ['0 0.1 0.1 0.5 0.1 0.5 0.5\n1 0.5 0.5 0.2 0.2', [2, 1, 'label-mixed']],
  ['0 0.1 0.1 0.5 0.1 0.5 0.5 0.2', [1, 27, 'polygon-points']],
  ['1.5 0.5 0.5 0.2 0.2', [1, 1, 'class-not-integer']],
  ['\n2 0.5 0.5 0.2 0.2', [2, 1, 'class-range']],
  ['-1 0.5 0.5 0.2 0.2', [1, 1, 'class-range']],
  ['0 0.5 1.02 0.2 0.2', [1, 7, 'coordinate-range']],
  ['0 0.5 0.5 0.2 0', [1, 11, 'box-empty']],
  ['0 0.5 0.5 -0.2 0.1', [1, 11, 'box-empty']],
  ['0 0.95 0.5 0.2 0.2', [1, 1, 'box-over-edge']],
  [`${twoBoxes}\n1 0.300000 0.300000 0.100000 0.100000`, [3, 1, 'row-duplicate']],
  [`${twoBoxes}\n1 0.301000 0.300000 0.100000 0.100000`, [3, 1, 'box-near-duplicate']],
  [`${twoBoxes}\n0 0.300000 0.300000 0.100000 0.100000`, [3, 1, 'box-several-classes']],
  ['0 0.5 0.5 0.005 0.01', [1, 1, 'box-tiny']],
  ['0 0.5 0.5 0.9 0.04', [1, 1, 'box-aspect']],
  ['0 0.5 0.5 1 1', [1, 1, 'box-whole-image']],
  [`\uFEFF${twoBoxes}`, [1, 1, 'label-bytes']],
  [twoBoxes.replace('\n', '\r\n'), [1, 38, 'label-bytes']],
  [`${twoBoxes}\0`, [2, 38, 'label-bytes']],
];

/** Plants a fault of every rule that speaks of single files, each in a file of its own. */
function plantAll(files: Files): Expected[] {
  const expected: Expected[] = [];
  for (const [index, [text, ...faults]] of labelFaults.entries()) {
    // The places of the backgrounds are left as they are.
    const name = String(index + Math.floor(index / 12)).padStart(2, '0');
    files[`train/labels/${name}.txt`] = text;
    for (const [line, column, code] of faults) expected.push([`train/labels/${name}.txt`, line, column, code]);
  }
  const image = (name: string, bytes: Uint8Array, code: RuleCode): void => {
    files[`train/images/${name}.png`] = bytes;
    expected.push([`train/images/${name}.png`, 1, 1, code]);
  };
  image('26', new Uint8Array(), 'image-unreadable');
  image('27', png(27).subarray(0, 150), 'image-unreadable');
  image('28', png(28, { side: 8 }), 'image-small');
  image('29', png(29, { depth: 16 }), 'image-colour');
  image('30', png(30, { alpha: true }), 'image-colour');
  image('31', png(31, { orientation: 6 }), 'image-rotated');
  expected.push(['data.yaml', 1, 1, 'image-sizes-mixed']);
  // The same bytes and nearly the same picture in the other split.
  files['val/images/53.png'] = files['train/images/32.png']!;
  expected.push(['val/images/53.png', 1, 1, 'image-across-splits']);
  files['val/images/54.png'] = png(33, { brighter: 2 });
  expected.push(['val/images/54.png', 1, 1, 'image-near-across-splits']);
  files['splits.csv'] = String(files['splits.csv']).replace('55,val,p55', '55,val,p40');
  expected.push(['splits.csv', trainImages + 5, 1, 'group-across-splits']);
  // A second image of one stem is a PNG by its bytes.
  files['train/images/35.jpg'] = png('35 again');
  expected.push(['train/images/35.png', 1, 1, 'stem-shared'], ['train/images/35.jpg', 1, 1, 'image-format']);
  files['train/images/X.png'] = png('X');
  files['train/images/x.png'] = png('x');
  files['train/labels/X.txt'] = files['train/labels/x.txt'] = twoBoxes;
  expected.push(['train/images/x.png', 1, 1, 'case-collision']);
  files['train/labels/99.txt'] = twoBoxes;
  expected.push(['train/labels/99.txt', 1, 1, 'label-orphan']);
  files['train/labels.cache'] = 'numpy';
  expected.push(['train/labels.cache', 1, 1, 'label-cache']);
  delete files['train/labels/36.txt'];
  expected.push(['train/images/36.png', 1, 1, 'label-missing-mixed']);
  return expected;
}

const yamlFaults: readonly (readonly [text: string, line: number, code: RuleCode])[] = [
  [`${yaml}what is this\n`, 7, 'data-unreadable'],
  [yaml.replace('val: val/images\n', ''), 1, 'data-split-missing'],
  [yaml.replace('nc: 2', 'nc: 3'), 4, 'data-names'],
  ['train: a\nval: b\n', 1, 'data-names'],
  [yaml.replace('1: b', "1: 'a'"), 4, 'data-names-duplicate'],
  [`${yaml}download: https://example.org/x.zip\n`, 7, 'data-download'],
  [`${yaml}download: |\n  import os\n\n  os.remove("x")\n`, 7, 'data-download'],
  [`path: ../sets\n${yaml}`, 1, 'data-path'],
  [`${yaml}other: "C:\\data"\n`, 7, 'data-unreadable'],
  [`${yaml}flip_idx: [0,\n  1\n`, 7, 'data-unreadable'],
  [yaml.replace('nc: 2', 'nc: two'), 4, 'data-names'],
  [yaml.replace('1: b', '99999999999: b').replace('nc: 2\n', ''), 3, 'data-names'],
];

const seen: SeenImage = {
  file: 'a.png',
  split: 'train',
  sha256: 'a',
  width: 9,
  height: 9,
  label: 'full',
  classes: [0, 1],
};
const setFaults: readonly (readonly [images: readonly SeenImage[], code: RuleCode])[] = [
  [[{ ...seen, classes: [0] }], 'class-unused'],
  [[{ ...seen, classes: [1, ...Array.from({ length: 50 }, () => 0)] }], 'classes-imbalanced'],
  [[seen, { ...seen, file: 'b.png', sha256: 'b', label: 'empty', classes: [] }], 'backgrounds-share'],
];

const spot = ({ file, line, column, code }: Finding): string => `${file}:${line}:${column} ${code}`;

describe('yolo:validate on planted faults', function () {
  this.timeout(60_000);

  it('finds nothing in a sound set', async () => {
    await using rig = await yoloProject(inSet(soundSet()));
    const { code, report, stderr } = await rig.json('run', 'yolo:validate', './set', '--out', './v', '--strict');
    assert.equal(code, 0, stderr);
    const { images, labels, findings } = JSON.parse(rig.read('v/validation.json')) as Validation;
    assert.deepEqual([images, labels, findings], [56, 56, []]);
    assert.equal((report['result'] as { errors: number }).errors, 0);
  });

  it('names every planted fault at its line and column, and no other', async () => {
    const files = soundSet();
    const expected = plantAll(files);
    await using rig = await yoloProject(inSet(files));
    const { code, report } = await rig.json('run', 'yolo:validate', './set', '--out', './v');
    assert.equal(code, 1);
    assert.equal(failureOfRun(report).code, 'yolo.set-invalid');
    const { findings, counts } = JSON.parse(rig.read('v/validation.json')) as Validation;
    assert.deepEqual(
      findings.map(spot).sort(),
      expected.map(([file, line, column, rule]) => `${file}:${line}:${column} ${rule}`).sort(),
    );
    assert.ok(findings.every((finding) => finding.level === rules[finding.code][0]));
    const lines = rig.read('v/validation.txt').trimEnd().split('\n');
    assert.equal(lines.length, findings.length + 1);
    assert.match(lines.at(-1)!, new RegExp(`${counts.error} errors, ${counts.warning} warnings`));
    const sarif = JSON.parse(rig.read('v/validation.sarif')) as { runs: { results: { locations: unknown[] }[] }[] };
    assert.equal(sarif.runs[0]!.results.length, findings.length);
  });

  it('puts right what can be put right, elsewhere, and leaves the rest as it is', async () => {
    const files = soundSet();
    plantAll(files);
    await using rig = await yoloProject(inSet(files));
    await rig.runner('run', 'yolo:validate', './set', '--fix', './fixed', '--images', 'skip');
    const fixed = (name: string): string => rig.read(`fixed/train/labels/${name}.txt`);
    assert.equal(fixed('01'), '0 0.5 0.5 0.2 0.2\n1 0.3 0.3 0.1 0.1');
    assert.equal(fixed('13'), '0 0.925000 0.500000 0.150000 0.200000');
    assert.equal(fixed('14'), twoBoxes);
    assert.equal(fixed('20'), twoBoxes);
    assert.equal(fixed('21'), twoBoxes);
    assert.ok(!rig.exists('fixed/train/labels/02.txt'), 'nobody knows what nan should say');
    assert.equal(rig.read('set/train/labels/14.txt'), files['train/labels/14.txt']);
  });

  it('reads polygons and lists stray labels that are more than a call has room for', () => {
    const points = Array.from({ length: 150_000 }, (_, at) => `0.${at % 10} 0.5`).join(' ');
    const { rows } = readLabel(Buffer.from(`0 ${points} 0.1 0.7`), { file: 'a.txt', classCount: 1 });
    assert.deepEqual(
      rows[0]?.box.map((value) => Math.round(value * 1e3)),
      [450, 600, 900, 200],
    );
    const files = Array.from({ length: 150_000 }, (_, at) => ({ key: `labels/${at}.txt` }));
    const data = { splits: { train: ['images'] } };
    const { findings } = layOut([{ key: 'images/a.png' }, ...files], data, new Map(), 'data.yaml');
    assert.equal(findings.length, 150_000);
  });

  for (const [text, line, code] of yamlFaults) {
    it(`names ${code} at line ${line} of data.yaml`, () => {
      const { findings } = readDataYaml(text, 'data.yaml');
      assert.deepEqual(findings.map(spot), [`data.yaml:${line}:1 ${code}`]);
    });
  }

  for (const [images, code] of setFaults) {
    it(`names ${code} of a whole set`, () => {
      const more = Array.from({ length: 9 }, (_, index) => ({
        ...seen,
        file: `${index}.png`,
        sha256: String(index),
        classes: images[0]!.classes,
      }));
      const background = { ...seen, file: 'z.png', sha256: 'z', label: 'empty' as const, classes: [] };
      const set = {
        names: ['a', 'b'],
        lines: [],
        distance: 4,
        dataFile: 'data.yaml',
        images: [...images, ...more, background],
      };
      assert.deepEqual(checkSet(set).map(spot), [`data.yaml:1:1 ${code}`]);
    });
  }

  it('reads lines that end in CR alone, as Python does, and puts them right', () => {
    const bytes = Buffer.from(twoBoxes.replace('\n', '\r'));
    const { rows, findings } = readLabel(bytes, { file: 'a.txt', classCount: 2 });
    assert.deepEqual(findings.map(spot), ['a.txt:1:38 label-bytes']);
    assert.deepEqual(
      rows.map(({ line, classId }) => [line, classId]),
      [
        [1, 0],
        [2, 1],
      ],
    );
    assert.equal(fixLabel(bytes, { file: 'a.txt', classCount: 2 }), twoBoxes);
  });

  it('takes rows for the same by their numbers, however they are written', () => {
    const bytes = Buffer.from('0 .5 0.5 2e-1 .2\n0.0 0.50 .5 .2 0.20\n0 .5 .5 .2 .21\nx .5\nx .50');
    const shape = { file: 'a.txt', classCount: 1 };
    assert.deepEqual(checkBoxes(readLabel(bytes, shape).rows, 'a.txt').map(spot), [
      'a.txt:2:1 row-duplicate',
      'a.txt:3:1 box-near-duplicate',
    ]);
    assert.equal(fixLabel(bytes, shape), '0 .5 0.5 2e-1 .2\n0 .5 .5 .2 .21\nx .5\nx .50');
  });

  it('lets a visibility be 2, and not below 0', () => {
    const shape = { file: 'a.txt', classCount: 1, keypoints: { points: 2, values: 3 } };
    const told = (text: string) => readLabel(Buffer.from(text), shape).findings.map(spot);
    assert.deepEqual(told('0 0.5 0.5 0.2 0.2 0.5 0.5 2 0.4 0.4 0'), []);
    assert.deepEqual(told('0 0.5 0.5 0.2 0.2 0.5 0.5 2 0.4 0.4 -1'), ['a.txt:1:37 coordinate-range']);
  });

  it('finds the images of lists, and names those that are not there', async () => {
    await using rig = await yoloProject(
      inSet({
        'data.yaml': 'train: lists/train.txt\nval: val.txt\nnames: [a, b]\n',
        'lists/train.txt': './../images/a.png\nimages/b.png\n\nimages/none.png\n',
        'val.txt': './images/c.png\r\n',
        ...Object.fromEntries(['a', 'b', 'c'].map((name) => [`images/${name}.png`, png(name)])),
      }),
    );
    await rig.runner('run', 'yolo:validate', './set', '--out', './v', '--images', 'skip');
    const { findings, images } = JSON.parse(rig.read('v/validation.json')) as Validation;
    assert.equal(images, 3);
    assert.deepEqual(findings.filter(({ level }) => level === 'error').map(spot), [
      'lists/train.txt:4:1 image-unreadable',
    ]);
  });

  it('has a planted fault for every rule', async () => {
    const planted = new Set<RuleCode>(plantAll(soundSet()).map(([, , , code]) => code));
    for (const [, , code] of yamlFaults) planted.add(code);
    for (const [, code] of setFaults) planted.add(code);
    // A split without images, through the whole program.
    await using rig = await yoloProject(inSet({ ...soundSet(), 'data.yaml': `${yaml}test: test/images\n` }));
    await rig.runner('run', 'yolo:validate', './set', '--out', './v', '--images', 'skip');
    const { findings } = JSON.parse(rig.read('v/validation.json')) as Validation;
    assert.deepEqual(
      findings.map(({ code }) => code),
      ['split-empty'],
    );
    planted.add('split-empty');
    assert.deepEqual(
      Object.keys(rules).filter((code) => !planted.has(code as RuleCode)),
      [],
    );
  });
});

function inSet(files: Files): Files {
  return Object.fromEntries(Object.entries(files).map(([path, content]) => [`set/${path}`, content]));
}
