import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { type Dataset, File, ready } from 'h5wasm/node';
import { tableFromParquet } from '@dataset-runner/kit/table';
import { below, classifyProject, countsOf, failuresOf, rowsOf } from './support/classify-project.ts';
import { binFiles, madeBin } from './support/made-bins.ts';
import { binId, binImages, plainPng } from './support/pngs.ts';
import { brightnessModel, channelModel, numberModel } from './support/small-models.ts';

const args = ['run', 'ifcb:classify', './images', '--model', './model.onnx', '--out', './out', '--no-min-max'];
const tables = ['--formats', 'csv,parquet,h5,results'];

describe('ifcb:classify', function () {
  this.timeout(60_000);

  it('classifies images by bin, into tables and a class file for each bin', async () => {
    await using rig = await classifyProject(below('images', binImages(2, 40)));
    const { code, report, stderr } = await rig.json(...args, ...tables, '--threshold', '0.6');
    assert.equal(code, 0, stderr);
    const { samples, images, leftOut } = report['result'] as { [name: string]: number };
    assert.deepEqual([samples, images, leftOut], [2, 80, 0]);

    const rows = rowsOf(rig.read('out/ifcb_predictions.csv'));
    assert.equal(rows.length, 80);
    for (const { bin, roi, score_bright: bright } of rows) {
      const value = (37 * (bin === binId(0) ? 0 : 1) + 11 * Number(roi)) % 256;
      assert.ok(Math.abs(Number(bright) - value / 255) < 1e-6, `${bin} ${roi}`);
    }
    // The second image of the first bin: every pixel is 22, and the padding of a square is none.
    assert.deepEqual(rows[1], {
      bin: binId(0),
      roi: '2',
      image: `${binId(0)}/${binId(0)}_00002.png`,
      class: 'dark',
      class_auto: 'dark',
      score: '0.9137255',
      score_bright: '0.08627451',
      score_dark: '0.9137255',
    });
    const unsure = rows.filter(({ score }) => Number(score) < 0.6);
    assert.ok(unsure.length > 0 && unsure.every(({ class: name }) => name === 'unclassified'));

    const results = rig.read('out/ifcb_prediction_results.csv').trimEnd().split('\n');
    assert.equal(results[0], ',0,1,filepath,pred_label');
    assert.equal(results[2], `1,0.08627451,0.9137255,${binId(0)}/${binId(0)}_00002.png,1`);
    assert.match(results[80] ?? '', /^79,/);

    const parquet = await tableFromParquet(readFileSync(rig.path('out/ifcb_predictions/part-00000.parquet')));
    assert.deepEqual(
      parquet.rows.map((row) => Object.values(row).map(String).join()),
      rows.map((row) => Object.values(row).join()),
    );

    await ready;
    const h5 = new File(rig.path(`out/class/${binId(1)}_class.h5`), 'r');
    const value = (name: string): unknown => (h5.get(name) as Dataset).value;
    assert.equal((h5.get('metadata') as Dataset).attrs['version']?.value, 'v3');
    assert.equal((h5.get('metadata') as Dataset).attrs['bin_id']?.value, binId(1));
    assert.deepEqual(value('class_labels'), ['bright', 'dark']);
    assert.deepEqual(
      [...(value('roi_numbers') as Uint16Array)],
      Array.from({ length: 40 }, (_, at) => at + 1),
    );
    assert.deepEqual((h5.get('output_scores') as Dataset).shape, [40, 2]);
    const second = rows.slice(40);
    assert.deepEqual(
      value('class_name'),
      second.map((row) => row['class']),
    );
    assert.deepEqual(
      value('class_name_auto'),
      second.map((row) => row['class_auto']),
    );
    h5.close();
  });

  it('asks the model again only for bins that changed, and never for another threshold', async () => {
    await using rig = await classifyProject(below('images', binImages(3, 5)));
    await rig.runner(...args);
    rig.write(`images/${binId(1)}/${binId(1)}_00003.png`, plainPng(250));
    const changed = countsOf((await rig.json(...args)).report);
    assert.deepEqual([changed['classify-sample']?.done, changed['classify-sample']?.reused], [1, 2]);
    const judged = countsOf((await rig.json(...args, '--thresholds', '{"dark":0.99}')).report);
    assert.deepEqual([judged['classify-sample']?.reused, judged['write-class-file']?.done], [3, 3]);
    assert.ok(rowsOf(rig.read('out/ifcb_predictions.csv')).some((row) => row['class'] === 'unclassified'));
    rig.write('model.onnx', brightnessModel({ side: 24 }));
    const other = countsOf((await rig.json(...args)).report);
    assert.equal(other['classify-sample']?.done, 3);
  });

  it('takes images of folders that are no bins by the thousand, without class files', async () => {
    const loose = Object.fromEntries(
      Array.from({ length: 1_003 }, (_, at) => [
        `mixed/${String(at).padStart(4, '0')}.png`,
        plainPng(9, { width: 3, height: 3 }),
      ]),
    );
    await using rig = await classifyProject(
      below('images', { ...loose, ...binImages(1, 2), 'top.png': plainPng(200) }),
    );
    const { code, report, stderr } = await rig.json(...args);
    assert.equal(code, 0, stderr);
    assert.equal(countsOf(report)['classify-sample']?.done, 4);
    assert.deepEqual(readdirSync(rig.path('out/class')), [`${binId(0)}_class.h5`]);
    const rows = rowsOf(rig.read('out/ifcb_predictions.csv'));
    assert.equal(rows.length, 1_006);
    assert.deepEqual([rows.at(-1)?.['image'], rows.at(-1)?.['bin'], rows.at(-1)?.['roi']], ['top.png', '', '']);
  });

  it('goes on after a kill and ends with what a run without one gives', async () => {
    const files = below('images', binImages(80, 20));
    await using rig = await classifyProject(files);
    await using calm = await classifyProject(files);
    const running = rig.start(...args);
    const written = (): number => (rig.exists('out/class') ? readdirSync(rig.path('out/class')).length : 0);
    while (written() < 3 && running.process.exitCode === null) await delay(5);
    running.process.kill('SIGKILL');
    await running.ended;
    assert.equal(rig.exists('out/ifcb_predictions.csv'), false, 'it was killed too late to tell anything');
    const before = written();
    const { code, report, stderr } = await rig.json(...args);
    assert.equal(code, 0, stderr);
    const { reused = 0, done = 0 } = countsOf(report)['classify-sample'] ?? {};
    assert.ok(reused > 0, `${before} class files were there, and nothing was reused`);
    assert.equal(reused + done, 80);
    await calm.runner(...args);
    assert.ok(rig.read('out/ifcb_predictions.csv') === calm.read('out/ifcb_predictions.csv'), 'the tables differ');
    for (const name of readdirSync(calm.path('out/class')))
      assert.ok(readFileSync(rig.path('out/class', name)).equals(readFileSync(calm.path('out/class', name))), name);
    assert.equal(written(), 80);
  });

  it('reads images in colour and with alpha as the grey ones they are', async () => {
    const forms = { grey: 0, rgb: 2, 'grey-alpha': 4, 'rgb-alpha': 6 } as const;
    const images = Object.fromEntries(
      Object.entries(forms).map(([name, colour]) => [`images/${name}.png`, plainPng(77, { colour })]),
    );
    await using rig = await classifyProject(images);
    assert.equal((await rig.runner(...args)).code, 0);
    const scores = rowsOf(rig.read('out/ifcb_predictions.csv')).map((row) => row['score_bright']);
    assert.deepEqual(scores, new Array(4).fill('0.3019608'));
  });

  it('names images it cannot use, fails their bin alone, and leaves them out when told to', async () => {
    const files = binImages(3, 4);
    const [damaged, deep] = [`${binId(1)}/${binId(1)}_00002.png`, `${binId(2)}/${binId(2)}_00003.png`];
    files[damaged] = Buffer.from('<html>');
    files[deep] = plainPng(5, { bits: 16 });
    files[deep.replace('00003', '00004')] = plainPng(5).subarray(0, 50);
    await using rig = await classifyProject(below('images', files));
    const { code, report } = await rig.json(...args);
    assert.equal(code, 1);
    const failures = failuresOf(report);
    assert.deepEqual(new Set(failures.map(({ code }) => code)), new Set(['ifcb.image-unreadable']));
    assert.deepEqual(new Set(failures.map(({ at }) => at.item)), new Set([binId(1), binId(2)]));
    const words = failures.map(({ message }) => message).join('\n');
    assert.match(words, /_00002\.png cannot be read: .*unsupported image format/);
    assert.match(words, /_00003\.png has 16 bits a channel; 8 are wanted \(and 1 more/);
    assert.equal(rowsOf(rig.read('out/ifcb_predictions.csv')).length, 4);

    const without = await rig.json(...args, '--damaged', 'leave-out');
    assert.equal(without.code, 0, without.stderr);
    assert.equal((without.report['result'] as { leftOut: number }).leftOut, 3);
    assert.equal(rowsOf(rig.read('out/ifcb_predictions.csv')).length, 9);
  });

  it('pads the last batch for models that take a fixed number of images', async () => {
    await using rig = await classifyProject(below('images', binImages(1, 7)));
    await rig.runner(...args);
    const any = rig.read('out/ifcb_predictions.csv');
    rig.write('model.onnx', brightnessModel({ batch: 3 }));
    const { code, stderr } = await rig.runner(...args);
    assert.equal(code, 0, stderr);
    assert.equal(rig.read('out/ifcb_predictions.csv'), any);
  });

  it('classifies raw bins as it does the images that were taken out of them, empty ones too', async () => {
    const rows = Array.from({ length: 30 }, (_, index) => ({ width: 20 + index * 3, height: 70 - index * 2 }));
    const bins = binFiles('raw', { [binId(0)]: madeBin([{}, ...rows]), [binId(1)]: madeBin([{}, {}]) });
    await using rig = await classifyProject(bins);
    await rig.runner('run', 'ifcb:extract', './raw', '--out', './images', '--empty', 'keep');
    assert.equal((await rig.runner(...args, ...tables)).code, 0);
    const fromImages = rig.read('out/ifcb_predictions.csv');
    const raw = args.map((word) => (word === './images' ? '--bins' : word));
    raw.splice(raw.indexOf('--bins') + 1, 0, './raw');
    const { code, stderr } = await rig.json(...raw, ...tables);
    assert.equal(code, 0, stderr);
    assert.ok(rig.read('out/ifcb_predictions.csv') === fromImages, 'the tables differ');
    assert.equal(rowsOf(fromImages).length, 30);
    assert.equal(rowsOf(fromImages)[0]?.['roi'], '2');
    await ready;
    const h5 = new File(rig.path(`out/class/${binId(1)}_class.h5`), 'r');
    assert.deepEqual((h5.get('output_scores') as Dataset).shape, [0, 2]);
    h5.close();
  });

  it('gives models of the whoi preset RGB between 0 and 1, channels first', async () => {
    await using rig = await classifyProject({
      'images/a.png': plainPng(51, { width: 9, height: 5 }),
      'model.onnx': channelModel(),
    });
    const { code, stderr } = await rig.runner(...args, '--preset', 'whoi');
    assert.equal(code, 0, stderr);
    const [row] = rowsOf(rig.read('out/ifcb_predictions.csv'));
    // The runtime adds 89,401 32-bit floats.
    for (const name of ['score_red', 'score_green', 'score_blue'])
      assert.ok(Math.abs(Number(row?.[name]) - 0.2) < 1e-4, row?.[name]);
    const shares = await rig.runner(...args, '--preset', 'whoi', '--softmax');
    assert.equal(shares.code, 0, shares.stderr);
    assert.equal(rowsOf(rig.read('out/ifcb_predictions.csv'))[0]?.['score_red'], '0.33333334');
  });

  it('names a model that does not fit before anything waits for it', async () => {
    await using rig = await classifyProject({
      ...below('images', binImages(1, 1)),
      'numbers.onnx': numberModel(),
      'page.onnx': '<html>',
      'bare.onnx': brightnessModel({ classes: false }),
    });
    const with_ = async (model: string, ...more: string[]) => {
      const words = args.map((word) => (word === './model.onnx' ? model : word));
      const { code, report } = await rig.json(...words, ...more);
      assert.equal(code, 1);
      const [failure] = failuresOf(report);
      return `${failure?.code}: ${failure?.message}`;
    };
    assert.match(await with_('./numbers.onnx'), /^ifcb\.model-input: .*numbers\.onnx takes float32 'x' of N x 2, not/);
    assert.match(await with_('./page.onnx'), /^onnx\.model-invalid: page\.onnx cannot be loaded/);
    assert.match(await with_('./bare.onnx'), /^ifcb\.class-count: .*gives 2 scores for an image, and there are 0/);
    assert.match(await with_('./model.onnx', '--classes', '["a","b","c"]'), /^ifcb\.class-count: .*2 scores.* 3 class/);
    assert.match(
      await with_('./model.onnx', '--classes', '["a","a"]'),
      /^ifcb\.class-twice: two classes are called 'a', those of the outputs 0 and 1/,
    );
    assert.match(
      await with_('./model.onnx', '--thresholds', '{"bride":0.5}'),
      /^ifcb\.class-unknown: .*'bride'.*bright/,
    );
  });

  it('names the image for which a model gives no number, and writes no class of it', async () => {
    await using rig = await classifyProject({
      ...below('images', binImages(1, 2)),
      'model.onnx': brightnessModel({ bias: Number.NaN }),
    });
    const { code, report } = await rig.json(...args);
    assert.equal(code, 1);
    const [failure] = failuresOf(report);
    assert.equal(failure?.code, 'ifcb.score-invalid');
    assert.equal(failure?.message, `the model gives NaN for ${binId(0)}/${binId(0)}_00001.png, in output 1`);
    assert.equal(rig.exists('out/class'), false);
  });

  it('says what is missing when there are no images, or two kinds of input', async () => {
    await using rig = await classifyProject({ 'images/readme.txt': 'none' });
    const none = await rig.json(...args);
    assert.equal(failuresOf(none.report)[0]?.code, 'ifcb.no-images');
    const both = await rig.runner(...args, '--bins', './images');
    assert.match(both.stdout + both.stderr, /either images or --bins/);
  });
});
