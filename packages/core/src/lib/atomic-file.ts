import { closeSync, fsyncSync, mkdirSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';

export interface AtomicFileOptions {
  /** Force the bytes and the rename to disk; costs about 0.4 ms, so only where a power cut must not hurt. */
  readonly fsync?: boolean;
  /** Permission bits of the new file, before the umask. Default 0o666. */
  readonly mode?: number;
}

/**
 * Replaces a file's whole content at once: readers see the old bytes or the new ones, never a part.
 *
 * Missing folders are made. Throws Node system errors; the temporary file is gone then.
 */
export function writeFileAtomically(path: string, data: string | Uint8Array, options: AtomicFileOptions = {}): void {
  const folder = dirname(path);
  mkdirSync(folder, { recursive: true });
  // In the same folder: a rename is only atomic within one file system.
  const temporary = `${path}.${process.pid}-${Math.random().toString(36).slice(2)}.tmp`;
  try {
    const file = openSync(temporary, 'wx', options.mode ?? 0o666);
    try {
      writeFully(file, typeof data === 'string' ? Buffer.from(data) : data);
      if (options.fsync === true) fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(temporary, path);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
  if (options.fsync === true) syncFolder(folder);
}

/** Writes all bytes to an open file; one `write` may take fewer, on a full disk or a pipe. */
export function writeFully(file: number, bytes: Uint8Array): void {
  for (let offset = 0; offset < bytes.length; ) {
    offset += writeSync(file, bytes, offset, bytes.length - offset);
  }
}

/** Makes a rename in this folder survive a power cut; folders cannot be opened on Windows, where this does nothing. */
export function syncFolder(folder: string): void {
  if (process.platform === 'win32') return;
  const handle = openSync(folder, 'r');
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}
