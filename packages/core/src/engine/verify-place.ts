import { fail, type Problem } from '../model/failure.ts';
import { joinPlace } from '../model/file-ref.ts';
import type { Store } from '../model/store.ts';
import { datasetFile, type DatasetFile } from './dataset.ts';
import { folderDigest } from './work/output-folder.ts';

/** What a published set turned out to be. */
export interface Verified {
  readonly files: number;
  readonly sizeBytes: number;
  readonly problems: readonly Problem[];
  /** Files in the place that the set does not name. */
  readonly foreign: number;
}

/**
 * Reads every file that a place's `dataset.json` names and compares its bytes with its digest.
 *
 * Throws `store.missing` when the place holds no `dataset.json`, and `place.damaged` when that file is none.
 */
export async function verifyPlace(store: Store, signal: AbortSignal): Promise<Verified> {
  const pieces: Uint8Array[] = [];
  for await (const piece of await store.read(datasetFile, { signal })) pieces.push(piece);
  const listed = parseDataset(Buffer.concat(pieces).toString('utf8'), store.place);
  const found = new Map<string, { size: number }>();
  for await (const page of store.list('', { signal })) for (const entry of page) found.set(entry.key, entry);
  const problems: Problem[] = [];
  let sizeBytes = 0;
  const known = new Set<string>([datasetFile]);
  for (const file of listed) {
    sizeBytes += file.size;
    const message =
      file.folder === true ? await checkFolder(store, file, found, known) : await checkFile(store, file, found, known);
    if (message !== undefined) problems.push({ path: joinPlace(store.place, file.key), message });
  }
  return {
    files: listed.length,
    sizeBytes,
    problems,
    foreign: [...found.keys()].filter((key) => !known.has(key)).length,
  };
}

function parseDataset(text: string, place: string): DatasetFile[] {
  try {
    const { files } = JSON.parse(text) as { readonly files?: unknown };
    if (Array.isArray(files)) return files as DatasetFile[];
  } catch {
    // Named below.
  }
  throw fail('place.damaged', {
    place,
    problems: [{ path: datasetFile, message: 'is not the list of files of a set' }],
  });
}

type Found = ReadonlyMap<string, { readonly size: number }>;

async function checkFile(
  store: Store,
  file: DatasetFile,
  found: Found,
  known: Set<string>,
): Promise<string | undefined> {
  known.add(file.key);
  const entry = found.get(file.key);
  if (entry === undefined) return 'is missing';
  if (entry.size !== file.size) return `has ${entry.size} bytes instead of ${file.size}`;
  return (await store.digest(file.key)) === file.digest ? undefined : 'has other bytes than were published';
}

async function checkFolder(
  store: Store,
  file: DatasetFile,
  found: Found,
  known: Set<string>,
): Promise<string | undefined> {
  const prefix = `${file.key}/`;
  const names = [...found.keys()].filter((key) => key.startsWith(prefix)).sort();
  if (names.length === 0) return 'is missing';
  const files: (readonly [string, number, string])[] = [];
  for (const key of names) {
    known.add(key);
    files.push([key.slice(prefix.length), found.get(key)?.size ?? 0, await store.digest(key)]);
  }
  return folderDigest(files) === file.digest ? undefined : 'holds other files than were published';
}
