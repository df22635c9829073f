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

/** Reads `predictions.jsonl`; throws `yolo.line-invalid`, also for an image that stands twice. */
export function readPredictions(text: string, file: string = predictionsFile): PredictionLine[] {
  const seen = new Set<string>();
  return text.split('\n').flatMap((line, index) => {
    if (line === '') return [];
    const fault = (why: string): Error => yoloFailures['line-invalid']({ file, line: index + 1, why });
    let found: PredictionLine | undefined;
    try {
      found = JSON.parse(line) as PredictionLine;
    } catch {
      // Said below: a line that is no JSON and one of another shape are the same trouble.
    }
    if (typeof found?.image !== 'string' || !Array.isArray(found.detections))
      throw fault('it names no image or no detections');
    if (!found.detections.every(isDetection))
      throw fault(`a detection of ${found.image} has no class, confidence or box`);
    if (seen.has(found.image)) throw fault(`${found.image} stands twice`);
    seen.add(found.image);
    return [found];
  });
}

function isDetection(one: Partial<Detection> | null): boolean {
  return typeof one?.class === 'number' && typeof one.confidence === 'number' && one.box?.length === 4;
}
