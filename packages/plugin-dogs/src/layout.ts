import { refUrl } from '@dataset-runner/core/plugin';

/** The folder all sets lie in, below the place that is given as `--out`. */
export const rawFolder = 'spot-raw-data';

export type Dataset = 'stanford' | 'tsinghua' | 'austin';

/** Where a set lies: `<out>/spot-raw-data/<dataset>`. */
export function placeOf(out: string, dataset: Dataset): string {
  return refUrl({ store: out, key: `${rawFolder}/${dataset}` });
}
