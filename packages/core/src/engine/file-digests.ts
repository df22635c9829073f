import { statSync } from 'node:fs';
import type { Digest } from '../lib/digest.ts';
import { type FileRef, refUrl } from '../model/file-ref.ts';
import type { OpenStore } from '../model/store.ts';
import type { State } from '../state/state.ts';
import { folderDigest, listFiles } from './work/output-folder.ts';
import { hashFile } from './work/stage-file.ts';

/** Digests of files wherever they lie, each read at most once while its stamp stands. */
export class FileDigests {
  readonly #state: State;
  readonly #openStore: OpenStore;

  constructor(state: State, openStore: OpenStore) {
    this.#state = state;
    this.#openStore = openStore;
  }

  /** SHA-256 of a local file; remembered by size, mtime, ctime and inode. */
  async ofFile(path: string): Promise<Digest> {
    const stat = statSync(path, { bigint: true });
    const known = this.#state.memo.get(path, stat);
    if (known !== undefined) return known as Digest;
    const startedMs = Date.now();
    const digest = hashFile(path);
    this.#state.memo.put(path, stat, digest, startedMs);
    return digest;
  }

  /** The digest of a folder output: always read whole, a folder's stamp does not show changes inside. */
  ofFolder(path: string): Digest {
    return folderDigest(
      listFiles(path).map((name) => [name, statSync(`${path}/${name}`).size, hashFile(`${path}/${name}`)] as const),
    );
  }

  /** A ref's digest: its own, the listing's, or one read. */
  async ofRef(ref: FileRef): Promise<string> {
    if (ref.digest !== undefined) return ref.digest;
    const store = await this.#openStore(ref.store);
    const local = store.localPath(ref.key);
    return local === undefined ? store.digest(ref.key) : this.ofFile(local);
  }

  /** The same value with a digest on every FileRef in it, at any depth; for `uses`. */
  async withDigests(value: unknown): Promise<unknown> {
    if (typeof value !== 'object' || value === null) return value;
    // A reader's stub holds shared memory, which is no plain data to be rebuilt; its digest is its own.
    if ((value as { $type?: unknown }).$type === 'runner.reader') return value;
    if ((value as { $type?: unknown }).$type === 'file') {
      const { version: _, ...ref } = value as FileRef;
      return { ...ref, digest: await this.ofRef(value as FileRef) };
    }
    if (Array.isArray(value)) return Promise.all(value.map((member) => this.withDigests(member)));
    const entries = await Promise.all(
      Object.entries(value).map(async ([key, member]) => [key, await this.withDigests(member)] as const),
    );
    return Object.fromEntries(entries);
  }

  /**
   * True when two items differ only in versions of files whose bytes are the same.
   *
   * `before` and `after` are canonical JSON; `sources` the digests recorded when the earlier item was worked on.
   */
  async sameContent(
    before: string,
    after: string,
    sources: { readonly [url: string]: string } | undefined,
  ): Promise<boolean> {
    if (before.startsWith('#') || after.startsWith('#')) return false;
    const pairs: [FileRef, FileRef][] = [];
    if (!collectPairs(JSON.parse(before), JSON.parse(after), pairs)) return false;
    for (const [old, now] of pairs) {
      const was = old.digest ?? sources?.[refUrl(old)];
      if (was === undefined || (await this.ofRef(now)) !== was) return false;
    }
    return true;
  }
}

// Walks both values at once; false as soon as they differ in anything but a file's version and digest.
function collectPairs(before: unknown, after: unknown, pairs: [FileRef, FileRef][]): boolean {
  if (typeof before !== 'object' || before === null || typeof after !== 'object' || after === null)
    return before === after;
  const old = before as { readonly [key: string]: unknown };
  const now = after as { readonly [key: string]: unknown };
  if (old['$type'] === 'file' && now['$type'] === 'file') {
    const [a, b] = [before as FileRef, after as FileRef];
    if (a.store !== b.store || a.key !== b.key || a.size !== b.size) return false;
    if (a.version !== b.version || a.digest !== b.digest) pairs.push([a, b]);
    return true;
  }
  const keys = Object.keys(old);
  if (keys.length !== Object.keys(now).length) return false;
  return keys.every((key) => Object.hasOwn(now, key) && collectPairs(old[key], now[key], pairs));
}
