import { createHash, randomUUID } from 'node:crypto';
import {
  chmodSync,
  closeSync,
  constants,
  copyFileSync,
  mkdirSync,
  openSync,
  readFileSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { LegacyMd5 } from '../formats/md5.ts';
import { objectKey } from './object-path.ts';

/** The md5 and size of bytes that lie in the cache now. */
export interface Cached {
  readonly md5: string;
  /** Bytes. */
  readonly size: number;
}

// Objects of this mode are trusted by both tools without being hashed again.
const objectMode = 0o444;
// Up to here a file is read whole: one read, one hash, one write.
const smallBytes = 1_048_576;

/**
 * Hashes a file and puts its bytes into the cache in one read; the object appears whole or not at all.
 *
 * An object that is there and trusted (0444, same size) is left alone, so the call may be repeated after a crash.
 * Throws Node's system errors; a file that changes while it is read is hashed as it was copied.
 */
export function cacheFile(path: string, cacheDir: string): Cached {
  const { size } = statSync(path);
  return size <= smallBytes ? cacheBytes(readFileSync(path), cacheDir) : cacheLarge(path, cacheDir);
}

/** Puts bytes into the cache under their md5, or under `oid` where that is known (`.dir` objects). */
export function cacheBytes(bytes: Uint8Array, cacheDir: string, oid?: string): Cached {
  const md5 = oid ?? createHash('md5').update(bytes).digest('hex');
  const target = join(cacheDir, objectKey(md5));
  if (!isTrusted(target, bytes.length)) {
    const temporary = temporaryBeside(target);
    publish(temporary, target, () => writeFileSync(temporary, bytes, { mode: objectMode, flag: 'wx' }));
  }
  return { md5, size: bytes.length };
}

/** The md5 of a file's bytes, as DVC 3 hashes (`md5`) or as DVC 2 did (`legacy`). */
export function hashFile(path: string, kind: 'md5' | 'legacy' = 'md5'): string {
  const hash = kind === 'md5' ? createHash('md5') : new LegacyMd5();
  eachPiece(path, (piece) => void hash.update(piece));
  return kind === 'md5' ? (hash as ReturnType<typeof createHash>).digest('hex') : (hash as LegacyMd5).digest();
}

/** {@link hashFile} of bytes at hand. */
export function hashBytes(bytes: Uint8Array, kind: 'md5' | 'legacy' = 'md5'): string {
  return kind === 'md5' ? createHash('md5').update(bytes).digest('hex') : new LegacyMd5().update(bytes).digest();
}

/** Whether an object is there and need not be hashed: mode 0444, and the size when it is known. */
export function isTrusted(path: string, size?: number): boolean {
  const stat = statSync(path, { throwIfNoEntry: false });
  return stat !== undefined && (stat.mode & 0o777) === objectMode && (size === undefined || stat.size === size);
}

// A clone costs nothing and leaves one read for the hash; elsewhere the copy is hashed as it is written.
function cacheLarge(path: string, cacheDir: string): Cached {
  const temporary = temporaryBeside(join(cacheDir, 'files', 'md5', 'new', 'object'));
  mkdirSync(dirname(temporary), { recursive: true });
  try {
    const cloned = clone(path, temporary);
    const md5 = cloned ? hashFile(temporary) : copyHashed(path, temporary);
    const { size } = statSync(temporary);
    const target = join(cacheDir, objectKey(md5));
    if (isTrusted(target, size)) rmSync(temporary);
    else publish(temporary, target, () => chmodSync(temporary, objectMode));
    return { md5, size };
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
}

function clone(from: string, to: string): boolean {
  try {
    copyFileSync(from, to, constants.COPYFILE_FICLONE_FORCE | constants.COPYFILE_EXCL);
    return true;
  } catch (error) {
    if (!cannotClone.has((error as NodeJS.ErrnoException).code ?? '')) throw error;
    return false;
  }
}

const cannotClone = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'EXDEV', 'ENOTTY', 'ENOSYS', 'EINVAL', 'EAGAIN']);

function copyHashed(from: string, to: string): string {
  const hash = createHash('md5');
  const out = openSync(to, 'wx');
  try {
    eachPiece(from, (piece) => {
      hash.update(piece);
      for (let at = 0; at < piece.length; ) at += writeSync(out, piece, at);
    });
  } finally {
    closeSync(out);
  }
  return hash.digest('hex');
}

function eachPiece(path: string, take: (piece: Uint8Array) => void): void {
  const file = openSync(path, 'r');
  try {
    const buffer = Buffer.allocUnsafe(smallBytes);
    for (;;) {
      const count = readSync(file, buffer);
      if (count === 0) return;
      take(buffer.subarray(0, count));
    }
  } finally {
    closeSync(file);
  }
}

// The name DVC gives its own unfinished files: dot first, `.tmp` last; both tools pass over it.
function temporaryBeside(target: string): string {
  return join(dirname(target), `.${randomUUID()}.tmp`);
}

function publish(temporary: string, target: string, fill: () => void): void {
  try {
    fill();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    mkdirSync(dirname(target), { recursive: true });
    fill();
  }
  try {
    renameSync(temporary, target);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    mkdirSync(dirname(target), { recursive: true });
    renameSync(temporary, target);
  }
}
