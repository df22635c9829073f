import { iou, type Mark, type PixelBox } from '../annotation.ts';

/** A box that stands for those of several raters. */
export interface FusedBox {
  readonly classId: number;
  readonly box: PixelBox;
  /** Different raters behind it. */
  readonly raters: number;
  readonly from: readonly Mark[];
}

interface Cluster {
  box: PixelBox;
  readonly from: Mark[];
}

/**
 * Weighted boxes fusion (Solovyev, Wang and Gabruseva, "Weighted boxes fusion", Image and Vision Computing 2021): boxes
 * of one class that overlap by more than `overIou` become their mean.
 *
 * Every rater weighs the same, so the weighted mean is the mean. A box joins the cluster it overlaps most, and the first
 * of several; so the order of the marks matters, and callers bring them sorted. Fused boxes come by class, those that
 * most raters drew first.
 */
export function fuseBoxes(marks: readonly Mark[], overIou: number): FusedBox[] {
  const clusters = new Map<number, Cluster[]>();
  for (const mark of marks) {
    let ofClass = clusters.get(mark.classId);
    if (ofClass === undefined) clusters.set(mark.classId, (ofClass = []));
    const cluster = closest(ofClass, mark, overIou);
    if (cluster === undefined) ofClass.push({ box: mark.box, from: [mark] });
    else {
      cluster.from.push(mark);
      cluster.box = meanBox(cluster.from);
    }
  }
  return [...clusters.entries()]
    .sort(([one], [other]) => one - other)
    .flatMap(([classId, ofClass]) =>
      ofClass
        .map(({ box, from }) => ({ classId, box, raters: new Set(from.map(({ rater }) => rater)).size, from }))
        .sort((one, other) => other.raters - one.raters),
    );
}

function closest(clusters: readonly Cluster[], { box }: Mark, overIou: number): Cluster | undefined {
  let best: Cluster | undefined;
  let most = overIou;
  for (const cluster of clusters) {
    const overlap = iou(cluster.box, box);
    if (overlap > most) [best, most] = [cluster, overlap];
  }
  return best;
}

function meanBox(marks: readonly Mark[]): PixelBox {
  const sum = [0, 0, 0, 0];
  for (const { box } of marks) for (let i = 0; i < 4; i++) sum[i]! += box[i]!;
  return sum.map((all) => all / marks.length) as unknown as PixelBox;
}
