/**
 * What can go wrong below HTTP: `address` (refused by the network policy), `unreachable` (name, connection, TLS), `timeout`
 * (no byte for the idle time), `cut` (ended before it was whole), `limit` (larger than asked for), `protocol`.
 */
export type HttpTroubleKind = 'address' | 'unreachable' | 'timeout' | 'cut' | 'limit' | 'protocol';

/** What the HTTP client throws; statuses are the caller's business and never thrown. Messages carry no credentials. */
export class HttpTrouble extends Error {
  readonly $type = 'runner.http-trouble';
  readonly kind: HttpTroubleKind;
  /** The refused host, for `address`. */
  readonly host: string | undefined;
  constructor(
    kind: HttpTroubleKind,
    message: string,
    options: { readonly host?: string; readonly cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'HttpTrouble';
    this.kind = kind;
    this.host = options.host;
  }
}

/** True for the client's own errors, also those of another copy of this package. */
export function isHttpTrouble(error: unknown): error is HttpTrouble {
  return error instanceof Error && (error as { $type?: unknown }).$type === 'runner.http-trouble';
}

/** A URL for messages: no user, password, query (signatures live there) or fragment. */
export function shownUrl(url: URL): string {
  return `${url.protocol}//${url.host}${url.pathname}`;
}
