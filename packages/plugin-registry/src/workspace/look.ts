import { join } from 'node:path';
import type { Layout } from '../objects/object-path.ts';
import { folderOf } from '../repo/targets.ts';
import type { StatIndex } from './stat-index.ts';
import { type Found, statOf, walkFolder } from './walk.ts';

/** What lies at one path: names and times only. */
export interface Walk {
  /** Posix, from the root. */
  readonly path: string;
  readonly isFolder: boolean;
  /** What the relpaths of its files start from: the path, or the folder a single file lies in. */
  readonly folder: string;
  readonly found: readonly Found[];
  /** The line of the index that its hashes belong to. */
  readonly indexFolder: string;
  /** When the walk began. */
  readonly walkedMs: number;
}

/** A walk and what is known of its files, before any was read. */
export interface Look extends Walk {
  /** Hashes of files that have not changed since they were read. */
  readonly known: ReadonlyMap<string, { readonly md5: string }>;
  readonly unknown: readonly Found[];
}

/** Looks at a path by names and times only; undefined where nothing is. Throws what {@link walkFolder} throws. */
export function walkAt(root: string, path: string, layout: Layout = 'files/md5'): Walk | undefined {
  const walkedMs = Date.now();
  const stat = statOf(join(root, path));
  if (stat === undefined) return undefined;
  const isFolder = stat.isDirectory();
  const folder = isFolder ? path : folderOf(path);
  const { size, mtimeNs, ctimeNs, ino, mode } = stat;
  const single = { relpath: path.slice(path.lastIndexOf('/') + 1), mtimeNs, ctimeNs, ino, mode: Number(mode) };
  const found = isFolder ? walkFolder(root, path) : [{ ...single, size: Number(size) }];
  return { path, isFolder, folder, found, indexFolder: indexFolderOf(folder, layout), walkedMs };
}

/** As {@link walkAt}, with what is known of the files. */
export function lookAt(
  root: string,
  path: string,
  { index, layout }: { readonly index: StatIndex; readonly layout?: Layout },
): Look | undefined {
  const walk = walkAt(root, path, layout);
  return walk && { ...walk, ...index.lookUp(walk.indexFolder, walk.found) };
}

/** A DVC 2 hash of a file is another one than its md5, so the index keeps the two apart. */
export function indexFolderOf(folder: string, layout: Layout): string {
  return layout === 'legacy' ? `md5-dos2unix:${folder}` : folder;
}
