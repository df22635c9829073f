import assert from 'node:assert/strict';
import type { PredictionsAbout } from '../src/detect/predictions.ts';
import { readPredictions } from '../src/detect/predictions.ts';
import { readManifest } from '../src/manifest.ts';
import type { EvalReport } from '../src/score/eval-report.ts';
import { plantedDetector } from './support/detectors.ts';
import { dividedFiles } from './support/divided-set.ts';
import { failureOfRun, filesIn, yoloProject } from './support/project.ts';

describe('yolo:predict and yolo:eval', function () {
  this.timeout(60_000);
  const predict = [
    'run',
    'yolo:predict',
    '--images',
    './organized',
    '--model',
    './best.onnx',
    '--out',
    './found',
  ] as const;
  const evaluate = [
    'run',
    'yolo:eval',
    '--set',
    './organized',
    '--predictions',
    './found/predictions.jsonl',
    '--out',
    './scores',
  ] as const;
  const names = Array.from({ length: 6 }, (_, id) => `class ${id}`);
  const model = plantedDetector('channels', [{ class: 1, confidence: 0.75, box: [16, 16, 48, 48] }], { names });

  it('detects in the images of a split, again only in those that changed, and counts what it cannot read', async () => {
    await using rig = await yoloProject({ ...dividedFiles(24), 'best.onnx': model });
    const { code, stderr } = await rig.runner(...predict, '--prefix', 'test/');
    assert.equal(code, 0, stderr);
    const lines = readPredictions(rig.read('found/predictions.jsonl'));
    assert.deepEqual(
      lines.map(({ image }) => image),
      filesIn(rig.path('organized/test/images')).map((file) => `test/images/${file}`),
    );
    assert.deepEqual(lines[0]!.detections, [{ class: 1, confidence: 0.75, box: [0.5, 0.5, 0.5, 0.5] }]);
    rig.write(`organized/${lines[0]!.image}`, 'no image any more');
    const again = await rig.json(...predict, '--prefix', 'test/');
    assert.equal(again.code, 0, again.stderr);
    const about = JSON.parse(rig.read('found/predictions.json')) as PredictionsAbout;
    assert.equal(about.unreadable[0]!.image, lines[0]!.image);
    assert.deepEqual([about.images, about.model.layout, about.model.names.length], [5, 'channels', 6]);
    assert.match((await rig.runner(...predict, '--prefix', 'test/')).stdout, /Nothing to do/);
  });

  it('scores a model that sees all exactly with one, and others by how far they are off', async () => {
    const files = dividedFiles(24);
    await using rig = await yoloProject(files);
    const lines = readManifest(String(files['organized/manifest.jsonl'])).filter(({ file }) =>
      file!.startsWith('test/'),
    );
    const predictions = (shift: number, keep: (at: number) => boolean): string =>
      lines
        .map(({ file, width, height, labels }) => {
          const detections = labels
            .filter((_, at) => keep(at))
            .map((one) => ({ class: one.class, confidence: 0.9, box: [one.box[0] + shift, ...one.box.slice(1)] }));
          return `${JSON.stringify({ image: file, width, height, detections })}\n`;
        })
        .join('');
    const scores = async (text: string): Promise<EvalReport> => {
      rig.write('found/predictions.jsonl', text);
      const { code, stderr } = await rig.runner(...evaluate);
      assert.equal(code, 0, stderr);
      return JSON.parse(rig.read('scores/eval.json')) as EvalReport;
    };
    const exact = await scores(predictions(0, () => true));
    assert.deepEqual([exact.mAP40, exact.mAP50], [1, 1]);
    assert.ok(exact.mAP5095! > 0.999, 'labels have six decimals, predictions all');
    assert.equal(
      exact.classes.reduce((sum, one) => sum + one.truths, 0),
      lines.flatMap(({ labels }) => labels).length,
    );
    const half = await scores(predictions(0, (at) => at % 2 === 0));
    assert.ok(half.mAP40! < 1 && half.mAP40! > 0.2);
    const off = await scores(predictions(0.05, () => true));
    assert.ok(off.mAP5095! < 0.7 && off.mAP40! > off.mAP5095!);
    assert.match(rig.read('scores/eval.txt'), /mean .*\n6 images of test\n$/);
  });

  it('says which images have no prediction, and when the model calls its classes otherwise', async () => {
    await using rig = await yoloProject(dividedFiles(24));
    const [one = ''] = filesIn(rig.path('organized/test/images'));
    const line = { image: `test/images/${one}`, width: 96, height: 96, detections: [] };
    rig.write('found/best.jsonl', `${JSON.stringify(line)}\n`);
    const args = [...evaluate.slice(0, 4), '--predictions', './found/best.jsonl', '--out', './scores'];
    const ended = await rig.runner(...args);
    assert.equal(ended.code, 0, ended.stderr);
    const said = /5 images have no prediction and count as without detections/;
    assert.match(ended.stdout, said);
    assert.match(rig.read('scores/eval.txt'), said);
    assert.match(rig.read('scores/eval.txt').split('\n')[0]!, / AP@\.4 +AP@\.5 +AP@\.5:\.95 +P +R +F1@\.5$/);
    assert.doesNotMatch(ended.stdout + ended.stderr, /compared by their numbers/);
    rig.write('found/best.json', JSON.stringify({ schema: 1, model: { names } }));
    const other = await rig.runner(...args);
    assert.match(other.stdout + other.stderr, /compared by their numbers, and the model calls them class 0, class 1, /);
    rig.write('found/best.jsonl', '{"image":1}\n');
    assert.match((await rig.runner(...args)).stderr, /best\.jsonl, line 1: it names no image/);
  });

  it('scores the boxes of poses, and splits that are lists', async () => {
    const box = [0.5, 0.5, 0.25, 0.25];
    await using rig = await yoloProject({
      'organized/data.yaml':
        'train: images\ntest: lists/test.txt\nval: lists/test.txt\nkpt_shape: [2, 3]\nnames: [a]\n',
      'organized/lists/test.txt': './../images/a.png\r\n',
      'organized/images/a.png': '',
      'organized/images/b.png': '',
      'organized/labels/a.txt': `0 ${box.join(' ')} 0.5 0.5 2 0.4 0.4 1`,
      'found/predictions.jsonl': `${JSON.stringify({ image: 'images/a.png', width: 8, height: 8, detections: [{ class: 0, confidence: 0.9, box }] })}\n`,
    });
    assert.equal((await rig.runner(...evaluate)).code, 0);
    const { images, mAP5095, classes } = JSON.parse(rig.read('scores/eval.json')) as EvalReport;
    assert.deepEqual([images, mAP5095, classes[0]!.truths], [1, 1, 1]);
    assert.equal((await rig.runner(...evaluate, '--split', 'val')).code, 0);
    assert.match(rig.read('scores/eval.txt'), /\n1 images of val\n$/);
    assert.match((await rig.runner(...evaluate, '--split', 'validation')).stdout, /Nothing to do/);
  });

  it('counts the rows of labels that cannot be read, and names the first', async () => {
    const box = [0.5, 0.5, 0.25, 0.25];
    const detections = [{ class: 0, confidence: 0.9, box }];
    await using rig = await yoloProject({
      'organized/data.yaml': 'train: images\nval: images\ntest: images\nnames: [a, b]\n',
      'organized/images/a.png': '',
      'organized/images/b.png': '',
      'organized/labels/a.txt': `0 ${box.join(' ')}\r\n2 ${box.join(' ')}\r\n`,
      'organized/labels/b.txt': `0 0.5 0.5\n0 x 0.5 0.1 0.1\n`,
      'found/predictions.jsonl': ['a', 'b']
        .map((name) => `${JSON.stringify({ image: `images/${name}.png`, width: 8, height: 8, detections })}\n`)
        .join(''),
    });
    const { code, stdout } = await rig.runner(...evaluate);
    assert.equal(code, 0);
    const said = /left out 3 label rows that cannot be read; the first: labels\/a\.txt:2 class 2 is not among/;
    assert.match(stdout, said);
    assert.match(rig.read('scores/eval.txt'), said);
    const { unreadable } = JSON.parse(rig.read('scores/eval.json')) as EvalReport;
    assert.deepEqual([unreadable.rows, unreadable.first?.file, unreadable.first?.line], [3, 'labels/a.txt', 2]);
    rig.write('organized/labels/b.txt', '');
    rig.write('organized/labels/a.txt', `0 ${box.join(' ')}\n`);
    assert.doesNotMatch((await rig.runner(...evaluate)).stdout, /left out/);
  });

  it('names what is wrong: no images, a model that is none, predictions of other images', async () => {
    const empty = plantedDetector('channels', [], { metadata: { task: 'pose' } });
    await using rig = await yoloProject({ ...dividedFiles(8), 'best.onnx': empty });
    const code = async (...command: string[]): Promise<string> =>
      failureOfRun((await rig.json(...command)).report).code;
    assert.equal(await code(...predict, '--prefix', 'nothing/'), 'yolo.no-images');
    assert.equal(await code(...predict), 'yolo.model-unusable');
    rig.write('found/predictions.jsonl', '{"image":"elsewhere.png","width":1,"height":1,"detections":[]}\n');
    assert.equal(await code(...evaluate), 'yolo.predictions-elsewhere');
    rig.write('found/predictions.jsonl', '{"image":"cut');
    assert.equal(await code(...evaluate), 'yolo.line-invalid');
    const line = '{"image":"a.png","width":1,"height":1,"detections":[]}\n';
    for (const text of [line + line, line.replace('[]', '[{"class":0}]')]) {
      rig.write('found/predictions.jsonl', text);
      assert.equal(await code(...evaluate), 'yolo.line-invalid');
    }
    assert.equal(await code(...evaluate, '--split', 'none'), 'yolo.split-unknown');
    assert.equal(await code(...evaluate, '--split', 'test', '--split', 'none'), 'yolo.split-unknown');
  });
});
