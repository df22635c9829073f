import type { FileRef } from '@dataset-runner/core/plugin';
import { parseBinId } from './bin-id.ts';

/** The files of one raw bin, wherever they lie; a missing one is judged by who reads the bin. */
export interface BinFiles {
  /** The bin's id. */
  readonly key: string;
  readonly adc: FileRef;
  readonly hdr?: FileRef;
  readonly roi?: FileRef;
  /** A corrected .adc that stands in for `adc`. */
  readonly corrected?: FileRef;
  /** Other folders that hold a bin of this id. */
  readonly also?: readonly string[];
}

/** What a listing holds. */
export interface FoundBins {
  /** Sorted by id. */
  readonly bins: readonly BinFiles[];
  /** .adc files that are no bin here, each with the reason. */
  readonly leftOut: readonly { readonly key: string; readonly why: string }[];
}

export interface FindBinsOptions {
  /** Folder names that need not be part of a bin's name. Default `data`. */
  readonly folders?: readonly string[];
  /** Files of a place of corrections: `<folder>/<bin>.adc.mod`. */
  readonly corrections?: readonly FileRef[];
}

const leftAside = ['skip', 'beads'];

/**
 * Puts the files of a listing together into bins, in any of the usual layouts: flat, by day, by year, month and day.
 *
 * Every folder above a bin must be part of its name (`D2013/D201305/D20130526`, `2012/IFCB5_2012_028`) or be allowed by
 * name; `skip` and `beads` are passed over. These are the rules of pyifcb's directory walk, so both find the same bins.
 */
export function findBins(
  files: readonly FileRef[],
  { folders = ['data'], corrections = [] }: FindBinsOptions = {},
): FoundBins {
  const byKey = new Map(files.map((file) => [file.key, file]));
  const corrected = new Map<string, FileRef>();
  const beside = files.filter(({ key }) => key.startsWith('adcmod/') || key.includes('/adcmod/'));
  for (const file of [...beside, ...corrections]) {
    const [, name] = splitKey(file.key);
    if (name.endsWith('.adc.mod')) corrected.set(name.slice(0, -'.adc.mod'.length), file);
  }
  const bins = new Map<string, BinFiles>();
  const leftOut: { key: string; why: string }[] = [];
  for (const adc of files) {
    if (!adc.key.endsWith('.adc')) continue;
    const base = adc.key.slice(0, -'.adc'.length);
    const [folder, id] = splitKey(base);
    const why = whyLeftOut(id, folder, folders);
    if (why !== undefined) {
      leftOut.push({ key: adc.key, why });
      continue;
    }
    const known = bins.get(id);
    if (known !== undefined) {
      bins.set(id, { ...known, also: [...(known.also ?? []), folder] });
      continue;
    }
    const [hdr, roi, fix] = [byKey.get(`${base}.hdr`), byKey.get(`${base}.roi`), corrected.get(id)];
    bins.set(id, { key: id, adc, ...(hdr && { hdr }), ...(roi && { roi }), ...(fix && { corrected: fix }) });
  }
  return { bins: [...bins.values()].sort((a, b) => (a.key < b.key ? -1 : 1)), leftOut };
}

function whyLeftOut(id: string, folder: string, allowed: readonly string[]): string | undefined {
  if (parseBinId(id) === undefined) return 'its name is not that of a bin';
  const names = folder === '' ? [] : folder.split('/');
  const aside = names.find((name) => leftAside.includes(name));
  if (aside !== undefined) return `it lies in '${aside}'`;
  const other = names.find((name) => !id.includes(name) && !allowed.includes(name));
  return other === undefined ? undefined : `the folder '${other}' is not part of its name`;
}

function splitKey(key: string): readonly [folder: string, name: string] {
  const at = key.lastIndexOf('/');
  return at < 0 ? ['', key] : [key.slice(0, at), key.slice(at + 1)];
}
