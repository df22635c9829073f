import type { Digest } from '../lib/digest.ts';

/**
 * The driver contract: what a third party implements to add a kind of store.
 *
 * Drivers stay naive. The managed store around them owns key checks, retry, lanes, digests, failure mapping
 * and redaction. Leaving a method out *is* the declaration that the service cannot do it.
 */

/** One file as a listing shows it. */
export interface Entry {
  readonly key: string;
  /** Bytes. */
  readonly size: number;
  /** Changes whenever the bytes change (mtime, etag, generation); absent on weak services. */
  readonly version?: string;
  /** Where the service tells it in listings. */
  readonly digest?: Digest;
  readonly modifiedMs?: number;
}

/** Half-open byte range `[start, end)`; `end` undefined reads to the end. */
export interface ByteRange {
  readonly start: number;
  readonly end?: number;
}

export type Bytes = Uint8Array | AsyncIterable<Uint8Array>;

/** A stream of a file's bytes; where the service announced how many will come, the managed store counts them. */
export interface ReadStream extends AsyncIterable<Uint8Array> {
  readonly announcedBytes?: number | undefined;
  /** The stream fails, at its end at the latest, unless its bytes have this digest: nobody need hash them again. */
  readonly provenDigest?: Digest | undefined;
}

/** What a write returns: the entry of what is stored. */
export interface Written extends Entry {
  /**
   * The service told or checked a digest of every byte and the driver saw it agree. Without it a write that must
   * be proven (`verify: 'read'`) is read back.
   */
  readonly bytesChecked?: true;
}

export interface WriteOptions {
  /** Bytes that will come; -1 when nobody knows, which only drivers with `unsizedWrites` see. */
  readonly size: number;
  /** The sha256 of the bytes when it is known before they are sent. */
  readonly digest?: Digest;
  /** Fail with trouble `conflict` when the key exists; only drivers that guarantee `conditionalPut` or say `looksBeforeWrite` see it. */
  readonly ifAbsent?: boolean;
  readonly signal?: AbortSignal;
}

/** An opened store of one kind. Every method throws {@link StoreTrouble} or a Node system error. */
export interface Driver {
  /** What this one service promises, where services of one kind differ. Default: as its definition says. */
  readonly guarantees?: Guarantees;
  /** Undefined means missing; anything else unexpected throws. */
  stat(key: string, signal?: AbortSignal): Promise<Entry | undefined>;
  /** Throws trouble `missing` before the first byte. The stream must fail when it is cut short. */
  read(key: string, range: ByteRange | undefined, signal?: AbortSignal): Promise<ReadStream>;
  /** All files whose key starts with the prefix, in pages, in any order, complete or throwing. */
  list?(prefix: string, signal?: AbortSignal): AsyncIterable<readonly Entry[]>;
  /** Makes the whole file visible at once, or nothing. */
  write?(key: string, body: Bytes, options: WriteOptions): Promise<Written>;
  /** `write` takes streams of unknown length; without it the managed store spools them first. */
  readonly unsizedWrites?: true;
  /** `write` refuses what lies there when told `ifAbsent`, though of writers at the same moment several may win. */
  readonly looksBeforeWrite?: true;
  /** The entry `write` returns was measured on what is stored; without it the managed store asks `stat` again. */
  readonly provesWrites?: true;
  /** Removing what is not there is fine. Throws when any key is left. */
  remove?(keys: readonly string[], signal?: AbortSignal): Promise<void>;
  /** A copy inside the service. */
  copy?(from: string, to: string, signal?: AbortSignal): Promise<Entry>;
  /** An atomic rename inside the service; its presence makes the engine stage under `.runner-staging/`. */
  move?(
    from: string,
    to: string,
    options: { readonly overwrite: boolean; readonly signal?: AbortSignal },
  ): Promise<Entry>;
  signedUrl?(key: string, options: { readonly expiresMs: number }): Promise<string>;
  /** The path of a key on a local disk; its presence lets the engine link and rename instead of copying. */
  localPath?(key: string): string;
  close?(): Promise<void>;
}

/** What a service promises beyond plain reads and writes; the contract suite proves it. */
export interface Guarantees {
  /** `ifAbsent` is atomic: of 20 racing writers exactly one wins. */
  readonly conditionalPut: boolean;
  /** Entries carry a version that changes with the bytes. */
  readonly versions: boolean;
}

/** One example URL or config, shown in docs and used by tests. */
export interface DriverExample {
  readonly url: string;
  readonly about: string;
}

