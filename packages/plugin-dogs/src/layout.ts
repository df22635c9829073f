import { refUrl, sha256 } from '@dataset-runner/core/plugin';

/** The folder all sets lie in, below the place that is given as `--out`. */
const rawFolder = 'spot-raw-data';

export type Dataset = 'stanford' | 'tsinghua' | 'austin';

/** Where a set lies: `<out>/spot-raw-data/<dataset>`. */
export function placeOf(out: string, dataset: Dataset): string {
  return refUrl({ store: out, key: `${rawFolder}/${dataset}` });
}

/** Where the dogs of a set are cut out: a place for each set, for others are of another size or of other dogs. */
export function cropsOf(out: string): string {
  return `work:dogs/crops/${sha256(out).slice(7, 19)}`;
}
