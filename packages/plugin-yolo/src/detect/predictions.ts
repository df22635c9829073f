import { yoloFailures } from '../failures.ts';
import type { ModelAbout } from './detector.ts';
import type { Detection } from './detection.ts';

/** A line of `predictions.jsonl`; lines are sorted by image. */
export interface PredictionLine {
  /** The file below the place the images were taken from. */
  readonly image: string;
  readonly width: number;
  readonly height: number;
  /** The most confident first; six decimals. */
  readonly detections: readonly Detection[];
}

export const predictionsFile = 'predictions.jsonl';

/** `predictions.json`: what made the lines. */
export interface PredictionsAbout {
  readonly schema: 1;
  readonly model: ModelAbout;
  readonly confidence: number;
  readonly iou: number;
  readonly images: number;
  readonly detections: number;
  /** Images that could not be decoded, and why. */
  readonly unreadable: readonly { readonly image: string; readonly why: string }[];
}

/** Reads `predictions.jsonl`; throws `yolo.line-invalid`. */
export function readPredictions(text: string): PredictionLine[] {
  return text.split('\n').flatMap((line, index) => {
    if (line === '') return [];
    try {
      const found = JSON.parse(line) as PredictionLine;
      if (typeof found?.image === 'string' && Array.isArray(found.detections)) return [found];
    } catch {
      // Said below: a line that is no JSON and one of another shape are the same trouble.
    }
    throw yoloFailures['line-invalid']({
      file: predictionsFile,
      line: index + 1,
      why: 'it names no image or no detections',
    });
  });
}
