import { type FileRef, sha256 } from '@dataset-runner/core/plugin';
import { parseImageName } from '../bins/bin-id.ts';
import { classifyFailures } from './failures.ts';

/**
 * The images of one bin, or up to 1,000 of a folder that are no bin's: the unit of work and of going on after a stop.
 *
 * Kept small, because a million images may be planned at once: about ten bytes for each, in one text.
 */
export interface Shard {
  /** The bin, or `<folder>/<number>`. */
  readonly key: string;
  readonly isBin: boolean;
  readonly place: string;
  /** What all keys begin with. */
  readonly prefix: string;
  /** Lines `rest of the key TAB bytes`, sorted: `00001.png TAB 5120` for the images of a bin. */
  readonly files: string;
  readonly count: number;
  /** Over names and versions: changes when any image does. */
  readonly listing: string;
}

/** What a listing tells of a file. */
export interface Listed {
  readonly key: string;
  readonly size: number;
  readonly version?: string;
  readonly digest?: string;
}

const looseCount = 1_000;

/**
 * Puts the PNGs of a listing together by bin, page by page: only one shard is held at a time.
 *
 * Throws `ifcb.listing-scattered` when a bin comes again after another one. Listings in the order of keys never do that.
 */
export async function* shardsOf(
  place: string,
  pages: AsyncIterable<readonly Listed[]>,
): AsyncGenerator<Shard, void, undefined> {
  let open: { readonly group: string; readonly folder: string; readonly bin: string | undefined } | undefined;
  let files: Listed[] = [];
  let part = 0;
  const finished = new Set<string>();
  const close = (): Shard => {
    const { folder, bin } = open!;
    const key = bin ?? `${folder}${String(part++).padStart(5, '0')}`;
    const shard = shardOf({ key, isBin: bin !== undefined, place }, files);
    files = [];
    return shard;
  };
  for await (const page of pages) {
    for (const file of page) {
      if (!/\.png$/i.test(file.key)) continue;
      const folder = file.key.slice(0, file.key.lastIndexOf('/') + 1);
      const bin = parseImageName(file.key.slice(folder.length))?.bin;
      const group = `${folder}${bin ?? ''}`;
      if (open?.group !== group) {
        if (files.length > 0) yield close();
        if (finished.has(group)) throw classifyFailures['listing-scattered']({ group });
        finished.add(group);
        open = { group, folder, bin };
        part = 0;
      }
      files.push(file);
      if (bin === undefined && files.length === looseCount) yield close();
    }
  }
  if (files.length > 0) yield close();
}

function shardOf(about: Pick<Shard, 'key' | 'isBin' | 'place'>, unsorted: readonly Listed[]): Shard {
  const files = unsorted.toSorted((a, b) => (a.key < b.key ? -1 : 1));
  // Sorted, the first and the last share what all share.
  const prefix = sharedStart(files[0]!.key, files.at(-1)!.key);
  const lines = files.map(({ key, size }) => `${key.slice(prefix.length)}\t${size}\n`).join('');
  const listing = sha256(files.map(({ key, version, digest }) => `${key}\t${digest ?? version ?? ''}\n`).join(''));
  return { ...about, prefix, files: lines, count: files.length, listing };
}

function sharedStart(one: string, other: string): string {
  let length = 0;
  while (length < one.length && one[length] === other[length]) length++;
  return one.slice(0, length);
}

/** The files of a shard, in order. */
export function filesOf({ place, prefix, files }: Shard): FileRef[] {
  const lines = files.split('\n').slice(0, -1);
  return lines.map((line) => {
    const [rest = '', size = ''] = line.split('\t');
    return { $type: 'file', store: place, key: prefix + rest, size: Number(size) };
  });
}
