import { createHash } from 'node:crypto';
import {
  defineDriver,
  StoreTrouble,
  type ByteRange,
  type Bytes,
  type Driver,
  type Entry,
  type WriteOptions,
} from '../../model/driver.ts';

/** A store in this process's memory, shared by name; gone with the process. For tests and examples. */
export const memoryDriver = defineDriver({
  schemes: ['memory'],
  summary: 'The memory of this process, for tests',
  examples: [{ url: 'memory:demo', about: 'files that are gone when the process ends' }],
  guarantees: { conditionalPut: true, versions: true },
  // No `options`: it stands in for other kinds in tests, with their options left as they are.
  async open({ url, options }) {
    const pageEntries = options['pageEntries'];
    return new MemoryDriver(url.pathname, typeof pageEntries === 'number' ? { pageEntries } : {});
  },
});

interface Held {
  readonly bytes: Uint8Array;
  readonly entry: Entry;
}

// By name, like folders on a disk: two openers of `memory:x` see one store.
const shared = new Map<string, Map<string, Held>>();
// One counter for all stores, so that no version ever comes twice.
let versions = 0;

export class MemoryDriver implements Driver {
  readonly unsizedWrites = true;
  readonly #files: Map<string, Held>;
  readonly #pageEntries: number;

  constructor(name: string, options: { readonly pageEntries?: number } = {}) {
    this.#files = shared.get(name) ?? new Map<string, Held>();
    shared.set(name, this.#files);
    this.#pageEntries = options.pageEntries ?? 1000;
  }

  async stat(key: string): Promise<Entry | undefined> {
    return this.#files.get(key)?.entry;
  }

  async read(key: string, range: ByteRange | undefined): Promise<AsyncIterable<Uint8Array>> {
    // Taken now: a reader keeps the version it opened, whatever is written later.
    const { bytes } = this.#held(key);
    return pieces(range === undefined ? bytes : bytes.subarray(range.start, range.end));
  }

  async *list(prefix: string): AsyncGenerator<readonly Entry[], void, undefined> {
    // A snapshot: a listing that sees files written while it runs would differ from run to run.
    const found = [...this.#files.values()].map(({ entry }) => entry).filter(({ key }) => key.startsWith(prefix));
    for (let at = 0; at < found.length; at += this.#pageEntries) yield found.slice(at, at + this.#pageEntries);
  }

  async write(key: string, body: Bytes, options: WriteOptions): Promise<Entry> {
    const bytes = await collect(body, options.signal);
    if (options.size >= 0 && bytes.length !== options.size) {
      const details = { expected: `${options.size} bytes`, found: `${bytes.length} bytes` };
      throw new StoreTrouble('corrupt', `${key} has the wrong length`, details);
    }
    // No await between the look and the act: that is what makes it atomic here.
    if (options.ifAbsent === true && this.#files.has(key)) throw new StoreTrouble('conflict', `${key} exists`);
    return this.#put(key, bytes);
  }

  async remove(keys: readonly string[]): Promise<void> {
    for (const key of keys) this.#files.delete(key);
  }

  async copy(from: string, to: string): Promise<Entry> {
    return this.#put(to, this.#held(from).bytes);
  }

  async move(from: string, to: string, options: { readonly overwrite: boolean }): Promise<Entry> {
    const { bytes } = this.#held(from);
    if (!options.overwrite && this.#files.has(to)) throw new StoreTrouble('conflict', `${to} exists`);
    this.#files.delete(from);
    return this.#put(to, bytes);
  }

  #put(key: string, bytes: Uint8Array): Entry {
    const digest = `sha256:${createHash('sha256').update(bytes).digest('hex')}` as const;
    const entry: Entry = { key, size: bytes.length, version: String(++versions), digest, modifiedMs: Date.now() };
    this.#files.set(key, { bytes, entry });
    return entry;
  }

  #held(key: string): Held {
    const held = this.#files.get(key);
    if (held === undefined) throw new StoreTrouble('missing', `there is no ${key}`);
    return held;
  }
}

async function collect(body: Bytes, signal: AbortSignal | undefined): Promise<Uint8Array> {
  // Copies even what is one buffer: its owner may reuse it.
  if (body instanceof Uint8Array) return Buffer.from(body);
  const parts: Uint8Array[] = [];
  for await (const part of body) {
    signal?.throwIfAborted();
    parts.push(part);
  }
  signal?.throwIfAborted();
  return Buffer.concat(parts);
}

// In pieces, as every real store does it: readers that cannot cope should fail here first.
async function* pieces(bytes: Uint8Array): AsyncGenerator<Uint8Array, void, undefined> {
  const pieceBytes = 65_536;
  for (let at = 0; at < bytes.length; at += pieceBytes) yield bytes.subarray(at, at + pieceBytes);
}
