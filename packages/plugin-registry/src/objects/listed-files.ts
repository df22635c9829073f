import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { registryFailures } from '../failures.ts';
import { isWithin, joined } from '../repo/targets.ts';
import { walkFolder } from '../workspace/walk.ts';
import { type NeededOut, treeEntries } from './needed.ts';
import { isTreeOid, objectKey } from './object-path.ts';

/** One line of a listing, in the words of `dvc list --json`. */
export interface ListedFile {
  /** Posix, from what was asked for. */
  readonly path: string;
  /** DVC keeps it; git does otherwise. */
  readonly isout: boolean;
  readonly isdir: boolean;
  readonly isexec: boolean;
  /** Bytes; null where nobody wrote it down. */
  readonly size: number | null;
  readonly md5: string | null;
}

export interface ListingWanted {
  /** Posix, from the root; '' is the root. */
  readonly path: string;
  readonly recursive: boolean;
  readonly dvcOnly: boolean;
}

/** The outputs whose `.dir` objects a listing has to read. */
export function outsToOpen(outs: readonly NeededOut[], { path, recursive }: ListingWanted): NeededOut[] {
  const isOpened = (out: NeededOut): boolean => isWithin(path, out.path) || (recursive && isWithin(out.path, path));
  return outs.filter((out) => isTreeOid(out.oid) && isOpened(out));
}

/**
 * What a repository's work tree and its outputs hold at a path, sorted by path; throws `registry.path-missing`.
 *
 * A folder whose `.dir` object is not in the cache stands there closed, for nobody knows its files.
 */
export function listFilesAt(
  root: string,
  wanted: ListingWanted,
  { outs, cacheDir }: { readonly outs: readonly NeededOut[]; readonly cacheDir: string },
): ListedFile[] {
  const { path, recursive, dvcOnly } = wanted;
  const opened = new Set(outsToOpen(outs, wanted));
  const kept = outs.flatMap((out) => (opened.has(out) ? filesIn(out, cacheDir) : [wholeOut(out)]));
  const all = [...kept, ...gitFiles(root, path)].filter((file) => isWithin(file.path, path));
  const isEmpty = all.length === 0 && !existsSync(join(root, path));
  if (isEmpty && ![...opened].some((out) => out.path === path)) throw registryFailures['path-missing']({ path });
  const found = new Map<string, ListedFile>();
  for (const file of all) {
    if (dvcOnly && !file.isout) continue;
    // A file asked for by its own name is listed by its last part.
    const below =
      file.path === path ? path.slice(path.lastIndexOf('/') + 1) : file.path.slice(path === '' ? 0 : path.length + 1);
    const [first = '', ...rest] = below.split('/');
    if (recursive || rest.length === 0) found.set(below, { ...file, path: below });
    else if (!found.has(first)) {
      // A folder in an output is DVC's as well; one above outputs is nobody's.
      const isout = outs.some((out) => isWithin(joined(path, first), out.path));
      found.set(first, { path: first, isout, isdir: true, isexec: false, size: null, md5: null });
    }
  }
  return [...found.values()].sort((a, b) => (a.path < b.path ? -1 : 1));
}

function wholeOut({ path, oid, out }: NeededOut): ListedFile {
  const { size = null, isexec = false } = out;
  return { path, isout: true, isdir: isTreeOid(oid), isexec, size, md5: oid };
}

function filesIn(out: NeededOut, cacheDir: string): ListedFile[] {
  const entries = treeEntries(cacheDir, out);
  if (entries === undefined) return [wholeOut(out)];
  return entries.map(({ relpath, md5 }) => {
    // The tree says nothing of sizes; an object that is here does.
    const { size = null } = statSync(join(cacheDir, objectKey(md5, out.layout)), { throwIfNoEntry: false }) ?? {};
    return { path: `${out.path}/${relpath}`, isout: true, isdir: false, isexec: false, size, md5 };
  });
}

function gitFiles(root: string, path: string): ListedFile[] {
  const stat = statSync(join(root, path), { throwIfNoEntry: false });
  if (stat === undefined) return [];
  const file = { isout: false, isdir: false, md5: null };
  const isexec = (mode: number): boolean => (mode & 0o100) !== 0;
  if (stat.isFile()) return [{ ...file, path, isexec: isexec(stat.mode), size: stat.size }];
  const found = walkFolder(root, path, { ignoreFiles: 'pass' });
  return found.map(({ relpath, size, mode }) => {
    return { ...file, path: path === '' ? relpath : `${path}/${relpath}`, isexec: isexec(mode), size };
  });
}
