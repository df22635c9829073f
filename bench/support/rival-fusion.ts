import { pythonWith, runPython } from '../../test/interop/python-venv.ts';
import type { AnnotatedImage } from '../../packages/plugin-yolo/src/annotation.ts';

const packages = ['ensemble-boxes==1.0.9'];

// Its compiler is warm when the clock starts: a user with more images than these pays for that once.
const script = `
import json, sys, time
from ensemble_boxes import weighted_boxes_fusion
asked = json.load(sys.stdin)
def fuse(image):
    boxes, labels = image
    return len(weighted_boxes_fusion(boxes, [[1.0] * len(b) for b in boxes], labels, iou_thr=asked["iou"], skip_box_thr=0.0)[0])
for image in asked["images"][:50]: fuse(image)
rounds = []
for _ in range(asked["rounds"]):
    start = time.perf_counter()
    count = sum(fuse(image) for image in asked["images"])
    rounds.append((time.perf_counter() - start) * 1000)
print(json.dumps({"rounds": rounds, "count": count}))
`;

/** How long the package that defined the method fuses the same boxes, in ms a round; a text is why there is none. */
export function fuseWithEnsembleBoxes(
  images: readonly AnnotatedImage[],
  { iou, rounds }: { readonly iou: number; readonly rounds: number },
): { readonly rounds: number[]; readonly count: number } | string {
  const venv = pythonWith('ensemble-boxes-1.0.9', packages);
  if (typeof venv === 'string') return venv;
  const asked = images.filter(({ marks }) => marks.length > 0).map(boxesOf);
  return runPython(venv.python, script, { images: asked, iou, rounds }) as { rounds: number[]; count: number };
}

/** One list of boxes and classes a rater, with sides between 0 and 1. */
function boxesOf({ marks, width, height }: AnnotatedImage): readonly [number[][][], number[][]] {
  const byRater = [...Map.groupBy(marks, ({ rater }) => rater).values()];
  const share = ([x1, y1, x2, y2]: readonly number[]): number[] => [
    x1! / width,
    y1! / height,
    x2! / width,
    y2! / height,
  ];
  return [
    byRater.map((own) => own.map(({ box }) => share(box))),
    byRater.map((own) => own.map(({ classId }) => classId)),
  ];
}
