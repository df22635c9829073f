import { type FileRef, listFiles, type RunContext } from '@dataset-runner/core/plugin';
import { type BinFiles, findBins } from '../bins/find-bins.ts';
import { ifcbFailures } from '../failures.ts';

interface Wanted {
  readonly bins: string;
  readonly folders: readonly string[];
  readonly corrections?: string | undefined;
}

const extensions = ['.adc', '.hdr', '.roi', '.adc.mod'];

/** The bins of a place, sorted by id; what looks like one and is none is logged. Throws `ifcb.no-bins`. */
export async function listBins(
  { store, log }: Pick<RunContext<never>, 'store' | 'log'>,
  { bins: place, folders, corrections }: Wanted,
): Promise<readonly BinFiles[]> {
  const list = async (from: string): Promise<FileRef[]> =>
    listFiles(await store(from), { keep: ({ key }) => extensions.some((extension) => key.endsWith(extension)) });
  const fixes = corrections === undefined ? [] : await list(corrections);
  const { bins, leftOut } = findBins(await list(place), { folders, corrections: fixes });
  for (const { key, why } of leftOut) log(`left out ${key}: ${why}`);
  if (bins.length > 0) return bins;
  const [first] = leftOut;
  const reason =
    first === undefined ? '' : `; ${leftOut.length} .adc files were left out, first ${first.key}: ${first.why}`;
  throw ifcbFailures['no-bins']({ place, leftOut: reason });
}
