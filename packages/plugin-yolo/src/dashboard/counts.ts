import { jensenShannon } from '../drift/distances.ts';
import type { SetImage } from './set-images.ts';

export interface SplitCounts {
  readonly split: string;
  readonly images: number;
  /** Images without objects. */
  readonly backgrounds: number;
  /** Pairs of an image and a rater. */
  readonly looks: number;
  readonly labels: number;
  /** Boxes that raters drew. */
  readonly marks: number;
  /** Labels of an image: how many images have 0, 1, 2 ... of them. */
  readonly labelsAnImage: readonly number[];
  readonly median: number;
  readonly p95: number;
  readonly most: number;
  /** By class id. */
  readonly classes: readonly { readonly labels: number; readonly images: number }[];
  /** Jensen-Shannon distance of its classes from those of the first split; null where one has no labels. */
  readonly classDistance: number | null;
}

/** Counts each split. */
export function countSplits(images: readonly SetImage[], splits: readonly string[], classCount: number): SplitCounts[] {
  const bySplit = Map.groupBy(images, ({ split }) => split);
  const counted = splits.map((split) => countSplit(split, bySplit.get(split) ?? [], classCount));
  const labelsOf = (one: Omit<SplitCounts, 'classDistance'>): number[] => one.classes.map(({ labels }) => labels);
  const [first] = counted;
  return counted.map((one) => ({
    ...one,
    classDistance: one.labels === 0 || first!.labels === 0 ? null : jensenShannon(labelsOf(first!), labelsOf(one)),
  }));
}

function countSplit(
  split: string,
  images: readonly SetImage[],
  classCount: number,
): Omit<SplitCounts, 'classDistance'> {
  const perImage = images.map(({ labels }) => labels.length).sort((one, other) => one - other);
  const most = perImage.at(-1) ?? 0;
  const labelsAnImage = new Array<number>(most + 1).fill(0);
  for (const count of perImage) labelsAnImage[count]!++;
  const classes = Array.from({ length: classCount }, () => ({ labels: 0, images: 0 }));
  for (const { labels } of images) {
    for (const { class: id } of labels) classes[id]!.labels++;
    for (const id of new Set(labels.map((label) => label.class))) classes[id]!.images++;
  }
  const rank = (share: number): number => perImage[Math.max(0, Math.ceil(share * perImage.length) - 1)] ?? 0;
  const sum = (of: (image: SetImage) => number): number => images.reduce((all, image) => all + of(image), 0);
  return {
    split,
    images: images.length,
    backgrounds: perImage.filter((count) => count === 0).length,
    looks: sum(({ annotated }) => annotated.raters.length),
    labels: sum(({ labels }) => labels.length),
    marks: sum(({ annotated }) => annotated.marks.length),
    labelsAnImage,
    median: rank(0.5),
    p95: rank(0.95),
    most,
    classes,
  };
}

/** Labels of the commonest class for each of the rarest that has any; null without labels. */
export function imbalance(counts: readonly SplitCounts[]): number | null {
  const totals = (counts[0]?.classes ?? []).map((_, id) =>
    counts.reduce((sum, { classes }) => sum + classes[id]!.labels, 0),
  );
  const some = totals.filter((total) => total > 0);
  return some.length === 0 ? null : Math.max(...some) / Math.min(...some);
}
