import { randomUUID } from 'node:crypto';
import {
  chmodSync,
  constants,
  copyFileSync,
  linkSync,
  mkdirSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
} from 'node:fs';
import { dirname, join } from 'node:path';

/** How a cached object comes into the workspace; tried in the order of `cache.type`. */
export type LinkType = 'reflink' | 'hardlink' | 'symlink' | 'copy';

/** DVC's default: files can be edited in place without touching the cache. */
export const defaultLinkTypes: readonly LinkType[] = ['reflink', 'copy'];

/** Reads `cache.type`; DVC falls through what the file system cannot do, and so do we. */
export function linkTypesOf(type: string | readonly string[] | undefined): readonly LinkType[] {
  if (type === undefined) return defaultLinkTypes;
  const names = (typeof type === 'string' ? type.split(',') : type).map((name) => name.trim());
  const known = names.filter((name): name is LinkType => ['reflink', 'hardlink', 'symlink', 'copy'].includes(name));
  return known.length === 0 ? defaultLinkTypes : known;
}

export interface Placing {
  readonly types: readonly LinkType[];
  /** The owner may run it. */
  readonly isexec?: boolean;
}

/**
 * Puts an object at its place in the workspace, over what is there, by rename: never half a file.
 *
 * Copies and clones are writable; links share the cache's read-only file. Throws Node's system errors, the last
 * one when no way of linking works.
 */
export function placeFile(object: string, target: string, { types, isexec = false }: Placing): LinkType {
  const temporary = join(dirname(target), `.${randomUUID()}.tmp`);
  let failed: unknown;
  // An empty file has nothing to share, and DVC never links one.
  const tried = statSync(object).size === 0 ? (['copy'] as const) : types;
  for (const type of tried) {
    try {
      withFolder(target, () => bring(type, object, temporary));
      if (type === 'copy' || type === 'reflink') chmodSync(temporary, fileMode(isexec));
      renameSync(temporary, target);
      // Renaming a hard link onto a link of the same file does nothing and leaves the temporary name.
      rmSync(temporary, { force: true });
      return type;
    } catch (error) {
      rmSync(temporary, { force: true });
      if (!mayFallThrough(error)) throw error;
      failed = error;
    }
  }
  throw failed;
}

function bring(type: LinkType, object: string, temporary: string): void {
  if (type === 'hardlink') linkSync(object, temporary);
  else if (type === 'symlink') symlinkSync(object, temporary);
  else if (type === 'reflink') copyFileSync(object, temporary, constants.COPYFILE_FICLONE_FORCE);
  else copyFileSync(object, temporary);
}

function withFolder(target: string, act: () => void): void {
  try {
    act();
  } catch (error) {
    const folder = dirname(target);
    const isMissing = statSync(folder, { throwIfNoEntry: false }) === undefined;
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || !isMissing) throw error;
    mkdirSync(folder, { recursive: true });
    act();
  }
}

function mayFallThrough(error: unknown): boolean {
  const { code = '' } = error as NodeJS.ErrnoException;
  return ['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'EXDEV', 'ENOTTY', 'ENOSYS', 'EINVAL', 'EAGAIN', 'EMLINK'].includes(code);
}

function fileMode(isexec: boolean): number {
  return (isexec ? 0o777 : 0o666) & ~umask();
}

// Asking sets it for a moment, which a worker thread may not do; then the usual one is taken.
function umask(): number {
  try {
    return process.umask();
  } catch {
    return 0o022;
  }
}
