import { type BlobFeatures, blobColumns, measureBlob } from './blob-features.ts';
import { type Mask, partsOf } from './mask.ts';

const summed = [
  'Area',
  'Biovolume',
  'ConvexArea',
  'ConvexPerimeter',
  'MajorAxisLength',
  'MinorAxisLength',
  'Perimeter',
  'SurfaceArea',
] as const;

/** The columns of features v4, in their order: the number of the image, its largest blob, sums over all, ratios. */
export const featureColumns = [
  'roi_number',
  ...blobColumns,
  'numBlobs',
  ...summed.map((name) => `summed${name}` as const),
  'Area_over_PerimeterSquared',
  'Area_over_Perimeter',
  'summedConvexPerimeter_over_Perimeter',
] as const;

/** One image's row; ratios of an image without blobs are NaN, everything else is then 0. */
export type RoiFeatures = { readonly [name in (typeof featureColumns)[number]]: number };

/** What an image's mask holds. */
export interface Measured {
  readonly row: RoiFeatures;
  /** All blobs, the largest first. */
  readonly blobs: readonly BlobFeatures[];
}

/** Measures the blobs of an image: largest first, equal ones from left to right, then from top to bottom. */
export function measureRoi(target: number, mask: Mask): Measured {
  const blobs = partsOf(mask)
    .sort((a, b) => b.pixels.length - a.pixels.length || a.left - b.left || a.top - b.top)
    .map((part) => measureBlob(part.mask));
  const largest = blobs[0] ?? (Object.fromEntries(blobColumns.map((name) => [name, 0])) as BlobFeatures);
  const total = (name: (typeof summed)[number]): number => blobs.reduce((sum, blob) => sum + blob[name], 0);
  const sums = Object.fromEntries(summed.map((name) => [`summed${name}`, total(name)]));
  const ratio = (over: number, under: number): number => (over === 0 || under === 0 ? Number.NaN : over / under);
  const row = {
    roi_number: target,
    ...largest,
    numBlobs: blobs.length,
    ...sums,
    Area_over_PerimeterSquared: ratio(largest.Area, largest.Perimeter ** 2),
    Area_over_Perimeter: ratio(largest.Area, largest.Perimeter),
    summedConvexPerimeter_over_Perimeter: ratio(total('ConvexPerimeter'), total('Perimeter')),
  };
  return { row: row as RoiFeatures, blobs };
}
