import { randomUUID } from 'node:crypto';
import {
  chmodSync,
  constants,
  copyFileSync,
  linkSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { hashBytes, hashFile, isTrusted } from './cache-file.ts';

/** How a cached object comes into the workspace; tried in the order of `cache.type`. */
export type LinkType = (typeof linkTypes)[number];

/** What `cache.type` may name. */
export const linkTypes = ['reflink', 'hardlink', 'symlink', 'copy'] as const;

/** DVC's default: files can be edited in place without touching the cache. */
const defaultLinkTypes: readonly LinkType[] = ['reflink', 'copy'];

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
  /** Where the file is made before it is renamed; beside its place when that lies on another file system. */
  readonly staging: string;
  /** What the bytes must hash to, as DVC 3 or DVC 2 hashes. */
  readonly md5: string;
  readonly kind?: 'md5' | 'legacy';
}

/** The bytes of a cached object are not those its name promises. */
export class WrongBytes extends Error {
  readonly found: string;
  constructor(found: string) {
    super(`the bytes have the md5 ${found}`);
    this.name = 'WrongBytes';
    this.found = found;
  }
}

/** How an object came to its place. */
export interface Placed {
  readonly type: LinkType;
  /** The kinds that were asked for before, and cannot be had here. */
  readonly failed: readonly LinkType[];
}

/** The file system can do none of the wanted kinds of links. */
export class NoLink extends Error {
  constructor(cause: unknown) {
    super((cause as NodeJS.ErrnoException).code ?? 'none was given', { cause });
    this.name = 'NoLink';
  }
}

/**
 * Puts an object at its place in the workspace, over what is there, by rename: never half a file.
 *
 * Copies and clones are writable and hashed on the way; links share the cache's read-only file, which is hashed when it
 * is not read-only any more. Throws {@link WrongBytes}, and {@link NoLink} when no way of linking works.
 */
export function placeFile(object: string, target: string, placing: Placing): Placed {
  const failed: LinkType[] = [];
  let cause: unknown;
  // An empty file has nothing to share, and DVC never links one.
  const { size } = statSync(object);
  const tried = size === 0 ? (['copy'] as const) : placing.types;
  for (const type of tried) {
    try {
      const made = { staging: placing.staging, isLink: type === 'hardlink' };
      throughTemporary(target, made, (temporary) => bring(type, { path: object, size }, temporary, placing));
      return { type, failed };
    } catch (error) {
      if (!mayFallThrough(error)) throw error;
      failed.push(type);
      cause = error;
    }
  }
  throw new NoLink(cause);
}

function throughTemporary(
  target: string,
  { staging, isLink }: { readonly staging: string; readonly isLink: boolean },
  make: (temporary: string) => void,
): void {
  for (const folder of [staging, dirname(target)]) {
    const temporary = join(folder, `.${randomUUID()}.tmp`);
    try {
      withFolder(folder, () => make(temporary));
      withFolder(dirname(target), () => renameSync(temporary, target));
      // Renaming a hard link onto a link of the same file does nothing and leaves the temporary name.
      if (isLink) rmSync(temporary, { force: true });
      return;
    } catch (error) {
      rmSync(temporary, { force: true });
      const isElsewhere = (error as NodeJS.ErrnoException).code === 'EXDEV' && folder === staging;
      if (!isElsewhere) throw error;
    }
  }
}

function bring(
  type: LinkType,
  { path: object, size }: { readonly path: string; readonly size: number },
  temporary: string,
  placing: Placing,
): void {
  const { isexec = false, md5, kind = 'md5' } = placing;
  const check = (found: string): void => {
    if (found !== md5) throw new WrongBytes(found);
  };
  if (type === 'hardlink' || type === 'symlink') {
    if (!isTrusted(object)) check(hashFile(object, kind));
    if (type === 'hardlink') linkSync(object, temporary);
    else symlinkSync(object, temporary);
    return;
  }
  if (type === 'copy' && size <= smallBytes) {
    const bytes = readFileSync(object);
    check(hashBytes(bytes, kind));
    writeFileSync(temporary, bytes, { flag: 'wx', mode: isexec ? 0o777 : 0o666 });
    return;
  }
  copyFileSync(object, temporary, type === 'reflink' ? constants.COPYFILE_FICLONE_FORCE : 0);
  chmodSync(temporary, (isexec ? 0o777 : 0o666) & ~umask());
  check(hashFile(temporary, kind));
}

// Up to here a file is read whole: one read, one hash, one write.
const smallBytes = 1_048_576;

function withFolder(folder: string, act: () => void): void {
  try {
    act();
  } catch (error) {
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

let knownUmask: number | undefined;

// Asking Node sets it for a moment, which a worker thread may not do; Linux tells it in a file.
function umask(): number {
  if (knownUmask === undefined) {
    try {
      knownUmask = Number.parseInt(/^Umask:\s*(\d+)/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1] ?? '022', 8);
    } catch {
      knownUmask = 0o022;
    }
  }
  return knownUmask;
}
