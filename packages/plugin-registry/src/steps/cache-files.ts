import { statSync } from 'node:fs';
import { join } from 'node:path';
import { defineStep } from '@dataset-runner/core/plugin';
import { cacheFile, hashFile, isTrusted } from '../objects/cache-file.ts';
import { objectKey } from '../objects/object-path.ts';

/** Some files of one folder, about a thousand. */
export interface FileChunk {
  readonly key: string;
  /** The tracked path they belong to, posix, from the root. */
  readonly path: string;
  /** Absolute. */
  readonly folder: string;
  readonly indexFolder: string;
  /** When the walk that found them began. */
  readonly walkedMs: number;
  /** Absolute; undefined hashes only. */
  readonly cacheDir?: string;
  /** Hash as DVC 2 did. */
  readonly legacy?: boolean;
  /** Posix paths in the folder, each with its md5 where the index knows it. */
  readonly files: readonly { readonly relpath: string; readonly md5?: string; readonly size?: number }[];
}

/** A file as it was when it was read: relpath, md5, bytes, mtime and ctime in ns, inode. */
export type HashedFile = readonly [string, string, number, string, string, string];

/** A chunk with its hashes. */
export interface HashedChunk {
  readonly path: string;
  readonly indexFolder: string;
  readonly walkedMs: number;
  readonly files: readonly HashedFile[];
}

/**
 * Hashes files and puts them into the cache in the same read.
 *
 * Always runs: the cache itself says what is done, so a killed run repeats nothing that lies there.
 */
export const cacheFiles = defineStep({
  name: 'cache-files',
  // A few small files are read sooner than a worker starts.
  needs: ({ files }: FileChunk) => ({ cpu: isMuch(files) }),
  cache: false,
  work(chunk: FileChunk, { progress, signal }): HashedChunk {
    const { path: owner, folder, indexFolder, walkedMs, cacheDir, legacy = false } = chunk;
    const files: HashedFile[] = [];
    let bytes = 0;
    for (const { relpath, md5, size } of chunk.files) {
      signal.throwIfAborted();
      const path = join(folder, relpath);
      // Times before bytes: a file that changes while it is read must not look like the one that was read.
      const stat = statSync(path, { bigint: true });
      const isThere = md5 !== undefined && (cacheDir === undefined || isTrusted(join(cacheDir, objectKey(md5)), size));
      const digest = isThere ? md5 : digestOf(path, cacheDir, legacy);
      files.push([relpath, digest, Number(stat.size), String(stat.mtimeNs), String(stat.ctimeNs), String(stat.ino)]);
      progress((bytes += Number(stat.size)));
    }
    return { path: owner, indexFolder, walkedMs, files };
  },
});

function digestOf(path: string, cacheDir: string | undefined, legacy: boolean): string {
  if (cacheDir !== undefined) return cacheFile(path, cacheDir).md5;
  return hashFile(path, legacy ? 'legacy' : 'md5');
}

function isMuch(files: FileChunk['files']): boolean {
  return files.length > 100 || files.reduce((sum, { size = 0 }) => sum + size, 0) > 8_000_000;
}

/** Splits a list of files into chunks that keep two cores busy and a message small. */
export function* chunked<T>(files: readonly T[], size = 1000): Generator<T[]> {
  for (let at = 0; at < files.length; at += size) yield files.slice(at, at + size);
}
