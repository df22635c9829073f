import { Hasher, type Digest } from '../lib/digest.ts';
import { defaultRetry, retry, type RetryPolicy } from '../lib/retry.ts';
import { type ByteRange, type Bytes, type Driver, type Entry, type Guarantees } from '../model/driver.ts';
import { fail, type FailureError } from '../model/failure.ts';
import { joinPlace } from '../model/file-ref.ts';
import type { CallOptions, Store, StoreWriteOptions } from '../model/store.ts';
import { checkKey, isStaged, stagingFolder } from './key.ts';
import { Lane } from './lane.ts';
import { judgeTrouble } from './patience.ts';
import { toFailure, troubleOf } from './trouble.ts';
import { countedStream } from './counted-stream.ts';
import { prepareUpload, type Upload } from './upload.ts';
import { writeVerified, type StoredEntry, type WritingDriver } from './verified-write.ts';

export interface ManagedStoreOptions {
  /** As users write it, without credentials. */
  readonly place: string;
  readonly driver: Driver;
  readonly guarantees: Guarantees;
  /** Key prefix of this store inside the driver, without slashes at its ends. Default: the whole driver. */
  readonly prefix?: string;
  /** Shared by the stores of one service. Default: a lane of its own, 16 wide. */
  readonly lane?: Lane;
  readonly retry?: RetryPolicy;
  /** Called by `close`. Default: closes the driver. */
  readonly onClose?: () => Promise<void>;
}

/** As failures name it: "cannot write", "cannot move". */
type Operation = 'stat' | 'read' | 'list' | 'write' | 'remove' | 'copy' | 'move' | 'sign';

/**
 * The store tasks and the engine see, around a naive driver.
 *
 * It checks keys, limits and retries requests, verifies what was written, and turns every trouble into a
 * `store.*` failure that names the URL.
 */
export class ManagedStore implements Store {
  readonly place: string;
  readonly guarantees: Guarantees;
  readonly can: Store['can'];
  readonly #driver: Driver;
  readonly #prefix: string;
  readonly #lane: Lane | undefined;
  readonly #retry: RetryPolicy;
  readonly #onClose: () => Promise<void>;

  constructor(options: ManagedStoreOptions) {
    const { driver } = options;
    this.place = options.place;
    this.guarantees = driver.guarantees ?? options.guarantees;
    this.#driver = driver;
    this.#prefix = options.prefix === undefined || options.prefix === '' ? '' : `${options.prefix}/`;
    // A local disk needs no lane: the engine already limits how many items run.
    this.#lane = driver.localPath === undefined ? (options.lane ?? new Lane(16)) : undefined;
    this.#retry = options.retry ?? defaultRetry;
    this.#onClose = options.onClose ?? (async () => driver.close?.());
    this.can = {
      list: driver.list !== undefined,
      write: driver.write !== undefined,
      writeNew: driver.write !== undefined && (driver.looksBeforeWrite === true || this.guarantees.conditionalPut),
      remove: driver.remove !== undefined,
      copy: driver.copy !== undefined,
      move: driver.move !== undefined,
      signedUrl: driver.signedUrl !== undefined,
    };
  }

  async stat(key: string, options: CallOptions = {}): Promise<Entry | undefined> {
    const inner = this.#inner(key);
    const entry = await this.#call('stat', key, options.signal, () => this.#driver.stat(inner, options.signal));
    // Drivers speak of keys inside themselves; callers only know keys inside this place.
    return entry === undefined ? undefined : { ...entry, key };
  }

