import type { RunContext } from '@dataset-runner/core/plugin';
import { parseBinId } from '../bins/bin-id.ts';

const id = /^(IFCB\d+_\d{4}_\d{3}_\d{6}|D\d{8}T\d{6}_IFCB\d+)(?=[_.])/;

/** The bins that files of a place are named for (`<bin>.adc`, `<bin>_features_v4.csv`, `<bin>_00001.png`), sorted. */
export async function binsNamedIn(
  { store }: Pick<RunContext<never>, 'store'>,
  place: string,
): Promise<readonly string[]> {
  const bins = new Set<string>();
  for await (const page of (await store(place)).list())
    for (const { key } of page) {
      const [, bin] = id.exec(key.slice(key.lastIndexOf('/') + 1)) ?? [];
      if (bin !== undefined && parseBinId(bin) !== undefined) bins.add(bin);
    }
  return [...bins].sort();
}
