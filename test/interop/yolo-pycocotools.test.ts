import assert from 'node:assert/strict';
import { seeded } from '../../packages/kit/src/seeded.ts';
import { type ImageToScore, scoreSet } from '../../packages/plugin-yolo/src/score/score-set.ts';
import { skip } from '../support/skip.ts';
import { pythonWith, runPython } from './python-venv.ts';

const script = `
import contextlib, io, json, sys
import numpy
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval
images = json.load(sys.stdin)
box = lambda c: [c[0], c[1], c[2] - c[0], c[3] - c[1]]
truth = {"images": [{"id": i + 1} for i in range(len(images))], "categories": [{"id": i} for i in range(5)], "annotations": []}
found = []
for i, image in enumerate(images):
    for one in image["truths"]:
        b = box(one["corners"])
        truth["annotations"].append({"id": len(truth["annotations"]) + 1, "image_id": i + 1, "category_id": one["class"], "bbox": b, "area": b[2] * b[3], "iscrowd": 0})
    for one in image["detections"]:
        found.append({"image_id": i + 1, "category_id": one["class"], "bbox": box(one["corners"]), "score": one["confidence"]})
with contextlib.redirect_stdout(io.StringIO()):
    gt = COCO()
    gt.dataset = truth
    gt.createIndex()
    ev = COCOeval(gt, gt.loadRes(found), "bbox")
    ev.evaluate()
    ev.accumulate()
    ev.summarize()
p = ev.eval["precision"][:, :, :, 0, 2]
print(json.dumps({"mAP5095": ev.stats[0], "mAP50": ev.stats[1], "classes": [[float(p[0, :, k].mean()), float(p[:, :, k].mean())] for k in range(5)]}))
`;

describe('scores beside pycocotools', () => {
  let python = '';

  before(function () {
    this.timeout(300_000);
    const venv = pythonWith('pycocotools', ['pycocotools']);
    if (typeof venv === 'string') skip(this, venv);
    python = venv.python;
  });

  it('are the same to nine decimals on 60 images of 5 classes', function () {
    this.timeout(60_000);
    const random = seeded('coco');
    const images = Array.from({ length: 60 }, (): ImageToScore => {
      const truths = Array.from({ length: random.below(8) }, () => {
        const [x, y] = [random.below(500), random.below(500)];
        return {
          class: random.below(5),
          corners: [x, y, x + 30 + random.below(200), y + 30 + random.below(200)] as const,
        };
      });
      const shaken = truths.map(({ class: id, corners }) => ({
        class: random.below(10) === 0 ? random.below(5) : id,
        // Few steps, so that many are equally confident.
        confidence: (1 + random.below(20)) / 21,
        corners: corners.map((value) => value + random.below(21) - 10) as unknown as typeof corners,
      }));
      const stray = Array.from({ length: random.below(6) }, () => {
        const [x, y] = [random.below(500), random.below(500)];
        return {
          class: random.below(5),
          confidence: (1 + random.below(20)) / 21,
          corners: [x, y, x + 20 + random.below(100), y + 20 + random.below(100)] as const,
        };
      });
      return { truths, detections: [...shaken, ...stray] };
    });
    const theirs = runPython(python, script, images) as {
      readonly mAP50: number;
      readonly mAP5095: number;
      readonly classes: readonly (readonly [number, number])[];
    };
    const ours = scoreSet(images, 5, 0.25);
    const near = (one: number, other: number): void => assert.ok(Math.abs(one - other) < 1e-9, `${one} and ${other}`);
    near(ours.mAP50, theirs.mAP50);
    near(ours.mAP5095, theirs.mAP5095);
    for (const [id, [ap50, ap5095]] of theirs.classes.entries()) {
      near(ours.classes[id]!.ap50, ap50);
      near(ours.classes[id]!.ap5095, ap5095);
    }
    assert.ok(ours.mAP5095 > 0.1 && ours.mAP5095 < 0.9);
  });
});
