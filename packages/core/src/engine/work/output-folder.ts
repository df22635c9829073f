import { mkdirSync, readdirSync, statSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { type Digest, sha256 } from '../../lib/digest.ts';
import type { Bytes } from '../../model/driver.ts';
import { fail } from '../../model/failure.ts';
import { hashFile, stageFile } from './stage-file.ts';
import type { StagedFile, StagedFolder } from './staged.ts';

/** A private folder being filled; foreign programs may write there too, so what they wrote is read back when it is sealed. */
export class StagingFolder {
  readonly #path: string;
  /** What `write` put there, by name: not read back while size and mtime are those it left. */
  readonly #written = new Map<string, StagedFile>();

  constructor(path: string) {
    this.#path = path;
  }

  async write(name: string, bytes: Bytes | string): Promise<void> {
    const path = join(this.#path, name);
    // `join` resolves `..`; the folder is private, yet a name from an archive must not leave it.
    if (relative(this.#path, path).startsWith('..') || name.startsWith('/')) {
      throw fail('store.key', { key: name, why: 'it leaves its folder' });
    }
    const whole = typeof bytes === 'string' ? Buffer.from(bytes) : bytes;
    if (name.includes('/')) mkdirSync(dirname(path), { recursive: true });
    this.#written.set(name, await stageFile(name, whole, path));
  }

  /** Takes stock of everything in the folder: names, sizes, digests, and the digest over them. */
  seal(key: string): StagedFolder {
    const path = this.#path;
    const files = listFiles(path).map((name): readonly [string, number, Digest] => {
      const full = join(path, name);
      const { size, mtimeMs } = statSync(full);
      const known = this.#written.get(name);
      const isKnown = known?.size === size && known.version === String(mtimeMs);
      return [name, size, isKnown ? known.digest : hashFile(full)];
    });
    const size = files.reduce((sum, [, bytes]) => sum + bytes, 0);
    return { kind: 'folder', key, count: files.length, size, digest: folderDigest(files), path, files };
  }
}

/** The digest over a folder's sorted lines `name TAB size TAB digest LF`. */
export function folderDigest(files: readonly (readonly [string, number, string])[]): Digest {
  return sha256(files.map(([name, size, digest]) => `${name}\t${size}\t${digest}\n`).join(''));
}

/** All files under a folder, by `/`-separated relative name, in code unit order. */
export function listFiles(path: string, prefix = ''): string[] {
  const names: string[] = [];
  for (const entry of readdirSync(join(path, prefix), { withFileTypes: true })) {
    const name = prefix === '' ? entry.name : `${prefix}/${entry.name}`;
    if (entry.isDirectory()) names.push(...listFiles(path, name));
    else names.push(name);
  }
  return prefix === '' ? names.sort() : names;
}
