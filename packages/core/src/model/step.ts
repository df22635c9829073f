import type { Digest } from '../lib/digest.ts';
import type { ByteRange, Bytes } from './driver.ts';
import type { Failure } from './failure.ts';
import type { FileRef, FolderRef } from './file-ref.ts';

/**
 * A step: a named unit of work, done once or for each item; the unit of caching, retry, limits and progress.
 *
 * `work` is a top-level function that captures nothing, so it runs unchanged in this process, in a worker
 * thread or elsewhere. Its world is its item, its `uses` and its declared secrets.
 */
export interface Step<I = never, R = unknown, U = unknown> {
  readonly $type: 'runner.step';
  readonly name: string;
  readonly spec: StepSpec<I, unknown, U, never>;
  /** Only a carrier of the result's type; never there at run time. */
  readonly $result?: R;
}

/** What an item needs while it runs. */
export interface Needs {
  /** `true`: computes, so it runs in the worker pool. Default: waits mostly, runs beside the others. */
  readonly cpu?: boolean;
  /** Megabytes at its peak; the scheduler keeps the sum under the machine's share. */
  readonly memoryMb?: number;
  readonly gpu?: boolean;
  /** A named limit shared by all steps that name it (`lanes:` in the config). */
  readonly lane?: string;
}

/** An output named before the work: found in the target with this size and digest, the item is done. */
export interface ExpectedOutput {
  readonly key: string;
  readonly size: number;
  readonly digest?: Digest;
}

export interface StepSpec<I, W, U, X> {
  /** kebab-case, unique within its plugin. */
  readonly name: string;
  /** Raise it when results change for the same input; the code itself is not hashed. Default 1. */
  readonly version?: number;
  readonly needs?: Needs | ((item: I) => Needs);
  /** Further attempts after a transient failure. Default 2. */
  readonly retries?: number;
  readonly timeoutMs?: number;
  /** Items handed to one call of `work`; it then gets slots instead of an item. */
  readonly batch?: number;
  /** Names of the secrets `work` may ask for. */
  readonly secrets?: readonly string[];
  /**
   * Made once per worker, only when an item really needs work; disposed at the end.
   *
   * Several items of a worker are under way at once, those with `cpu` too: across an `await` they share it.
   */
  open?(uses: U, tools: OpenTools): Promise<X> | X;
  /** `false`: always runs; its row is only a record. */
  readonly cache?: boolean;
  expects?(item: I): readonly ExpectedOutput[];
  /**
   * Of a generator: whether a failure for good takes its rows back, those of earlier attempts included.
   *
   * Their files are removed, so that what was refused half way leaves nothing behind. Rows that another map has been
   * given already are not called back from there. Default: they stay, and the next run goes on behind them.
   */
  takesBack?(failure: Failure): boolean;
  /** `false`: keeps no rows, `expects` and the target's inventory alone decide. */
  readonly rows?: boolean;
  work(item: I, tools: Tools<U, X>): W;
}

/** What `open` may do: read what the map uses. */
export type OpenTools = Pick<Tools, 'read' | 'bytes' | 'localPath' | 'secret' | 'log'>;

/** What a `work` function returns, row by row: a generator's yields, a promise's value. */
export type WorkResult<W> = W extends AsyncGenerator<infer Y, unknown, unknown> ? Y : Awaited<W>;

/** Declares a step; see {@link StepSpec} for every option. */
export function defineStep<I, W, U = undefined, X = undefined>(
  spec: Omit<StepSpec<I, W, U, X>, 'batch'> & { readonly batch?: undefined },
): Step<I, WorkResult<W>, U>;
/** Declares a step whose work gets `batch` items at a time and answers slot by slot. */
export function defineStep<I, R, U = undefined, X = undefined>(
  spec: Omit<StepSpec<readonly Slot<I, R>[], Promise<void>, U, X>, 'needs' | 'expects'> & {
    readonly batch: number;
    readonly needs?: Needs | ((item: I) => Needs);
    expects?(item: I): readonly ExpectedOutput[];
  },
): Step<I, R, U>;
export function defineStep(spec: unknown): Step<never> {
  const { name } = spec as { readonly name: string };
  return { $type: 'runner.step', name, spec: spec as Step<never>['spec'] };
}

