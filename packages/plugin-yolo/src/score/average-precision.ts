import type { Judged } from './match-boxes.ts';

interface Curve {
  readonly recall: readonly number[];
  /** Never rising: at each recall, the best precision at this or any higher one. */
  readonly precision: readonly number[];
}

/** Precision over recall as confidence falls; equally confident detections keep the order of their images. */
function curveOf(judged: readonly Judged[], truths: number): Curve {
  const sorted = judged.toSorted((one, other) => other.confidence - one.confidence);
  const recall: number[] = [];
  const precision: number[] = [];
  let hits = 0;
  for (const [index, { hit }] of sorted.entries()) {
    if (hit) hits++;
    recall.push(hits / truths);
    precision.push(hits / (index + 1));
  }
  for (let at = precision.length - 2; at >= 0; at--) precision[at] = Math.max(precision[at]!, precision[at + 1]!);
  return { recall, precision };
}

/** The area under the curve, as PASCAL VOC counts since 2010: every recall counts. NaN without truths. */
export function areaPrecision(judged: readonly Judged[], truths: number): number {
  if (truths === 0) return NaN;
  const { recall, precision } = curveOf(judged, truths);
  let area = 0;
  for (const [at, value] of recall.entries()) area += (value - (recall[at - 1] ?? 0)) * precision[at]!;
  return area;
}

/** The mean precision at 101 recalls, 0 to 1, as COCO counts (`accumulate`). NaN without truths. */
export function sampledPrecision(judged: readonly Judged[], truths: number): number {
  if (truths === 0) return NaN;
  const { recall, precision } = curveOf(judged, truths);
  let sum = 0;
  let at = 0;
  for (let step = 0; step <= 100; step++) {
    while (at < recall.length && recall[at]! < step * 0.01) at++;
    sum += precision[at] ?? 0;
  }
  return sum / 101;
}
