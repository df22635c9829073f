import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { registryFailures } from '../failures.ts';
import { isWithin, joined } from '../repo/targets.ts';
import { describedBy } from '../repo/tracked.ts';
import { walkFolder } from '../workspace/walk.ts';
import { type NeededOut, outsOf, treeEntries } from './needed.ts';
import { isTreeOid, type Layout } from './object-path.ts';

/** A file of another repository: an object of its data, or a file that git keeps. */
export interface SourceFile {
  /** Within what is asked for; '' when that is the file itself. */
  readonly relpath: string;
  readonly object?: { readonly md5: string; readonly layout: Layout };
  /** From the root of its work tree. */
  readonly inGit?: string;
  readonly isexec?: boolean;
}

/** The outputs at, above or below a path of a repository (posix, from the root); throws `registry.path-missing`. */
export function sourceOuts(root: string, path: string): NeededOut[] {
  const outs = outsOf(describedBy(root)).flatMap((out): NeededOut[] => {
    if (isWithin(out.path, path)) return [out];
    return isTreeOid(out.oid) && isWithin(path, out.path) ? [{ ...out, part: path.slice(out.path.length + 1) }] : [];
  });
  if (outs.length === 0 && !existsSync(join(root, path))) throw registryFailures['path-missing']({ path });
  return outs;
}

/**
 * The files at a path, once the `.dir` objects of its outputs lie in the cache.
 *
 * A folder above outputs holds theirs and those that git keeps there, as DVC assembles it.
 */
export function sourceFiles(
  root: string,
  path: string,
  { outs, cacheDir }: { readonly outs: readonly NeededOut[]; readonly cacheDir: string },
): { readonly isFolder: boolean; readonly files: readonly SourceFile[] } {
  const files = outs.flatMap((out) => outFiles(out, path, cacheDir));
  // A path in an output may turn out to be one of its files.
  if (files.length === 1 && files[0]?.relpath === '') return { isFolder: false, files };
  const stat = statSync(join(root, path), { throwIfNoEntry: false });
  if (stat?.isFile() === true) {
    const isexec = (stat.mode & 0o100) !== 0;
    return { isFolder: false, files: [{ relpath: '', inGit: path, ...(isexec ? { isexec } : {}) }] };
  }
  // What describes the data is no part of it.
  const found = stat === undefined ? [] : walkFolder(root, path, { ignoreFiles: 'pass' });
  const kept = found.filter(({ relpath }) => !/(?:\.dvc|(?:^|\/)(?:dvc\.yaml|\.dvcignore))$/.test(relpath));
  return {
    isFolder: true,
    files: [...files, ...kept.map(({ relpath }) => ({ relpath, inGit: joined(path, relpath) }))],
  };
}

function outFiles(out: NeededOut, path: string, cacheDir: string): SourceFile[] {
  const entries = treeEntries(cacheDir, out);
  if (entries === undefined) throw registryFailures['object-missing']({ path: out.path, key: out.oid, cacheDir });
  if (entries.length === 0 && out.part !== undefined) throw registryFailures['path-missing']({ path });
  return entries.map(({ relpath, md5 }) => {
    const whole = joined(out.path, relpath);
    return {
      relpath: whole === path ? '' : whole.slice(path === '' ? 0 : path.length + 1),
      object: { md5, layout: out.layout },
      ...(out.out.isexec === true ? { isexec: true } : {}),
    };
  });
}
