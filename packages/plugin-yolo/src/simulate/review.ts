import { seeded } from '@dataset-runner/kit/seeded';
import { iou } from '../annotation.ts';
import { cornersOf, type Detection } from '../detect/detection.ts';
import type { Review, Verdict } from '../feedback/feedback.ts';
import type { KnownImage } from './truth.ts';

/** A box as good as this is confirmed as it is; one that touches the object at all is corrected. */
const goodEnough = 0.5;
const related = 0.1;

/**
 * Answers as a radiologist would who sees what the labels say: confirms, corrects the class or the box, rejects, and
 * adds what was missed. With probability `slip` each answer is the wrong way round: confirmed becomes rejected, and back.
 */
export function simulatedReview(
  { image, labels }: KnownImage,
  detections: readonly Detection[],
  { seed, slip }: { readonly seed: number; readonly slip: number },
): Review {
  const random = seeded(`review ${seed} ${image}`);
  const seen = new Set<number>();
  const verdicts = detections.map((detection): Verdict => {
    const verdict = judge(detection, labels, seen);
    if (random.unit() >= slip) return verdict;
    return { verdict: verdict.verdict === 'rejected' ? 'confirmed' : 'rejected' };
  });
  const missed = labels.filter((_, at) => !seen.has(at)).map((one) => ({ class: one.class, box: one.box }));
  return { reviewer: 'simulated', verdicts, missed };
}

function judge(detection: Detection, labels: KnownImage['labels'], seen: Set<number>): Verdict {
  let [best, most] = [-1, related];
  for (const [at, { class: id, box }] of labels.entries()) {
    // Of objects that overlap alike, the one of the same class is meant.
    const overlap = seen.has(at)
      ? 0
      : iou(cornersOf(box), cornersOf(detection.box)) + (id === detection.class ? 1e-9 : 0);
    if (overlap > most) [best, most] = [at, overlap];
  }
  const label = labels[best];
  if (label === undefined) return { verdict: 'rejected' };
  seen.add(best);
  if (most >= goodEnough && label.class === detection.class) return { verdict: 'confirmed' };
  return { verdict: 'corrected', class: label.class, box: most >= goodEnough ? detection.box : label.box };
}
