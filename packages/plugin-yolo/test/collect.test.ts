import assert from 'node:assert/strict';
import { type CsvTable, csvTable } from '@dataset-runner/kit/csv-rows';
import type { ProjectRig } from '@dataset-runner/core/testing';
import { decide, KnownSplits, type RetrainRules } from '../src/feedback/decide.ts';
import { readFeedback } from '../src/feedback/read-feedback.ts';
import type { CollectSummary } from '../src/feedback/retrain-tables.ts';
import { byPattern } from '../src/split/groups.ts';
import { readSplits, splitsText } from '../src/split/splits-csv.ts';
import { dividedFiles } from './support/divided-set.ts';
import { own, plain, service } from './support/feedback-forms.ts';
import { failureOfRun, filesIn, yoloProject } from './support/project.ts';

const options = { classes: ['zero', 'one', 'two'], boxSide: 1_024 };
const bytes = (value: unknown): Uint8Array => Buffer.from(JSON.stringify(value));

describe('feedback', () => {
  const rules: RetrainRules = {
    over: 0.9,
    overByClass: new Map([[2, 0.98]]),
    unreviewed: 'confident',
    neverFrom: ['test'],
    classCount: 3,
    sameIou: 0.7,
  };
  const known = new KnownSplits(
    readSplits('image,split,group,classes\na,production,a,\nb,test,b,\nc,training,c,\n'),
    new Map([['beef', 'b']]),
  );
  const decided = (...files: readonly object[]) =>
    decide(
      files.map((one, at) => readFeedback(bytes(one), `${at}.json`, options)),
      known,
      rules,
    );
  const what = (all: ReturnType<typeof decided>) => all.map(({ decision, leftOut }) => decision ?? leftOut);

  it('says of a form that lacks a part which part that is', () => {
    const told = (more: object): string => {
      try {
        return JSON.stringify(readFeedback(bytes({ ...own('a'), ...more }), 'o.json', options));
      } catch (error) {
        return (error as Error).message;
      }
    };
    assert.match(told({ model: undefined }), /its model has no name/);
    assert.match(told({ detections: null }), /it has no list of detections/);
    assert.match(told({ review: {} }), /its review has no list of verdicts/);
    assert.match(told({ review: null }), /its review has no list of verdicts/);
    assert.match(told({ detections: [null], review: undefined }), /a detection of it is no object/);
  });

  it('is read in three forms, and names no patient afterwards', () => {
    const read = readFeedback(bytes(service('a')), 's.json', options);
    assert.deepEqual(read.rows[0]!.box, [0.5, 0.375, 0.5, 0.25]);
    assert.deepEqual(
      read.rows.map((row) => row.class),
      [2, null],
    );
    assert.ok(!JSON.stringify(read).includes('secret') && !JSON.stringify(read).includes('HOSP'));
    const [row] = readFeedback(bytes(plain('a')), 'p.json', options).rows;
    assert.deepEqual([row!.timestamp, row!.form, row!.class], ['2026-03-01T10:00:00.000Z', 'plain', 1]);
    const { rows } = readFeedback(bytes(own('a')), 'o.json', options);
    assert.deepEqual(
      rows.map(({ said, class: id, predicted }) => [said, id, predicted]),
      [
        ['confirmed', 0, 0],
        ['corrected', 2, 1],
        ['rejected', 2, 2],
        ['added', 1, null],
      ],
    );
  });

  it('is refused by name when it is half a file or says what cannot be', () => {
    const marked = Buffer.concat([Buffer.from('\uFEFF'), bytes(plain('a'))]);
    assert.equal(readFeedback(marked, 'marked.json', options).image, 'a');
    const half = Buffer.from(JSON.stringify(plain('a')).slice(0, 40));
    assert.throws(() => readFeedback(half, 'half.json', options), /half\.json is no feedback/);
    for (const wrong of [
      [],
      { image_id: '' },
      { ...own('a'), schema: 2 },
      { ...own('a'), review: { reviewer: 'r', verdicts: [], missed: [] } },
      { ...own('a'), review: { ...own('a').review, verdicts: Array.from({ length: 3 }, () => ({ verdict: 'yes' })) } },
      own('../../elsewhere'),
      own('/elsewhere'),
      plain('a', { class_id: 1.5 }),
      plain('a', { confidence: 1.2 }),
      plain('a', { bbox: [0.5, 0.5, 0, 0.1] }),
      plain('a', { bbox: '[0.5, 0.5, 0.1, 0.1]' }),
      plain('a', { timestamp: 'yesterday' }),
      { image_id: 'a', prediction: {} },
    ]) {
      assert.throws(
        () => readFeedback(bytes(wrong), 'x.json', options),
        /x\.json is no feedback/,
        JSON.stringify(wrong),
      );
    }
  });

  it('is trained on when reviewed, or confident beyond the limit of its class', () => {
    assert.deepEqual(what(decided(own('a'))), ['added', 'corrected', 'rejected', 'confirmed']);
    assert.deepEqual(what(decided(plain('a'), plain('c', { confidence: 0.9 }))), ['confident', 'threshold']);
    assert.deepEqual(what(decided(plain('a', { class_id: 2, confidence: 0.97 }))), ['threshold']);
    assert.deepEqual(what(decided(plain('a', { class_id: 14 }))), ['class']);
  });

  it('is never trained on when its image is of the test split, whatever it is called', () => {
    for (const name of ['b', 'b_R1', 'b_R1_feedback']) assert.deepEqual(what(decided(plain(name))), ['split'], name);
    const renamed = { ...own('renamed'), image_sha256: 'beef' };
    assert.deepEqual(what(decided(renamed)), ['split', 'split', 'split', 'split']);
  });

  it('is never trained on when its name, cut at the first `_`, may be of a test image', () => {
    const lines = ['1_0 training', '1_1 test', '2_0 training', '3_0 production', '3_1 production'].map((text) => {
      const [image = '', split = ''] = text.split(' ');
      return { image, split, group: image, classes: [] };
    });
    const known = new KnownSplits(lines, new Map(), ['test']);
    assert.deepEqual(known.find('1', undefined), { image: '1', split: 'test' });
    assert.deepEqual(known.find('2', undefined), { image: '2_0', split: 'training' });
    assert.deepEqual(known.find('3', undefined), { image: '3', split: 'production' });
    assert.deepEqual(known.find('1_0', undefined), { image: '1_0', split: 'training' });
    assert.deepEqual(known.find('4_0', undefined), { image: '4_0', split: '' });
  });

  it('is never trained on when its image is a new one of a patient whose images are held out', () => {
    const lines = ['1_0 test', '2_0 training'].map((text) => {
      const [image = '', split = ''] = text.split(' ');
      return { image, split, group: `p${image[0]}`, classes: [] };
    });
    const heldOut = (known: KnownSplits, ...names: readonly string[]) =>
      names.map((image) => known.heldOut({ image }, ['test']));
    const byName = new KnownSplits(lines, new Map(), ['test'], (image) => `p${byPattern('^(\\d+)_')(image)}`);
    assert.deepEqual(heldOut(byName, '1_0', '1_7', '1_7_R1', '2_7', '3_0'), [
      'split',
      'group',
      'group',
      undefined,
      undefined,
    ]);
    assert.deepEqual(heldOut(byName, 'x7', 'p1', 'p2'), ['group', 'group', undefined]);
    // Whose image it is cannot be told.
    assert.deepEqual(heldOut(new KnownSplits(lines), '2_0', '2_7'), [undefined, 'group']);
  });

  it('counts one object once, and lets nothing rejected come back', () => {
    assert.deepEqual(what(decided(plain('a'), plain('a_R2', { confidence: 0.93 }))), ['confident', 'duplicate']);
    const rejected = own('a', {
      detections: [{ class: 1, confidence: 0.95, box: [0.5, 0.5, 0.2, 0.2] }],
      review: { reviewer: 'r', verdicts: [{ verdict: 'rejected' }], missed: [] },
    });
    assert.deepEqual(what(decided(rejected, plain('a'))), ['rejected', 'superseded']);
  });

  it('is decided alike in whatever order its files come', () => {
    const files = [own('a'), plain('a'), plain('c'), service('c'), plain('new'), own('c')];
    const all = files.map((one, at) => readFeedback(bytes(one), `${at}.json`, options));
    assert.deepEqual(decide(all.toReversed(), known, rules), decide(all, known, rules));
  });
});

