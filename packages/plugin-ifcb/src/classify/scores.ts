/** What a model said of the images of one bin or shard. */
export interface Scores {
  /** Where each image lies, below the place that was classified; for raw bins where it would lie. */
  readonly images: readonly string[];
  /** Scores by image; `classCount` numbers for each. */
  readonly scores: Float32Array;
  readonly classCount: number;
}

/**
 * Writes scores as bytes: one line of JSON, then the scores as 32-bit floats, little-endian.
 *
 * A private form between two steps: a tenth of the size of text, and read back without parsing.
 */
export function encodeScores({ images, scores, classCount }: Scores): Uint8Array {
  const head = Buffer.from(`${JSON.stringify({ classCount, images })}\n`);
  return Buffer.concat([head, new Uint8Array(scores.buffer, scores.byteOffset, scores.byteLength)]);
}

export function decodeScores(bytes: Uint8Array): Scores {
  const end = bytes.indexOf(10);
  const head = JSON.parse(Buffer.from(bytes.subarray(0, end)).toString('utf8')) as Omit<Scores, 'scores'>;
  // A copy, because floats have to begin at a multiple of four bytes.
  const scores = new Float32Array(new Uint8Array(bytes.subarray(end + 1)).buffer);
  return { ...head, scores };
}

/** One image with its verdict. */
export interface Verdict {
  readonly image: string;
  /** The class with the highest score. */
  readonly best: number;
  readonly score: number;
  /** False when the score is below the threshold of its class: the image counts as unclassified. */
  readonly isCertain: boolean;
  readonly scores: Float32Array;
}

/** Judges each image: the class with the highest score, the first one when several have it. */
export function* verdictsOf({ images, scores, classCount }: Scores, thresholds: readonly number[]): Generator<Verdict> {
  for (const [index, image] of images.entries()) {
    const own = scores.subarray(index * classCount, (index + 1) * classCount);
    let best = 0;
    for (let at = 1; at < classCount; at++) if (own[at]! > own[best]!) best = at;
    const score = own[best]!;
    yield { image, best, score, isCertain: score >= (thresholds[best] ?? 0), scores: own };
  }
}
