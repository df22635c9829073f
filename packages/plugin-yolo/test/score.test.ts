import assert from 'node:assert/strict';
import { areaPrecision, sampledPrecision } from '../src/score/average-precision.ts';
import { type Corners, matchAsCoco, matchAsVoc } from '../src/score/match-boxes.ts';
import { scoreSet } from '../src/score/score-set.ts';

const whole: Corners = [0, 0, 1, 1];
const detection = (confidence: number, corners: Corners) => ({ confidence, corners });

describe('scoring', () => {
  it('is 1 when all is found exactly, whatever else is said later', () => {
    const truths = [{ class: 0, corners: whole }];
    const right = { class: 0, confidence: 0.9, corners: whole };
    const { mAP40, mAP5095, classes } = scoreSet([{ truths, detections: [right] }], 2, 0.5);
    assert.deepEqual([mAP40, mAP5095, classes[0]!.f1], [1, 1, 1]);
    assert.ok(Number.isNaN(classes[1]!.ap40), 'a class without truths has no score, and does not count');
    const wrong = { class: 0, confidence: 0.1, corners: [2, 2, 3, 3] as const };
    assert.equal(scoreSet([{ truths, detections: [wrong, right] }], 1, 0.5).mAP40, 1);
  });

  it('finds the area under precision and recall worked out by hand', () => {
    // Of 4 truths: hit, miss, hit, miss, hit. Recall .25 .5 .75; precision 1, 2/3, 3/5 at best from there on.
    const judged = [true, false, true, false, true].map((hit, at) => ({ confidence: 1 - at / 10, hit }));
    assert.ok(Math.abs(areaPrecision(judged, 4) - (0.25 + 0.25 * (2 / 3) + 0.25 * 0.6)) < 1e-12);
    // Of 101 recalls: 0 to .25 are 26, to .5 are 25, to .75 are 25, beyond nothing.
    assert.ok(Math.abs(sampledPrecision(judged, 4) - (26 + 25 * (2 / 3) + 25 * 0.6) / 101) < 1e-12);
  });

  it('gives a truth away once, and lets VOC not fall back on the next best', () => {
    const truths: Corners[] = [
      [0, 0, 10, 10],
      [0, 0, 10, 8],
    ];
    const twice = { truths, detections: [detection(0.9, [0, 0, 10, 10]), detection(0.8, [0, 0, 10, 10])] };
    assert.deepEqual(
      matchAsVoc(twice, 0.4).map(({ hit }) => hit),
      [true, false],
    );
    assert.deepEqual(
      matchAsCoco(twice, 0.5).map(({ hit }) => hit),
      [true, true],
    );
  });

  it('counts an overlap of exactly the limit for COCO and not for VOC', () => {
    const half = { truths: [[0, 0, 10, 10] as const], detections: [detection(0.9, [0, 0, 10, 5])] };
    assert.equal(matchAsVoc(half, 0.5)[0]!.hit, false);
    assert.equal(matchAsCoco(half, 0.5)[0]!.hit, true);
  });

  it('measures precision, recall and F1 of confident detections only', () => {
    const truths = [0, 1, 2, 3].map((at) => ({ class: 0, corners: [at, 0, at + 1, 1] as const }));
    const detections = [
      { class: 0, confidence: 0.9, corners: [0, 0, 1, 1] as const },
      { class: 0, confidence: 0.6, corners: [7, 0, 8, 1] as const },
      { class: 0, confidence: 0.2, corners: [1, 0, 2, 1] as const },
    ];
    const [only] = scoreSet([{ truths, detections }], 1, 0.5).classes;
    assert.deepEqual([only!.precision, only!.recall, only!.f1], [0.5, 0.25, 2 / 6]);
  });
});
