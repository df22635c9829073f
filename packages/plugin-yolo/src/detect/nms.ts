import { iou } from '../annotation.ts';
import type { Candidate } from './decode-output.ts';

export interface NmsOptions {
  /** Boxes that overlap a more confident one by more are dropped. */
  readonly overIou: number;
  readonly maxDetections: number;
  /** `same`: only boxes of one class drop each other; `any`: all do. */
  readonly classes: 'same' | 'any';
}

// What Ultralytics looks at, at the most.
const maxCandidates = 30_000;

/**
 * Non-maximum suppression: the most confident boxes first, without those that show the same.
 *
 * The rules are those of ultralytics/utils/nms.py: an overlap of exactly `overIou` stays, at most 30,000 boxes are looked
 * at. Equally confident boxes keep the order they came in.
 */
export function suppress(candidates: readonly Candidate[], options: NmsOptions): Candidate[] {
  const { overIou, maxDetections, classes } = options;
  const sorted = candidates.toSorted((one, other) => other.confidence - one.confidence).slice(0, maxCandidates);
  const kept: Candidate[] = [];
  for (const one of sorted) {
    if (kept.length >= maxDetections) break;
    const isDouble = kept.some(
      (other) => (classes === 'any' || other.class === one.class) && iou(other.box, one.box) > overIou,
    );
    if (!isDouble) kept.push(one);
  }
  return kept;
}
