import type { AnnotatedImage, Mark } from '../annotation.ts';
import type { ShareBox } from '../detect/detection.ts';
import type { ManifestLine } from '../manifest.ts';
import type { SplitLine } from '../split/splits-csv.ts';

/** An image of a set with all that is known of it. */
export interface SetImage {
  readonly image: string;
  readonly split: string;
  /** What its raters drew, in pixels of the original. */
  readonly annotated: AnnotatedImage;
  /** What its label files say; of several files all. */
  readonly labels: readonly { readonly class: number; readonly box: ShareBox }[];
  readonly file?: string;
}

/** Joins manifest and splits, sorted by image; in a set that is not divided all images are of the split `all`. */
export function setImages(
  lines: readonly ManifestLine[],
  divided: readonly SplitLine[],
  classCount: number,
): SetImage[] {
  const splitOf = new Map(divided.map(({ image, split }) => [image, split]));
  const groups = Map.groupBy(lines, ({ image }) => image);
  const images = [...groups].map(([image, own]): SetImage => {
    const { width, height, file } = own[0]!;
    const raters = [...new Set(own.flatMap((line) => line.raters))].sort();
    const marks = own.flatMap(({ labels }) =>
      labels.flatMap((label) => label.from.map(([rater, ...box]): Mark => ({ rater, classId: label.class, box }))),
    );
    // The corner pixel that stands for "No finding" is no object; nobody drew it.
    const objects = own.flatMap((line) => line.labels.filter((label) => label.from.length > 0));
    const labels = objects.map((label) => ({ class: label.class, box: label.box }));
    return {
      image,
      split: splitOf.get(image) ?? 'all',
      annotated: { id: image, width, height, raters, marks },
      labels: labels.filter((label) => label.class < classCount),
      ...(file === undefined ? {} : { file }),
    };
  });
  return images.sort((one, other) => (one.image < other.image ? -1 : 1));
}

const usualOrder = ['training', 'train', 'validation', 'val', 'test', 'staging', 'canary', 'production'];

/** The splits there are, in the usual order, others after them. */
export function splitsOf(images: readonly SetImage[]): string[] {
  const rank = (split: string): number => (usualOrder.indexOf(split) + usualOrder.length + 1) % (usualOrder.length + 1);
  return [...new Set(images.map(({ split }) => split))].sort(
    (one, other) => rank(one) - rank(other) || (one < other ? -1 : 1),
  );
}