/** One item of a batch; answer it with `done` or `failed`, in any order; unanswered slots fail. */
export interface Slot<I, R> {
  readonly key: string;
  readonly item: I;
  /** Writes this item's outputs. */
  readonly output: Output;
  done(result: R): void;
  failed(error: unknown): void;
}

/** What `work` gets beside its item. */
export interface Tools<U = unknown, X = unknown> {
  /** The item's key within its map. */
  readonly key: string;
  readonly uses: U;
  /** What the step's `open` made. */
  readonly opened: X;
  readonly output: Output;
  /** Aborted by a timeout, a second interrupt or a `stop`. */
  readonly signal: AbortSignal;
  /** Reads a file (or a range of it) named by a ref. */
  readonly read: (ref: FileRef, range?: ByteRange) => Promise<AsyncIterable<Uint8Array>>;
  /**
   * All bytes of a file that fits into memory.
   *
   * `lent: true`: they are the step's only until this item ends, and may then be overwritten by the next. A fifth faster
   * where each item reads some megabytes.
   */
  readonly bytes: (ref: FileRef, options?: { readonly lent?: boolean }) => Promise<Uint8Array>;
  /** A path to the file's bytes on this machine; copied there first when they lie elsewhere. Read-only. */
  readonly localPath: (ref: FileRef | FolderRef) => Promise<string>;
  /**
   * Removes files for good, wherever they lie and whoever made them; those that are gone already are fine.
   *
   * A failing item does not bring them back, so it belongs into a step that may run again (`cache: false`). Give it
   * many at once: services remove up to a thousand with one request, in no order.
   */
  readonly remove: (files: readonly FileRef[]) => Promise<void>;
  /** A private path that outlives a crash and is removed when the item is done: half a download, a spool. */
  readonly scratch: (name: string) => Promise<string>;
  /** The value of a declared secret. */
  readonly secret: (name: string) => string;
  /** An HTTP request under the project's network policy: redirects re-checked, private addresses refused. */
  readonly fetch: (url: string, init?: FetchInit) => Promise<FetchedResponse>;
  /** Lines kept with the item and shown by `runner logs`; masked. */
  readonly log: (message: string) => void;
  /** How far this item is, in bytes or any other unit. */
  readonly progress: (done: number, total?: number) => void;
  /** In a generator: true when a row of this key was committed by an earlier attempt; skip it then. */
  readonly done: (key: string) => boolean;
}

/** Writes an item's outputs into the map's place; nothing is visible before the item succeeded. */
export interface Output {
  /**
   * `verify: 'read'` is for bytes whose other copy will be given up: a remote store that tells no digest of what it
   * stored must give them back before the output counts.
   */
  write(key: string, bytes: Bytes | string, options?: { readonly verify?: 'read' }): Promise<FileRef>;
  /** A link where the bytes are our own and on the same disk, a server-side copy, else a copy. */
  copy(key: string, ref: FileRef, options?: CopyOptions): Promise<FileRef>;
  /** A private folder, published whole and recorded as one output. */
  folder(key: string): Promise<OutputFolder>;
  /** A private path for a foreign program to write to; `wrote` makes it an output. */
  path(key: string): Promise<string>;
  wrote(key: string): Promise<FileRef>;
}

export interface CopyOptions {
  /**
   * A file that was seen at the key and may be replaced, whoever made it. When it has changed since, the item
   * fails with `store.conflict` instead.
   *
   * `any`: whatever lies there, unseen. Only for keys that are made of the bytes' own digest: they are the same bytes.
   */
  readonly replaces?: FileRef | 'any';
}

export interface OutputFolder {
  /** A local path to write files under, for foreign programs too. Ask only if needed: what lies there is then read back. */
  readonly path: string;
  write(name: string, bytes: Bytes | string): Promise<void>;
  /** Ends writing; the folder appears when the item is committed. */
  close(): Promise<FolderRef>;
}

export interface FetchInit {
  readonly method?: string;
  readonly headers?: { readonly [name: string]: string };
  readonly body?: Uint8Array | string;
  readonly signal?: AbortSignal;
  /** Give up after this long without a byte. Default 60,000. */
  readonly idleTimeoutMs?: number;
  /** Refuse bodies larger than this. */
  readonly maxBytes?: number;
}

export interface FetchedResponse {
  readonly status: number;
  /** Lower-case names. */
  readonly headers: { readonly [name: string]: string };
  /** After redirects. */
  readonly url: string;
  readonly body: AsyncIterable<Uint8Array>;
  text(): Promise<string>;
}
