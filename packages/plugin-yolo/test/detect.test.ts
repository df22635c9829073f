import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { seeded } from '@dataset-runner/kit/seeded';
import { type DetectorOptions, openDetector } from '../src/detect/detector.ts';
import { letterbox } from '../src/detect/letterbox.ts';
import { readNotes } from '../src/detect/model-notes.ts';
import { suppress } from '../src/detect/nms.ts';
import { layoutOf, type OutputLayout, outputLayouts } from '../src/detect/output-layout.ts';
import { plantedDetector } from './support/detectors.ts';
import { png } from './support/png.ts';

const options: DetectorOptions = { over: 0.25, overIou: 0.7, maxDetections: 300, classes: 'same', labels: 'best' };

describe('detecting', function () {
  this.timeout(20_000);
  let folder: string;
  before(() => void (folder = mkdtempSync(join(tmpdir(), 'detect-'))));
  after(() => rmSync(folder, { recursive: true }));

  const open = (bytes: Uint8Array, more: Partial<DetectorOptions> = {}) => {
    const path = join(folder, 'model.onnx');
    writeFileSync(path, bytes);
    return openDetector(path, 'model.onnx', { ...options, ...more });
  };

  it('sees an image upright, as its labels are meant', async () => {
    await using detector = await open(plantedDetector('channels', []));
    for (const [orientation, size] of [
      [1, [64, 32]],
      [6, [32, 64]],
    ] as const) {
      const { width, height } = await detector.detect(png('x', { side: 64, high: 32, orientation }), 'x.png');
      assert.deepEqual([width, height], size);
    }
  });

  for (const layout of outputLayouts) {
    it(`tells the layout '${layout}' by its shape and finds what is planted, where it is in the image`, async () => {
      const model = plantedDetector(layout, [
        { class: 2, confidence: 0.9, box: [16, 8, 48, 24] },
        { class: 0, confidence: 0.75, box: [4, 30, 20, 60] },
        { class: 1, confidence: 0.125, box: [1, 1, 9, 9] },
      ]);
      await using detector = await open(model);
      assert.equal(detector.about.layout, layout);
      assert.deepEqual(detector.about.names, ['one', 'two', 'three']);
      // 128 pixels are brought to 64: shares stay what they are.
      const { detections, width } = await detector.detect(png('x', { side: 128 }), 'x.png');
      assert.equal(width, 128);
      const rounded = detections.map((one) => [
        one.class,
        Number(one.confidence.toFixed(4)),
        ...one.box.map((value) => Number(value.toFixed(5))),
      ]);
      assert.deepEqual(rounded, [
        [2, 0.9, 0.5, 0.25, 0.5, 0.25],
        [0, 0.75, 0.1875, 0.70313, 0.25, 0.46875],
      ]);
    });
  }

  it('gives a box for every confident class where scores are wanted', async () => {
    const twice = [
      { class: 0, confidence: 0.75, box: [8, 8, 40, 40] },
      { class: 1, confidence: 0.5, box: [8, 8, 40, 40] },
    ] as const;
    await using detector = await open(plantedDetector('channels', twice), { labels: 'all', classes: 'any' });
    const found = await detector.detect(png('x'), 'x.png');
    assert.deepEqual(
      found.detections.map((one) => one.class),
      [0],
      'any class drops any other',
    );
    await using both = await open(plantedDetector('channels', twice), { labels: 'all' });
    assert.equal((await both.detect(png('x'), 'x.png')).detections.length, 2);
  });

  it('tells one class of v5 from the six columns of end-to-end models', () => {
    const of = (dims: number[], classCount?: number): OutputLayout =>
      layoutOf(dims, { width: 640, height: 640, model: 'm', ...(classCount === undefined ? {} : { classCount }) });
    assert.equal(of([1, 25200, 6]), 'anchors');
    assert.equal(of([1, 300, 6]), 'end2end');
    assert.equal(of([1, 19, 8400], 15), 'channels');
    assert.equal(of([1, 8400, 19], 15), 'rows');
    assert.equal(of([1, 8400, 85], 80), 'grid');
    assert.throws(() => of([1, 1000]), /no known detector/);
  });

  it('refuses what is no detector, by name', async () => {
    await assert.rejects(
      open(plantedDetector('channels', [], { metadata: { task: 'segment' } })),
      /for the task segment/,
    );
    await assert.rejects(open(plantedDetector('channels', []), { names: ['one'] }), /tells 3 classes apart/);
    await assert.rejects(open(plantedDetector('channels', []), { layout: 'end2end' }), /are not end2end/);
    await assert.rejects(open(Buffer.from('no model')), /cannot be loaded/);
    await using detector = await open(plantedDetector('channels', []));
    await assert.rejects(detector.detect(Buffer.from('no image'), 'x.png'), /x\.png cannot be decoded/);
  });

  it('brings wide and odd images into the input as Ultralytics and YOLOX do', () => {
    const image = { data: new Uint8Array(101 * 50 * 3).fill(255), width: 101, height: 50, channels: 3 as const };
    const centred = letterbox(image, { width: 64, height: 64, style: 'centred' });
    // 50 * 64 / 101 is 31.68, so 32 rows; 32 are left, half above.
    assert.deepEqual(centred.placed, { gain: 64 / 101, left: 0, top: 16 });
    assert.equal(centred.data[15 * 64], Math.fround(114 / 255));
    assert.equal(centred.data[16 * 64], 1);
    assert.equal(centred.data[47 * 64 + 63], 1);
    assert.equal(centred.data[48 * 64], Math.fround(114 / 255));
    const corner = letterbox(image, { width: 64, height: 64, style: 'corner' });
    assert.deepEqual(corner.placed, { gain: 64 / 101, left: 0, top: 0 });
    assert.equal(corner.data[30 * 64], 255);
    assert.equal(corner.data[31 * 64], 114);
    // An odd rest: Ultralytics puts the smaller half above and left.
    const square = { data: new Uint8Array(64 * 61), width: 64, height: 61, channels: 1 as const };
    assert.equal(letterbox(square, { width: 64, height: 64, style: 'centred' }).placed.top, 1);
  });

  it('hands colours over as the models learnt them: RGB, or BGR for YOLOX', () => {
    const image = { data: Uint8Array.of(255, 51, 0), width: 1, height: 1, channels: 3 as const };
    const one = { width: 1, height: 1 };
    assert.deepEqual([...letterbox(image, { ...one, style: 'centred' }).data], [1, Math.fround(0.2), 0]);
    assert.deepEqual([...letterbox(image, { ...one, style: 'corner' }).data], [0, 51, 255]);
  });

  it('keeps no two boxes that overlap more than asked, and drops none without a better one', () => {
    const random = seeded('nms');
    const candidates = Array.from({ length: 400 }, () => {
      const [x, y] = [random.unit() * 100, random.unit() * 100];
      const box = [x, y, x + 5 + random.unit() * 30, y + 5 + random.unit() * 30] as const;
      return { class: random.below(3), confidence: random.unit(), box };
    });
    const kept = suppress(candidates, { overIou: 0.45, maxDetections: 1_000, classes: 'same' });
    const overlap = (a: (typeof kept)[number], b: (typeof kept)[number]): number => {
      const w = Math.min(a.box[2], b.box[2]) - Math.max(a.box[0], b.box[0]);
      const h = Math.min(a.box[3], b.box[3]) - Math.max(a.box[1], b.box[1]);
      if (w <= 0 || h <= 0 || a.class !== b.class) return 0;
      const area = ({ box }: typeof a): number => (box[2] - box[0]) * (box[3] - box[1]);
      return (w * h) / (area(a) + area(b) - w * h);
    };
    const apart = kept.every((a, at) => kept.slice(at + 1).every((b) => overlap(a, b) <= 0.45));
    assert.ok(apart && kept.length > 50 && kept.length < 400);
    const dropped = candidates.filter((one) => !kept.includes(one));
    assert.ok(
      dropped.every((one) => kept.some((best) => best.confidence > one.confidence && overlap(best, one) > 0.45)),
    );
    assert.deepEqual(
      kept.map(({ confidence }) => confidence),
      kept.map(({ confidence }) => confidence).toSorted((a, b) => b - a),
    );
    // Half of one box is the other: exactly 0.5 stays.
    const halves = [0, 1].map((at) => ({ class: 0, confidence: 0.9 - at / 10, box: [0, 0, 10, 10 - 5 * at] as const }));
    assert.equal(suppress(halves, { overIou: 0.5, maxDetections: 9, classes: 'same' }).length, 2);
    assert.equal(suppress(halves, { overIou: 0.49, maxDetections: 9, classes: 'same' }).length, 1);
  });

  it('reads the notes of a model as Python prints them', () => {
    const names = `{0: 'person', 1: "driver's seat", 2: 'it\\'s'}`;
    const notes = readNotes({ names, imgsz: '[480, 640]', task: 'detect' });
    assert.deepEqual(notes, { names: ['person', "driver's seat", "it's"], size: [480, 640], task: 'detect' });
    assert.deepEqual(readNotes({}), {});
  });
});
