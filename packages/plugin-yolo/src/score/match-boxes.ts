/** Left, top, right, bottom. */
export type Corners = readonly [number, number, number, number];

/** What one image shows of one class, and what was detected of it. */
export interface ScoredImage {
  readonly truths: readonly Corners[];
  readonly detections: readonly { readonly confidence: number; readonly corners: Corners }[];
}

/** A detection, judged. */
export interface Judged {
  readonly confidence: number;
  readonly hit: boolean;
}

function overlap(a: Corners, b: Corners): number {
  const width = Math.min(a[2], b[2]) - Math.max(a[0], b[0]);
  const height = Math.min(a[3], b[3]) - Math.max(a[1], b[1]);
  if (width <= 0 || height <= 0) return 0;
  const shared = width * height;
  return shared / ((a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1]) - shared);
}

function byConfidence(image: ScoredImage): ScoredImage['detections'] {
  return image.detections.toSorted((one, other) => other.confidence - one.confidence);
}

/**
 * Judges as PASCAL VOC 2010 does: a detection is a hit when the truth it overlaps most does so by more than `over` and
 * no more confident one took it. A taken truth is not exchanged for the next best.
 */
export function matchAsVoc(image: ScoredImage, over: number): Judged[] {
  const taken = new Set<number>();
  return byConfidence(image).map(({ confidence, corners }) => {
    let [best, most] = [-1, -Infinity];
    for (const [at, truth] of image.truths.entries()) {
      const shared = overlap(corners, truth);
      if (shared > most) [best, most] = [at, shared];
    }
    const hit = most > over && !taken.has(best);
    if (hit) taken.add(best);
    return { confidence, hit };
  });
}

// COCO's `maxDets`, of one class in one image.
const mostOfCoco = 100;

/**
 * Judges as COCO does (pycocotools/cocoeval.py, `evaluateImg`): a detection takes the truth it overlaps most, of those
 * nobody took, by at least `from`; of two equal overlaps the later.
 */
export function matchAsCoco(image: ScoredImage, from: number): Judged[] {
  const taken = new Set<number>();
  return byConfidence(image)
    .slice(0, mostOfCoco)
    .map(({ confidence, corners }) => {
      let best = -1;
      let most = Math.min(from, 1 - 1e-10);
      for (const [at, truth] of image.truths.entries()) {
        if (taken.has(at)) continue;
        const shared = overlap(corners, truth);
        if (shared >= most) [best, most] = [at, shared];
      }
      if (best >= 0) taken.add(best);
      return { confidence, hit: best >= 0 };
    });
}
