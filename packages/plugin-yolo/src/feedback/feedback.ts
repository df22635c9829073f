import { type Detection, roundedBox, type ShareBox } from '../detect/detection.ts';

/**
 * What a deployed model said about one image, and perhaps what a radiologist said to that: our form of feedback, one
 * JSON file for each image. It names no patient, no hospital and no person.
 */
export interface Feedback {
  readonly schema: 1;
  /** As in the manifest and `splits.csv`. */
  readonly image_id: string;
  /** Of the image's bytes, where they are known. */
  readonly image_sha256?: string;
  readonly model: { readonly name: string; readonly sha256?: string };
  /** ISO 8601, UTC. */
  readonly timestamp: string;
  readonly detections: readonly Detection[];
  readonly review?: Review;
}

export interface Review {
  /** Who, in a way that tells raters apart and no more. */
  readonly reviewer: string;
  /** One for each detection, in their order. */
  readonly verdicts: readonly Verdict[];
  /** What the model did not see. */
  readonly missed: readonly { readonly class: number; readonly box: ShareBox }[];
}

/** `corrected` says what the detection should have been. */
export type Verdict =
  | { readonly verdict: 'confirmed' | 'rejected' }
  | { readonly verdict: 'corrected'; readonly class: number; readonly box: ShareBox };

/** Our form: confidence with four decimals, boxes with six. */
export function feedbackText(feedback: Feedback): string {
  const detections = feedback.detections.map((one) => ({
    class: one.class,
    confidence: Number(one.confidence.toFixed(4)),
    box: roundedBox(one.box),
  }));
  return `${JSON.stringify({ ...feedback, detections }, undefined, 2)}\n`;
}

/**
 * The form of the simulator before this one: the most confident detection alone, four decimals, a time without a zone
 * (UTC here). Undefined when nothing was detected, which it cannot say.
 */
export function plainFeedbackText({ image_id, timestamp, detections }: Feedback): string | undefined {
  const best = detections.toSorted((one, other) => other.confidence - one.confidence)[0];
  if (best === undefined) return undefined;
  const plain = {
    image_id,
    class_id: best.class,
    confidence: Number(best.confidence.toFixed(4)),
    bbox: roundedBox(best.box, 4),
    timestamp: timestamp.slice(0, 19).replace('T', ' '),
  };
  return `${JSON.stringify(plain)}\n`;
}
