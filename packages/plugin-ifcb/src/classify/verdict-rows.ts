import type { FileRef, ResultsReader } from '@dataset-runner/core/plugin';
import { parseImageName } from '../bins/bin-id.ts';
import type { Judging, Scored } from './scored.ts';
import { decodeScores, type Verdict, verdictsOf } from './scores.ts';

/** What images below the threshold of their class are called, here and in every program of the field. */
export const unclassified = 'unclassified';

/** One image with its verdict in words. */
export interface VerdictRow extends Verdict {
  /** Null for images whose name is none of a bin's. */
  readonly bin: string | null;
  readonly roi: number | null;
  /** The class, or `unclassified`. */
  readonly className: string;
  /** The class with the highest score, whatever the score. */
  readonly classAuto: string;
}

/** The verdicts on all images, sample by sample in order; one sample is in memory at a time. */
export async function* verdictRows(
  scored: ResultsReader<Scored>,
  { classes, thresholds }: Judging,
  bytes: (ref: FileRef) => Promise<Uint8Array>,
): AsyncGenerator<VerdictRow, void, undefined> {
  for await (const { result } of scored) {
    for (const verdict of verdictsOf(decodeScores(await bytes(result.scores)), thresholds)) {
      const named = parseImageName(verdict.image.slice(verdict.image.lastIndexOf('/') + 1));
      const classAuto = classes[verdict.best] ?? String(verdict.best);
      const className = verdict.isCertain ? classAuto : unclassified;
      yield { ...verdict, bin: named?.bin ?? null, roi: named?.target ?? null, className, classAuto };
    }
  }
}

/** A 32-bit float in the fewest digits that give it back: `0.1`, not `0.10000000149011612`. */
export function shortest(value: number): string {
  if (!Number.isFinite(value)) return String(value);
  for (let digits = 6; digits < 9; digits++) {
    const text = String(Number(value.toPrecision(digits)));
    if (Math.fround(Number(text)) === value) return text;
  }
  return String(Number(value.toPrecision(9)));
}
