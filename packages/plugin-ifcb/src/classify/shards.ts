import { type FileRef, sha256 } from '@dataset-runner/core/plugin';
import { parseImageName } from '../bins/bin-id.ts';
import { ifcbFailures } from '../failures.ts';
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
 * Images of no bin may be scattered, because folders and bins stand between them: they are many shards anyway. Throws
 * `ifcb.listing-scattered` when a bin comes again after another one, which listings in the order of keys never do, and
 * `ifcb.bin-duplicate` when it comes again in another folder.
 */
export async function* shardsOf(
  place: string,
  pages: AsyncIterable<readonly Listed[]>,
): AsyncGenerator<Shard, void, undefined> {
  let open: { readonly group: string; readonly folder: string; readonly bin: string | undefined } | undefined;
  let files: Listed[] = [];
  // The folder of each bin that was seen, and how many shards each folder has of other images.
  const folders = new Map<string, string>();
  const parts = new Map<string, number>();
  const close = (): Shard => {
    const { folder, bin } = open!;
    const part = parts.get(folder) ?? 0;
    if (bin === undefined) parts.set(folder, part + 1);
    const key = bin ?? `${folder}${String(part).padStart(5, '0')}`;
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
        if (bin !== undefined) {
          const other = folders.get(bin);
          if (other === folder) throw classifyFailures['listing-scattered']({ group });
          if (other !== undefined)
            throw ifcbFailures['bin-duplicate']({ bin, places: [other, folder].map((name) => `'${name || '.'}'`) });
          folders.set(bin, folder);
        }
        open = { group, folder, bin };
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
