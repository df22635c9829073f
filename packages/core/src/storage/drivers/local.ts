import {
  closeSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  realpathSync,
  renameSync,
  rmdirSync,
  statSync,
  unlinkSync,
  utimesSync,
} from 'node:fs';
import { copyFile } from 'node:fs/promises';
import { dirname, join, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { syncFolder, writeFully } from '../../lib/atomic-file.ts';
import { writeStream } from '../../lib/write-stream.ts';
import {
  defineDriver,
  StoreTrouble,
  type Bytes,
  type Driver,
  type Entry,
  type WriteOptions,
} from '../../model/driver.ts';
import { isStaged, stagingFolder } from '../key.ts';
import { noteLinked } from './linked-folders.ts';
import { entryAt, listLocal } from './local-list.ts';
import { readLocal } from './local-read.ts';

/**
 * A folder on a local disk.
 *
 * Bytes are written synchronously: for the small files datasets are made of, that is three times faster than
 * the asynchronous calls. A file appears by rename (or link, when it must be new), so it is whole or absent.
 */
export const localDriver = defineDriver({
  schemes: ['file'],
  summary: 'A folder on this machine',
  examples: [
    { url: './out', about: 'a folder of the project' },
    { url: 'file:///data/plankton', about: 'a folder anywhere on this machine' },
  ],
  guarantees: { conditionalPut: true, versions: true },
  options: {
    fsync: {
      kind: 'flag',
      about: 'Every write through this store survives a power cut. Outputs of steps are not written through it',
    },
  },
  async open({ url, options, context }) {
    return new LocalDriver(fileURLToPath(url), { fsync: options['fsync'] === true, note: context.note });
  },
});

export class LocalDriver implements Driver {
  readonly unsizedWrites = true;
  readonly provesWrites = true;
  readonly #root: string;
  readonly #fsync: boolean;
  readonly #note: (message: string) => void;
  /** Folders known to be there and inside the root. Others may remove them: every user must cope with ENOENT. */
  readonly #folders = new Set<string>();
  #realRoot: string | undefined;
  #counter = 0;

  /** `fsync` makes every write survive a power cut, at 0.4 ms each. */
  constructor(root: string, options: { readonly fsync?: boolean; note?(message: string): void } = {}) {
    this.#root = root;
    this.#fsync = options.fsync ?? false;
    this.#note = (message) => options.note?.(message);
  }

  localPath(key: string): string {
    return join(this.#root, key);
  }

  async stat(key: string): Promise<Entry | undefined> {
    try {
      return entryAt(this.#root, key);
    } catch (error) {
      // `a` is a file, so `a/b` cannot be one.
      if ((error as NodeJS.ErrnoException).code === 'ENOTDIR') return undefined;
      throw error;
    }
  }

  async read(key: string, range: Parameters<Driver['read']>[1], signal?: AbortSignal) {
    try {
      return readLocal(this.localPath(key), range, signal);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'ENOTDIR' || code === 'EISDIR') throw new StoreTrouble('missing', `${key} is no file`);
      throw error;
    }
  }

  async *list(prefix: string, signal?: AbortSignal): AsyncGenerator<readonly Entry[], void, undefined> {
    const linked: string[] = [];
    for (const page of listLocal(this.#root, prefix, linked)) {
      signal?.throwIfAborted();
      yield page;
    }
    noteLinked(this.#note, this.#root, linked);
  }

  async write(key: string, body: Bytes, options: WriteOptions): Promise<Entry> {
    // What is staged by the engine is renamed by the engine; a second staging would only cost.
    const direct = isStaged(key) && options.ifAbsent !== true;
    const staged = direct ? key : this.#stagingKey();
    try {
      const written = await this.#writeFile(staged, body, options.signal);
      if (options.size >= 0 && written !== options.size) {
        const details = { expected: `${options.size} bytes`, found: `${written} bytes` };
        throw new StoreTrouble('corrupt', `${key} has the wrong length`, details);
      }
      if (!direct) this.#publish(staged, key, { overwrite: options.ifAbsent !== true });
    } catch (error) {
      this.#unlinkQuietly(staged);
      throw error;
    }
    return this.#entryOf(key);
  }

  async move(from: string, to: string, options: { readonly overwrite: boolean }): Promise<Entry> {
    this.#publish(from, to, options);
    return this.#entryOf(to);
  }

  async copy(from: string, to: string): Promise<Entry> {
    if (entryAt(this.#root, from) === undefined) throw new StoreTrouble('missing', `there is no ${from}`);
    const staged = this.#stagingKey();
    try {
      await this.#inFolderOf(staged, () => copyFile(this.localPath(from), this.localPath(staged)));
      this.#publish(staged, to, { overwrite: true });
    } catch (error) {
      this.#unlinkQuietly(staged);
      throw error;
    }
    return this.#entryOf(to);
  }

  async remove(keys: readonly string[]): Promise<void> {
    const emptied = new Set<string>();
    for (const key of keys) {
      try {
        unlinkSync(this.localPath(key));
      } catch (error) {
        const { code } = error as NodeJS.ErrnoException;
        // A folder of that name is no file of that key: nothing is there to remove.
        const isFolder = code === 'EISDIR' || (code === 'EPERM' && statSync(this.localPath(key)).isDirectory());
        if (code !== 'ENOENT' && code !== 'ENOTDIR' && !isFolder) throw error;
      }
      // After all files are gone: a folder is tried once, not once per file.
      emptied.add(dirname(key));
    }
    for (const folder of emptied) this.#prune(folder);
  }

  /** Leaves no empty staging folder behind in a place people look at. */
  async close(): Promise<void> {
    const ours = [...this.#folders].filter((folder) => isStaged(folder));
    for (const folder of ours) this.#prune(folder);
  }

  /** Unique among processes and threads that write into the same folder. */
  #stagingKey(): string {
    return `${stagingFolder}/put/${process.pid}-${threadSalt}-${this.#counter++}`;
  }

  async #writeFile(key: string, body: Bytes, signal: AbortSignal | undefined): Promise<number> {
    // `w`, not `wx`: a staged file of that name is what an earlier attempt of the same item left.
    const file = await this.#inFolderOf(key, async () => openSync(this.localPath(key), 'w'));
    let written = 0;
    try {
      if (body instanceof Uint8Array) {
        writeFully(file, body);
        written = body.length;
      } else {
        written = await writeStream(file, body, () => signal?.throwIfAborted());
      }
      signal?.throwIfAborted();
      // Before the rename: a name must never survive a power cut without its bytes.
      if (this.#fsync) fsyncSync(file);
    } finally {
      closeSync(file);
    }
    return written;
  }

  #publish(from: string, to: string, { overwrite }: { readonly overwrite: boolean }): void {
    const source = this.localPath(from);
    const target = this.localPath(to);
    const appear = (): void => {
      if (overwrite) {
        makeNewer(source, target);
        renameSync(source, target);
        return;
      }
      // rename(2) replaces silently; link(2) fails when the name is taken, also when 20 try at once.
      linkSync(source, target);
      unlinkSync(source);
    };
    const folder = dirname(to);
    this.#makeFolder(folder);
    try {
      appear();
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
      // Someone pruned the folder since we saw it.
      this.#folders.delete(folder);
      this.#makeFolder(folder);
      appear();
    }
    if (this.#fsync) syncFolder(dirname(target));
  }

  async #inFolderOf<T>(key: string, work: () => Promise<T>): Promise<T> {
    const folder = dirname(key);
    this.#makeFolder(folder);
    try {
      return await work();
    } catch (error) {
      // Removed by someone since we saw it. If we have not just made it ourselves, another try is worthwhile.
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || !this.#folders.delete(folder)) throw error;
      this.#makeFolder(folder);
      return work();
    }
  }

  /** Makes a folder once; refuses one that a link leads out of the store. */
  #makeFolder(folder: string): void {
    if (this.#folders.has(folder)) return;
    const path = this.localPath(folder);
    mkdirSync(path, { recursive: true });
    // Both sides resolved: the store itself may well lie behind a link.
    this.#realRoot ??= realpathSync(this.#root);
    const real = realpathSync(path);
    if (real !== this.#realRoot && !real.startsWith(this.#realRoot.replace(/[\\/]$/, '') + sep)) {
      throw new StoreTrouble('denied', `${path} leads out of the store, to ${real}`);
    }
    this.#folders.add(folder);
  }

  /** Removes a folder and those above it as long as they are empty; never the root. */
  #prune(folder: string): void {
    for (let at = folder; at !== '.' && at !== ''; at = dirname(at)) {
      try {
        rmdirSync(this.localPath(at));
      } catch (error) {
        // Gone already: the folders above it may still be empty. Anything else (not empty, mostly) ends the climb.
        if ((error as NodeJS.ErrnoException).code !== 'ENOENT') return;
      }
      this.#folders.delete(at);
    }
  }

  /** What is really there, looked up on the disk: the proof that `provesWrites` promises. */
  #entryOf(key: string): Entry {
    const entry = entryAt(this.#root, key);
    if (entry === undefined) throw new StoreTrouble('conflict', `${key} vanished right after it was written`);
    return entry;
  }

  #unlinkQuietly(key: string): void {
    try {
      unlinkSync(this.localPath(key));
    } catch {
      // Not there, or the disk is broken; the first error is the one worth telling.
    }
  }
}

/**
 * Sees to it that a replaced file is newer than it was: times move in steps of some milliseconds, and two
 * contents of one size within one step would otherwise have one version.
 */
function makeNewer(source: string, target: string): void {
  const before = statSync(target, { throwIfNoEntry: false });
  if (before === undefined) return;
  const { atimeMs, mtimeMs } = statSync(source);
  if (mtimeMs <= before.mtimeMs) utimesSync(source, atimeMs / 1000, (before.mtimeMs + 1) / 1000);
}

// Worker threads share a pid; each loads this module anew.
const threadSalt = Math.random().toString(36).slice(2, 10);
