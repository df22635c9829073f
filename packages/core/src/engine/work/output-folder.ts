import { mkdirSync, readdirSync, statSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { type Digest, sha256 } from '../../lib/digest.ts';
import type { Bytes } from '../../model/driver.ts';
import { fail } from '../../model/failure.ts';
import { hashFile, stageBytes, stageFile } from './stage-file.ts';
import type { StagedFolder } from './staged.ts';

/** A file that `write` put there. */
interface Written {
  readonly size: number;
  readonly digest: Digest;
  /** Its mtime; unknown while nobody else can write there. */
  readonly version?: string;
}

/**
 * A private folder being filled.
 *
 * Once its path was asked for, foreign programs may write there too: what lies there is then looked at when it is sealed,
 * and read back unless size and mtime are those that `write` left. Before, nobody else knows it, and nothing is looked at.
 */
export class StagingFolder {
  readonly #path: string;
  readonly #written = new Map<string, Written>();
  #isShared = false;

  constructor(path: string) {
    this.#path = path;
  }

  get path(): string {
    if (!this.#isShared)
      for (const [name, file] of this.#written) {
        this.#written.set(name, { ...file, version: String(statSync(join(this.#path, name)).mtimeMs) });
      }
    this.#isShared = true;
    return this.#path;
  }

  async write(name: string, bytes: Bytes | string): Promise<void> {
    const path = this.#pathOf(name);
    const whole = typeof bytes === 'string' ? Buffer.from(bytes) : bytes;
    if (name.includes('/')) mkdirSync(dirname(path), { recursive: true });
    if (whole instanceof Uint8Array && !this.#isShared) {
      this.#written.set(name, { size: whole.length, digest: stageBytes(whole, path) });
    } else this.#written.set(name, await stageFile(name, whole, path));
  }

  #pathOf(name: string): string {
    // Most names are plain, and to take a path apart costs as much as to hash a small file.
    if (/^[\w-][\w.-]*$/.test(name)) return `${this.#path}/${name}`;
    const path = join(this.#path, name);
    // `join` resolves `..`; the folder is private, yet a name from an archive must not leave it.
    if (relative(this.#path, path).startsWith('..') || name.startsWith('/')) {
      throw fail('store.key', { key: name, why: 'it leaves its folder' });
    }
    return path;
  }

  /** Takes stock of everything in the folder: names, sizes, digests, and the digest over them. */
  seal(key: string): StagedFolder {
    const path = this.#path;
    const files = this.#isShared ? this.#found() : this.#known();
    const size = files.reduce((sum, [, bytes]) => sum + bytes, 0);
    return { kind: 'folder', key, count: files.length, size, digest: folderDigest(files), path, files };
  }

  #known(): FolderFile[] {
    const files = [...this.#written].map(([name, { size, digest }]): FolderFile => [name, size, digest]);
    return files.sort(([a], [b]) => (a < b ? -1 : 1));
  }

  #found(): FolderFile[] {
    return listFiles(this.#path).map((name): FolderFile => {
      const full = join(this.#path, name);
      const { size, mtimeMs } = statSync(full);
      const known = this.#written.get(name);
      const isKnown = known?.size === size && known.version === String(mtimeMs);
      return [name, size, isKnown ? known.digest : hashFile(full)];
    });
  }
}

type FolderFile = StagedFolder['files'][number];

/** The digest over a folder's sorted lines `name TAB size TAB digest LF`. */
export function folderDigest(files: readonly (readonly [string, number, string])[]): Digest {
  return sha256(files.map(([name, size, digest]) => `${name}\t${size}\t${digest}\n`).join(''));
}

/** All files under a folder, by `/`-separated relative name, in code unit order. */
export function listFiles(path: string, prefix = ''): string[] {
  const names: string[] = [];
  for (const entry of readdirSync(join(path, prefix), { withFileTypes: true })) {
    const name = prefix === '' ? entry.name : `${prefix}/${entry.name}`;
    if (!entry.isDirectory()) names.push(name);
    // One by one, here as elsewhere: there may be more than a call takes arguments.
    else for (const inner of listFiles(path, name)) names.push(inner);
  }
  return prefix === '' ? names.sort() : names;
}
