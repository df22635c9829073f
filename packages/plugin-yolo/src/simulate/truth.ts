import type { ShareBox } from '../detect/detection.ts';
import type { ManifestLine } from '../manifest.ts';
import type { SplitLine } from '../split/splits-csv.ts';

/** An image that can be sent, and what is known to be in it. */
export interface KnownImage {
  readonly image: string;
  /** Below the set; missing in a set without images. */
  readonly file?: string;
  readonly sha256?: string;
  readonly labels: readonly { readonly class: number; readonly box: ShareBox }[];
}

/** The images of some splits, sorted; of a set that keeps raters apart, each once, with what its first rater saw. */
export function imagesOfSplits(
  lines: readonly ManifestLine[],
  divided: readonly SplitLine[],
  splits: readonly string[],
): KnownImage[] {
  const wanted = new Set(divided.flatMap(({ image, split }) => (splits.includes(split) ? [image] : [])));
  const known = new Map<string, KnownImage>();
  for (const { image, file, digest, labels } of lines) {
    if (!wanted.has(image) || known.has(image)) continue;
    known.set(image, {
      image,
      ...(file === undefined ? {} : { file }),
      ...(digest === undefined ? {} : { sha256: digest.slice(7) }),
      labels: labels.map((one) => ({ class: one.class, box: one.box })),
    });
  }
  return [...known.values()].sort((one, other) => (one.image < other.image ? -1 : 1));
}