/** What a driver is opened with: the parsed URL and the options and secrets of its entry under `stores:`. */
export interface DriverConfig {
  /** As written, without credentials. */
  readonly url: URL;
  /** Resolved values; secrets among them are already masked in every sink. */
  readonly options: { readonly [name: string]: unknown };
  /** The network policy and the project folder. */
  readonly context: DriverContext;
}

export interface DriverContext {
  /** Local folder relative `file:` URLs start from. */
  readonly projectDir: string;
  /** Where `work:` lies. */
  readonly workDir: string;
  /** Hosts with private addresses that may be reached, from `network.allowHosts`. */
  readonly allowHosts: readonly string[];
  /**
   * Runs one request of a longer call (a page of a listing, a part of an upload) under the store's own rules.
   *
   * Again when its trouble may pass; slower for all stores of the host when the service asks for fewer requests.
   * Whole calls need none of it: the managed store repeats those.
   */
  readonly patiently: <T>(request: () => Promise<T>, signal?: AbortSignal) => Promise<T>;
  /** Tells people of what is no failure and yet not what they would expect; of one text once. */
  readonly note: (message: string) => void;
  /**
   * Opens the driver of another URL, for a kind of store that only knows where the bytes really lie.
   *
   * Throws as a place of that URL would. The caller owns the driver, and closes it in its own `close`.
   */
  readonly openDriver: (target: DriverTarget) => Promise<Driver>;
}

/** Where a driver that stands for another finds its bytes. */
export interface DriverTarget {
  /** As under `stores:`: a URL or an absolute path, without credentials. */
  readonly url: string;
  readonly options?: { readonly [name: string]: unknown };
  /** Values among the options that no log may show. */
  readonly secrets?: readonly string[];
}

/** What an option may be written as; `count` is a whole number, `map` a map of names to texts. */
export type OptionKind = 'text' | 'count' | 'flag' | 'map';

/** One option that an entry under `stores:` may have: what checks it, and what the docs say of it. */
export interface DriverOption {
  readonly kind: OptionKind | readonly OptionKind[];
  readonly about: string;
  /** Of a text: all that it may be. */
  readonly oneOf?: readonly string[];
  /** Of a count. Default 1. */
  readonly least?: number;
}

export type DriverOptions = { readonly [name: string]: DriverOption };

export interface DriverDefinition {
  readonly $type: 'runner.driver';
  readonly api: 1;
  /** URL schemes without the colon, as in `['webdav+http', 'webdav+https']`. */
  readonly schemes: readonly string[];
  readonly summary: string;
  readonly examples: readonly DriverExample[];
  readonly guarantees: Guarantees;
  /**
   * All options it takes beside `url`: another name, or another kind of value, is refused before `open` is called.
   * Default: any, unchecked.
   */
  readonly options?: DriverOptions;
  /**
   * Who really answers, as in the origin of an `endpoint`: stores of one service share a lane, so that together they
   * ask no more of it than one does. Default, also for undefined: the URL's scheme and host.
   */
  readonly service?: (config: Pick<DriverConfig, 'url' | 'options'>) => string | undefined;
  open(config: DriverConfig): Promise<Driver>;
}

/** Declares a kind of store; `open` imports its SDK lazily. */
export function defineDriver(spec: Omit<DriverDefinition, '$type' | 'api'>): DriverDefinition {
  return { $type: 'runner.driver', api: 1, ...spec };
}

/** The kinds of trouble a driver tells apart; the managed store turns each into a `store.*` failure. */
export type TroubleKind =
  | 'missing'
  // The bucket or container itself: never an empty listing, never a missing file.
  | 'no-bucket'
  | 'denied'
  | 'throttled'
  | 'unavailable'
  | 'broken'
  | 'conflict'
  | 'locked'
  | 'full'
  | 'corrupt'
  | 'limit'
  | 'address'
  | 'unsupported';

export interface TroubleDetails {
  readonly status?: number;
  /** By which the service's operators find the request in their logs. */
  readonly requestId?: string;
  /** Of `denied`: what of the credentials is wrong, as in `the token has expired`. */
  readonly reason?: string;
  readonly retryAfterMs?: number;
  readonly expected?: string;
  /** Of `missing`: `folder` where one lies under the name of the file. */
  readonly found?: string;
  /** Overrides the kind's own answer to "may the same attempt succeed later?". */
  readonly transient?: boolean;
}

/** What drivers throw; `message` is for people and must not carry secrets. */
export class StoreTrouble extends Error {
  readonly $type = 'runner.store-trouble';
  readonly kind: TroubleKind;
  readonly details: TroubleDetails;
  constructor(kind: TroubleKind, message: string, details: TroubleDetails = {}) {
    super(message);
    this.name = 'StoreTrouble';
    this.kind = kind;
    this.details = details;
  }
}
