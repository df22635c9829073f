import { type AnnotatedImage, iou, type Mark, type PixelBox } from '../annotation.ts';

/** Something that at least one rater boxed: what each rater of the image calls it, by rater; -1 for nothing. */
export type Unit = ReadonlyMap<string, number>;

interface Growing {
  box: PixelBox;
  readonly marks: Mark[];
}

/**
 * Finds the objects of images as units for Krippendorff's alpha (after kalphacv, Tschirschwitz et al. 2022): boxes that
 * overlap by at least `from`, one of each rater, whatever they are called. Raters without a box there said "nothing".
 */
export function unitsOf(images: readonly AnnotatedImage[], from: number): Unit[] {
  return images.flatMap(({ raters, marks }) => {
    const clusters: Growing[] = [];
    for (const mark of marks) {
      const cluster = closest(clusters, mark, from);
      if (cluster === undefined) clusters.push({ box: mark.box, marks: [mark] });
      else {
        cluster.marks.push(mark);
        cluster.box = meanOf(cluster.marks);
      }
    }
    return clusters.map(
      ({ marks: own }) =>
        new Map(raters.map((rater) => [rater, own.find((mark) => mark.rater === rater)?.classId ?? -1])),
    );
  });
}

function closest(clusters: readonly Growing[], { box, rater }: Mark, from: number): Growing | undefined {
  let best: Growing | undefined;
  let most = from;
  for (const cluster of clusters) {
    if (cluster.marks.some((mark) => mark.rater === rater)) continue;
    const overlap = iou(cluster.box, box);
    if (overlap >= most) [best, most] = [cluster, overlap];
  }
  return best;
}

function meanOf(marks: readonly Mark[]): PixelBox {
  const sum = (at: 0 | 1 | 2 | 3): number => marks.reduce((all, { box }) => all + box[at], 0) / marks.length;
  return [sum(0), sum(1), sum(2), sum(3)];
}

/**
 * Krippendorff's alpha, nominal, over units; `without` leaves one rater out. A rater who lowers it, with whom it is less
 * than without him, has a negative vitality. NaN where nothing can be compared.
 */
export function unitAlpha(units: readonly Unit[], without?: string): number {
  const totals = new Map<number, number>();
  let disagreement = 0;
  let pairable = 0;
  for (const unit of units) {
    const counts = new Map<number, number>();
    let of = 0;
    for (const [rater, value] of unit) {
      if (rater === without) continue;
      counts.set(value, (counts.get(value) ?? 0) + 1);
      of++;
    }
    // Nobody left who saw it: it is no unit any more.
    if (of < 2 || counts.get(-1) === of) continue;
    pairable += of;
    let same = 0;
    for (const [value, count] of counts) {
      totals.set(value, (totals.get(value) ?? 0) + count);
      same += count * (count - 1);
    }
    disagreement += (of * (of - 1) - same) / (of - 1);
  }
  let expected = pairable * (pairable - 1);
  for (const count of totals.values()) expected -= count * (count - 1);
  return expected === 0 ? NaN : 1 - disagreement / (expected / (pairable - 1));
}
