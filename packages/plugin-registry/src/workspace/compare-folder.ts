import { lstatSync } from 'node:fs';
import { join } from 'node:path';
import type { TreeEntry } from '../formats/tree.ts';
import type { Found } from './walk.ts';
import { walkFolder } from './walk.ts';
import type { StatIndex } from './stat-index.ts';

/** How the files at a tracked path differ from what its `.dvc` file says. */
export interface Difference {
  /** Here and not tracked. */
  readonly added: readonly string[];
  /** Tracked and not here. */
  readonly deleted: readonly string[];
  /** Here with other bytes. */
  readonly modified: readonly string[];
  /** The hash of every file that had to be read, for the index. */
  readonly read: readonly (readonly [Found, string])[];
}

/** Files of a path with their hashes, read only where the index does not know them. */
export interface Hashes {
  readonly found: readonly Found[];
  readonly md5: ReadonlyMap<string, string>;
  readonly read: readonly (readonly [Found, string])[];
}

/** Hashes what lies at a path (posix, from the root); undefined where nothing does. A file counts as a folder of itself. */
export function hashesAt(
  root: string,
  path: string,
  index: StatIndex,
  hash: (path: string) => string,
): (Hashes & { readonly isFolder: boolean }) | undefined {
  const stat = lstatSync(join(root, path), { bigint: true, throwIfNoEntry: false });
  if (stat === undefined) return undefined;
  const isFolder = stat.isDirectory();
  const slash = path.lastIndexOf('/');
  const folder = isFolder ? path : path.slice(0, Math.max(0, slash));
  const { size, mtimeNs, ctimeNs, ino, mode } = stat;
  const single = { relpath: path.slice(slash + 1), size: Number(size), mtimeNs, ctimeNs, ino, mode: Number(mode) };
  const found = isFolder ? walkFolder(root, path) : [single];
  const { known, unknown } = index.lookUp(folder, found);
  const md5 = new Map([...known].map(([relpath, each]) => [relpath, each.md5]));
  const read: [Found, string][] = [];
  for (const file of unknown) {
    const digest = hash(join(root, folder, file.relpath));
    md5.set(file.relpath, digest);
    read.push([file, digest]);
  }
  return { found, md5, read, isFolder };
}

/** Compares what lies at a path with what is tracked. */
export function differenceOf(tracked: readonly TreeEntry[], here: Hashes): Difference {
  const wanted = new Map(tracked.map(({ relpath, md5 }) => [relpath, md5]));
  const added = here.found.filter(({ relpath }) => !wanted.has(relpath)).map(({ relpath }) => relpath);
  const deleted = tracked.filter(({ relpath }) => !here.md5.has(relpath)).map(({ relpath }) => relpath);
  const modified = tracked
    .filter(({ relpath, md5 }) => here.md5.has(relpath) && here.md5.get(relpath) !== md5)
    .map(({ relpath }) => relpath);
  return { added, deleted, modified, read: here.read };
}
