import { type FileRef, sha256 } from '@dataset-runner/core/plugin';
import { parseImageName } from '../bins/bin-id.ts';
import { classifyFailures } from './failures.ts';

/**
 * The images of one bin, or up to 1,000 of a folder that are no bin's: the unit of work and of going on after a stop.
 *
 * Kept small, because a million images are planned at once: a name and a size for each, in one text.
 */
export interface Shard {
  /** The bin, or `<folder>/<number>`. */
  readonly key: string;
  readonly isBin: boolean;
  readonly place: string;
  /** Before every name; ends with a slash, or is empty. */
  readonly folder: string;
  /** Lines `name TAB bytes`, sorted. */
  readonly files: string;
  readonly count: number;
  /** Over names, sizes and versions: changes when any image does. */
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
    const number = String(part++).padStart(5, '0');
    const shard = shardOf({ key: bin ?? `${folder}${number}`, isBin: bin !== undefined, place, folder }, files);
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

function shardOf(about: Pick<Shard, 'key' | 'isBin' | 'place' | 'folder'>, unsorted: readonly Listed[]): Shard {
  const files = unsorted.toSorted((a, b) => (a.key < b.key ? -1 : 1));
  const names = files.map((file) => `${file.key.slice(about.folder.length)}\t${file.size}\n`).join('');
  const listing = sha256(
    files.map(({ key: of, size, version, digest }) => `${of}\t${size}\t${digest ?? version ?? ''}\n`).join(''),
  );
  return { ...about, files: names, count: files.length, listing };
}

/** The files of a shard, in order. */
export function filesOf({ place, folder, files }: Shard): FileRef[] {
  const lines = files.split('\n').slice(0, -1);
  return lines.map((line) => {
    const [name = '', size = ''] = line.split('\t');
    return { $type: 'file', store: place, key: folder + name, size: Number(size) };
  });
}
