import type { Digest } from '../lib/digest.ts';
import type { ByteRange, Bytes, Entry, Guarantees } from './driver.ts';

/**
 * A place for bytes named by a URL, as tasks and the engine see it: checked keys, retries, verified bytes.
 *
 * Every method throws a `store.*` failure that names the URL. Keys use `/`, never start or end with it and
 * hold no `.`/`..` segment, backslash, NUL or drive letter.
 */
export interface Store {
  /** The place as users write it (`work:pictures`, `cloud:sets`), without credentials. */
  readonly place: string;
  readonly guarantees: Guarantees;
  /** What this store can do, by the driver's own methods. */
  readonly can: {
    /** `writeNew`: takes `ifAbsent: 'best-effort'`. */
    readonly [M in 'list' | 'write' | 'writeNew' | 'remove' | 'copy' | 'move' | 'signedUrl']: boolean;
  };
  /** Undefined when there is no such file. */
  stat(key: string, options?: CallOptions): Promise<Entry | undefined>;
  /** The file's bytes, or those of a range; fails when the service sends fewer than it announced. */
  read(key: string, options?: CallOptions & { readonly range?: ByteRange }): Promise<AsyncIterable<Uint8Array>>;
  /** Writes the whole file or nothing, and verifies what the service stored (length, digest where told). */
  write(key: string, body: Bytes, options?: StoreWriteOptions): Promise<Entry & { readonly digest: Digest }>;
  /** All files under a prefix, page by page; folders the engine stages in are left out. */
  list(prefix?: string, options?: CallOptions): AsyncIterable<readonly Entry[]>;
  remove(keys: readonly string[], options?: CallOptions): Promise<void>;
  /** Inside the store; server-side where the service can, else through this machine. */
  copy(from: string, to: string, options?: CallOptions): Promise<Entry>;
  /** Atomic rename; fails with `store.conflict` when the target exists and `overwrite` is false. */
  move(from: string, to: string, options: CallOptions & { readonly overwrite: boolean }): Promise<Entry>;
  /** The listing's sha256 where the service tells it, else one read. */
  digest(key: string, options?: CallOptions): Promise<Digest>;
  signedUrl(key: string, options: { readonly expiresMs: number }): Promise<string>;
  /** The path of a key when the store lies on a local disk, else undefined. */
  localPath(key: string): string | undefined;
  close(): Promise<void>;
}

export interface CallOptions {
  readonly signal?: AbortSignal;
}

export interface StoreWriteOptions extends CallOptions {
  /** Bytes; needed for streams only where known, the store spools what services want announced. */
  readonly size?: number;
  readonly digest?: Digest;
  /**
   * Fail with `store.conflict` when the key exists. True is for stores that guarantee `conditionalPut`; with
   * `best-effort` several of those who write at the same moment may win.
   */
  readonly ifAbsent?: boolean | 'best-effort';
  /**
   * For bytes whose other copy will be given up: where the service tells no digest of what it stored, the file is
   * read back before it counts. Default: size, and the digest where it is told.
   */
  readonly verify?: 'read';
  /** Nobody will ask for the digest: a large stream need not be hashed, and what is returned may have an empty one. */
  readonly unasked?: boolean;
}

/** Opens the store of a place; the same place gives the same store within a run. */
export type OpenStore = (place: string) => Promise<Store>;
