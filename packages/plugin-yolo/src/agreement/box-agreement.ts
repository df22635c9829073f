import { type AnnotatedImage, iou, type Mark } from '../annotation.ts';

/** How alike the boxes of any two raters are, summed over pairs of raters and images. */
export interface BoxAgreement {
  /** 2 TP / (nA + nB), where a match overlaps by at least the threshold; NaN without boxes. */
  readonly f1: number;
  /** Mean overlap of boxes that were matched at all. */
  readonly meanIou: number;
  /** Boxes matched at all, pair by pair. */
  readonly matched: number;
}

/**
 * Compares the boxes of one class (of every class: undefined) between all pairs of raters of each image.
 *
 * Within an image, a class and a pair, boxes are matched greedily, the largest overlap first, each once.
 */
export function boxAgreement(
  images: readonly AnnotatedImage[],
  classId: number | undefined,
  threshold = 0.5,
): BoxAgreement {
  let hits = 0;
  let boxes = 0;
  let overlap = 0;
  let matched = 0;
  for (const { raters, marks } of images) {
    const classes = classId === undefined ? new Set(marks.map((mark) => mark.classId)) : [classId];
    for (const id of classes) {
      const byRater = raters.map((rater) => marks.filter((mark) => mark.classId === id && mark.rater === rater));
      for (const [place, one] of byRater.entries()) {
        for (const other of byRater.slice(place + 1)) {
          boxes += one.length + other.length;
          for (const found of greedyMatches(one, other)) {
            matched++;
            overlap += found;
            if (found >= threshold) hits++;
          }
        }
      }
    }
  }
  return { f1: (2 * hits) / boxes, meanIou: overlap / matched, matched };
}

/** The overlaps of matched boxes, largest first; boxes that touch none of the others stay alone. */
function greedyMatches(one: readonly Mark[], other: readonly Mark[]): number[] {
  const pairs = one.flatMap((a, left) =>
    other.flatMap((b, right) => {
      const overlap = iou(a.box, b.box);
      return overlap > 0 ? [{ left, right, overlap }] : [];
    }),
  );
  pairs.sort((a, b) => b.overlap - a.overlap || a.left - b.left || a.right - b.right);
  const [lefts, rights] = [new Set<number>(), new Set<number>()];
  return pairs.flatMap(({ left, right, overlap }) => {
    if (lefts.has(left) || rights.has(right)) return [];
    lefts.add(left);
    rights.add(right);
    return [overlap];
  });
}