describe('yolo:collect', function () {
  this.timeout(60_000);
  const collect = [
    'run',
    'yolo:collect',
    '--feedback',
    './feedback',
    '--set',
    './organized',
    '--to',
    './store',
  ] as const;
  const images = (rig: ProjectRig, split: string): string[] =>
    filesIn(rig.path(`organized/${split}/images`)).map((file) => file.replace('.png', ''));
  const table = (rig: ProjectRig, file: string): CsvTable => csvTable(rig.read(file), { file, required: ['image_id'] });

  it('writes both tables, labels of reviewed images, and counts what it left out', async () => {
    await using rig = await yoloProject(dividedFiles(16));
    const [live = '', reviewed = ''] = images(rig, 'production');
    const [hidden = ''] = images(rig, 'test');
    rig.write('feedback/one.json', JSON.stringify(plain(live)));
    rig.write('feedback/two.json', JSON.stringify(plain(hidden)));
    rig.write('feedback/deep/three.json', JSON.stringify(own(reviewed)));
    rig.write('feedback/service.json', JSON.stringify(service('somewhere-else')));
    rig.write('feedback/half.json', '{"image_id": "a", "class');
    const { code, report, stderr } = await rig.json(...collect);
    assert.equal(code, 0, stderr);
    const { kept, invalid } = report['result'] as { kept: number; invalid: number };
    assert.deepEqual([kept, invalid], [4, 1]);
    const retrain = table(rig, 'store/retrain/retrain.csv');
    assert.deepEqual(retrain.columns.slice(0, 5), ['image_id', 'class_id', 'confidence', 'bbox', 'timestamp']);
    const rows = [...retrain.rows].map(({ cells }) => cells);
    assert.deepEqual(new Set(rows.map(([image]) => image)), new Set([live, reviewed]));
    assert.equal(rows.find(([image]) => image === live)![3], '[0.5, 0.5, 0.2, 0.2]');
    assert.equal([...table(rig, 'store/retrain/feedback.csv').rows].length, 8);
    assert.ok(!filesIn(rig.path('store')).some((file) => rig.read(`store/${file}`).includes('secret')));
    assert.equal(
      rig.read(`store/retrain/labels/${reviewed}.txt`),
      '0 0.200000 0.200000 0.100000 0.100000\n1 0.100000 0.900000 0.100000 0.100000\n2 0.500000 0.500000 0.300000 0.300000',
    );
    const summary = JSON.parse(rig.read('store/retrain/collect.json')) as CollectSummary;
    assert.deepEqual(summary.forms, { own: 1, plain: 2, service: 1 });
    assert.match(summary.examples[0]!, /half\.json is no feedback/);
    assert.equal(summary.leftOut.split, 1);
    assert.match((await rig.runner(...collect)).stdout, /Nothing to do/);

    const strict = await rig.json(...collect, '--on-invalid', 'error');
    assert.equal(failureOfRun(strict.report).code, 'yolo.feedback-invalid');
    assert.equal((await rig.runner(...collect, '--unreviewed', 'none')).code, 0);
    assert.equal([...table(rig, 'store/retrain/retrain.csv').rows].length, 3);
  });

  it('leaves the tables of the last time as they are where there is no feedback', async () => {
    await using rig = await yoloProject(dividedFiles(16));
    rig.write('feedback/one.json', JSON.stringify(plain(images(rig, 'production')[0] ?? '')));
    assert.equal((await rig.runner(...collect)).code, 0);
    const before = rig.read('store/retrain/retrain.csv');
    const { code, report } = await rig.json(...collect.map((word) => (word === './feedback' ? './feedbak' : word)));
    assert.deepEqual([code, failureOfRun(report).code], [1, 'yolo.no-feedback']);
    assert.equal(rig.read('store/retrain/retrain.csv'), before);
  });

  it('learns nothing of validation, whichever of its two names the split has', async () => {
    await using rig = await yoloProject(dividedFiles(16, ['train', 'val']));
    const [trained = ''] = images(rig, 'train');
    const [hidden = ''] = images(rig, 'val');
    for (const image of [trained, hidden]) rig.write(`feedback/${image}.json`, JSON.stringify(plain(image)));
    assert.equal((await rig.runner(...collect)).code, 0);
    const rows = [...table(rig, 'store/retrain/retrain.csv').rows];
    assert.deepEqual(
      rows.map(({ cells: [image] }) => image),
      [trained],
    );
  });

  it('knows a held-out image by the name of its file too', async () => {
    await using rig = await yoloProject(dividedFiles(16));
    const [hidden = ''] = images(rig, 'test');
    const names = [`${hidden}.png`, `images/${hidden}.jpg`, `test/images/${hidden}_R1.png`, 'new.png'];
    for (const [at, name] of names.entries()) rig.write(`feedback/${at}.json`, JSON.stringify(plain(name)));
    assert.equal((await rig.runner(...collect)).code, 0);
    const rows = [...table(rig, 'store/retrain/retrain.csv').rows];
    assert.deepEqual(
      rows.map(({ cells: [image] }) => image),
      ['new.png'],
    );
  });

  it('names a split to hold out that the set does not have', async () => {
    await using rig = await yoloProject(dividedFiles(16));
    const [hidden = ''] = images(rig, 'production');
    rig.write('feedback/one.json', JSON.stringify(plain(hidden)));
    const { report } = await rig.json(...collect, '--never-from', 'test', '--never-from', 'prodction');
    const { code, message } = failureOfRun(report);
    assert.equal(code, 'yolo.split-unknown');
    assert.match(message, /'prodction' is none of the splits production, test, training, validation/);
    const held = await rig.json(...collect, '--never-from', 'test', '--never-from', 'production');
    assert.equal((held.report['result'] as { kept: number }).kept, 0);
  });

  it('leaves out new images of patients that are held out, as the set or a table groups them', async () => {
    await using rig = await yoloProject(dividedFiles(16));
    const lines = readSplits(rig.read('organized/splits.csv')).map((line) => ({ ...line, group: `p-${line.split}` }));
    rig.write('organized/splits.csv', splitsText(lines));
    const news = ['p-test_9', 'p-production_9', 'p-other_9', 'x9'];
    for (const name of news) rig.write(`feedback/${name}.json`, JSON.stringify(own(name)));
    const kept = async (...more: readonly string[]): Promise<unknown> => {
      const { code, stderr } = await rig.json(...collect, ...more);
      assert.equal(code, 0, stderr);
      const { leftOut } = JSON.parse(rig.read('store/retrain/collect.json')) as CollectSummary;
      const labels = filesIn(rig.path('store/retrain/labels')).map((file) => file.replace('.txt', ''));
      assert.equal(leftOut.group, 4 * (news.length - labels.length));
      return labels;
    };
    assert.deepEqual(await kept(), []);
    rig.write('patients.csv', 'Image Index,Patient ID\np-test_9.png,p-test\nx9.png,p-production\n');
    assert.deepEqual(await kept('--groups', './patients.csv'), ['x9']);
    const summary = JSON.parse(rig.read('organized/summary.json')) as object;
    rig.write('organized/summary.json', JSON.stringify({ ...summary, grouping: { pattern: '^(.+)_' } }));
    assert.deepEqual(await kept(), ['p-other_9', 'p-production_9']);
  });

  it('takes a threshold for a class by its name, and names one that there is not', async () => {
    await using rig = await yoloProject(dividedFiles(16));
    const [live = ''] = images(rig, 'production');
    rig.write('feedback/one.json', JSON.stringify(plain(live)));
    const kept = async (thresholds: string): Promise<unknown> => {
      const { report } = await rig.json(...collect, '--thresholds', thresholds);
      return (report['result'] as { kept?: number } | undefined)?.kept ?? failureOfRun(report).code;
    };
    assert.equal(await kept('{"Atelectasis": 0.96}'), 0);
    assert.equal(await kept('{"1": 0.94}'), 1);
    assert.equal(await kept('{"Nonsense": 0.94}'), 'yolo.class-unknown');
  });
});