  async read(
    key: string,
    options: CallOptions & { readonly range?: ByteRange } = {},
  ): Promise<AsyncIterable<Uint8Array>> {
    const inner = this.#inner(key);
    const { range, signal } = options;
    if (range !== undefined) checkRange(range);
    const stream = await this.#call('read', key, signal, () => this.#driver.read(inner, range, signal));
    return countedStream(stream, range, signal, (error) => this.#failure(error, 'read', key));
  }

  async write(key: string, body: Bytes, options: StoreWriteOptions = {}): Promise<StoredEntry> {
    const { signal } = options;
    const ifAbsent = options.ifAbsent !== undefined && options.ifAbsent !== false;
    const inner = this.#inner(key);
    const driver = this.#driver;
    if (!canWrite(driver)) throw this.#cannot('write', key);
    // Loudly: a write that merely looks first would let two writers win, and nobody would notice.
    const may = options.ifAbsent === 'best-effort' ? this.can.writeNew : this.guarantees.conditionalPut;
    if (ifAbsent && !may) throw this.#cannot('write only if absent', key);
    let upload: Upload | undefined;
    try {
      const unsized = driver.unsizedWrites === true;
      // What the service does not prove itself is held against its digest, and what must be proven too.
      const unasked = options.unasked === true && driver.provesWrites === true && options.verify === undefined;
      const ready = await prepareUpload(body, { size: options.size, digest: options.digest, unsized, unasked, signal });
      upload = ready;
      // A conditional write whose answer was lost may have happened; a second try would meet its own file.
      const again = (error: unknown): boolean => ready.repeatable && (!ifAbsent || wasRefused(error));
      const stored = await this.#call('write', key, signal, () => writeVerified(driver, inner, ready, options), again);
      return { ...stored, key };
    } catch (error) {
      throw this.#failure(error, 'write', key);
    } finally {
      await upload?.dispose();
    }
  }

  async *list(prefix = '', options: CallOptions = {}): AsyncGenerator<readonly Entry[], void, undefined> {
    const driver = this.#driver;
    if (driver.list === undefined) throw this.#cannot('list', prefix);
    // Staged files of dead runs must be found by who sweeps them, and by nobody else.
    const showStaged = isStaged(prefix);
    const outer = showStaged && prefix.startsWith(stagingFolder) ? '' : this.#prefix;
    try {
      for await (const page of driver.list(outer + prefix, options.signal)) {
        options.signal?.throwIfAborted();
        // Entries with keys we would not write are kept: a listing hides nothing, reading one says what is wrong.
        const entries = page.filter(({ key, size }) => (showStaged || !isStaged(key)) && !isFolderMarker(key, size));
        const own = outer === '' ? entries : entries.map((entry) => ({ ...entry, key: entry.key.slice(outer.length) }));
        if (own.length > 0) yield own;
      }
    } catch (error) {
      throw this.#failure(error, 'list', prefix);
    }
  }

  async remove(keys: readonly string[], options: CallOptions = {}): Promise<void> {
    const inner = keys.map((key) => this.#inner(key));
    const [first] = keys;
    if (first === undefined) return;
    const driver = this.#driver;
    if (driver.remove === undefined) throw this.#cannot('remove', first);
    // A failure of many names the place: which of them it was, only the service knows.
    await this.#call('remove', keys.length === 1 ? first : '', options.signal, () =>
      driver.remove!(inner, options.signal),
    );
  }

  async copy(from: string, to: string, options: CallOptions = {}): Promise<Entry> {
    const source = this.#inner(from);
    const target = this.#inner(to);
    const driver = this.#driver;
    if (driver.copy === undefined) {
      // Through this machine; the size lets the driver stream instead of collecting.
      const entry = await this.stat(from, options);
      if (entry === undefined) throw fail('store.missing', { url: this.#url(from) });
      return this.write(to, await this.read(from, options), { ...options, size: entry.size });
    }
    const entry = await this.#call('copy', from, options.signal, () => driver.copy!(source, target, options.signal));
    return { ...entry, key: to };
  }

  async move(from: string, to: string, options: CallOptions & { readonly overwrite: boolean }): Promise<Entry> {
    const source = this.#inner(from);
    const target = this.#inner(to);
    const driver = this.#driver;
    if (driver.move === undefined) throw this.#cannot('move', to);
    const attempt = async (count: number): Promise<Entry> => {
      try {
        return await driver.move!(source, target, options);
      } catch (error) {
        // The answer to an earlier try may have been lost after the service did it.
        const moved =
          count > 1 && troubleOf(error)?.kind === 'missing'
            ? await this.#driver.stat(target, options.signal)
            : undefined;
        if (moved === undefined) throw error;
        return moved;
      }
    };
    const entry = await this.#call('move', to, options.signal, attempt);
    return { ...entry, key: to };
  }

  async digest(key: string, options: CallOptions = {}): Promise<Digest> {
    // An MD5 from a listing is of no use: rows and refs compare SHA-256.
    const entry = await this.stat(key, options);
    if (entry?.digest?.startsWith('sha256:') === true) return entry.digest;
    const hasher = new Hasher();
    for await (const piece of await this.read(key, options)) hasher.update(piece);
    return hasher.digest();
  }

  async signedUrl(key: string, options: { readonly expiresMs: number }): Promise<string> {
    const inner = this.#inner(key);
    const driver = this.#driver;
    if (driver.signedUrl === undefined) throw this.#cannot('sign', key);
    return this.#call('sign', key, undefined, () => driver.signedUrl!(inner, options));
  }

  localPath(key: string): string | undefined {
    return this.#driver.localPath?.(this.#inner(key));
  }

  close(): Promise<void> {
    return this.#onClose();
  }

  // Staging lies at the root of the whole store, wherever a place lies in it: one folder to sweep, and none
  // inside a folder that is published.
  #inner(key: string): string {
    checkKey(key);
    return this.#prefix === '' || key.startsWith(`${stagingFolder}/`) ? key : this.#prefix + key;
  }

  async #call<T>(
    operation: Operation,
    key: string,
    signal: AbortSignal | undefined,
    attempt: (count: number) => Promise<T>,
    mayRepeat: (error: unknown) => boolean = () => true,
  ): Promise<T> {
    const lane = this.#lane;
    try {
      // Local disks go straight through: a retry loop and a lane would cost more than a small read.
      if (lane === undefined) return await attempt(1);
      return await retry(
        // The slot is given back between attempts: waiting takes no part of the service's patience.
        (count) => lane.run(() => attempt(count), signal),
        (error) => {
          const verdict = judgeTrouble(error, lane);
          return mayRepeat(error) ? verdict : { again: false };
        },
        this.#retry,
        signal,
      );
    } catch (error) {
      throw this.#failure(error, operation, key);
    }
  }

  #failure(error: unknown, what: Operation, key: string): unknown {
    return toFailure(error, { url: this.#url(key), what });
  }

  #cannot(what: string, key: string): FailureError {
    return fail('store.read-only', { url: this.#url(key), what });
  }

  #url(key: string): string {
    return joinPlace(this.place, key);
  }
}

// Object stores' consoles make these to show empty folders.
function isFolderMarker(key: string, size: number): boolean {
  return size === 0 && key.endsWith('/');
}

function checkRange({ start, end }: ByteRange): void {
  if (Number.isSafeInteger(start) && start >= 0 && (end === undefined || (Number.isSafeInteger(end) && end >= start)))
    return;
  throw fail('usage.invalid', { message: `The byte range ${start}..${end ?? ''} is none.` });
}

function canWrite(driver: Driver): driver is WritingDriver {
  return driver.write !== undefined;
}

/** Whether the service has said itself that it did nothing, and may be asked again. */
function wasRefused(error: unknown): boolean {
  const trouble = troubleOf(error);
  // 409: another writer was at the same file. One that is there already is a conflict, and is never asked for again.
  return trouble?.kind === 'throttled' || trouble?.details.status === 409;
}
