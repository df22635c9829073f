import { HttpAgent } from './http-agent.ts';
import { announcedBytes, type Exchange, hasBody, sendHop } from './http-exchange.ts';
import { redirectOf, withoutCredentials, type Next } from './http-redirect.ts';
import { HttpTrouble, shownUrl } from './http-trouble.ts';

export interface HttpInit {
  /** Default `GET`. */
  readonly method?: string;
  readonly headers?: { readonly [name: string]: string };
  /** A stream needs a `content-length` header, or is sent chunked, which many services refuse. */
  readonly body?: Uint8Array | string | AsyncIterable<Uint8Array>;
  readonly signal?: AbortSignal;
  /** Give up after this long without a byte. Default 60,000. */
  readonly idleTimeoutMs?: number;
  /** Refuse response bodies larger than this. */
  readonly maxBytes?: number;
  /**
   * Whether a body in memory may be sent once more when a kept connection turns out to be gone. False for requests
   * with a condition: had the first one arrived after all, the second would be told of a conflict with it. Default:
   * true of methods that HTTP calls idempotent.
   */
  readonly repeatable?: boolean;
  /** `stop` returns the redirect itself. Default `follow`, at most 10 times. */
  readonly redirects?: 'follow' | 'stop';
  /** Gives the Authorization of each hop on the first URL's origin; some schemes sign method and path. */
  authorize?(method: string, url: URL): string | undefined;
}

/** A response whose headers have arrived. Read its body, or call `discard`: an unread body keeps a connection. */
export interface HttpResponse {
  readonly status: number;
  /** Lower-case names; repeated headers are joined by `, `. */
  readonly headers: { readonly [name: string]: string };
  /** After redirects, without credentials. */
  readonly url: string;
  /** Fails when the connection is cut or the announced length is not met. */
  readonly body: AsyncIterable<Uint8Array>;
  /** The Content-Length of a body that is to come. */
  readonly announcedBytes: number | undefined;
  /** The whole body at once; for short ones. */
  bytes(): Promise<Uint8Array>;
  /** The whole body as UTF-8; for small answers (at most 16 MiB unless `maxBytes` says otherwise). */
  text(): Promise<string>;
  /** Gives the connection back without reading. */
  discard(): Promise<void>;
}

export interface HttpClient {
  /**
   * Any status is an answer; only trouble below HTTP throws, as {@link HttpTrouble} or the signal's reason.
   *
   * A URL given as such must not change meanwhile.
   */
  request(url: string | URL, init?: HttpInit): Promise<HttpResponse>;
  /** Ends every connection, also one whose answer nobody read; requests under way fail. */
  close(): void;
}

export interface HttpClientOptions {
  /** Hosts (`host`, `host:port`) that may have private addresses. */
  readonly allowHosts: readonly string[];
}

const maxRedirects = 10;
const defaultIdleMs = 60_000;
const textCapBytes = 16 * 1024 * 1024;

/**
 * Makes an HTTP(S) client: kept connections, redirects re-checked at every hop, private addresses refused.
 *
 * Credentials never follow a redirect to another origin. Compressed transfer is not asked for, so lengths and
 * ranges mean the file's own bytes.
 */
export function createHttpClient(options: HttpClientOptions): HttpClient {
  const agent = new HttpAgent(options.allowHosts);
  return {
    async request(url, init = {}) {
      const asked = typeof url === 'string' ? new URL(url) : url;
      let next = firstRequest(asked, init);
      for (let redirects = 0; ; redirects++) {
        init.signal?.throwIfAborted();
        const authorization = next.url.origin === asked.origin ? init.authorize?.(next.method, next.url) : undefined;
        if (authorization !== undefined) next.headers['authorization'] = authorization;
        const exchange = await sendOne(next, init, agent);
        const redirected = init.redirects === 'stop' ? undefined : redirectOf(next, exchange);
        if (redirected === undefined) return wrap(exchange, init);
        exchange.discard(Number.POSITIVE_INFINITY);
        if (redirects === maxRedirects) {
          throw new HttpTrouble('protocol', `${shownUrl(asked)} redirects more than ${maxRedirects} times`);
        }
        next = redirected;
      }
    },
    close() {
      agent.close();
    },
  };
}

function firstRequest(asked: URL, init: HttpInit): Next {
  const { url, headers } = withoutCredentials(asked);
  for (const [name, value] of Object.entries(init.headers ?? {})) headers[name.toLowerCase()] = value;
  // `identity`: a compressed answer would make Content-Length and ranges mean something else.
  headers['accept-encoding'] ??= 'identity';
  headers['user-agent'] ??= 'dataset-runner';
  const body = typeof init.body === 'string' ? Buffer.from(init.body) : init.body;
  const method = (init.method ?? 'GET').toUpperCase();
  if (body instanceof Uint8Array) headers['content-length'] = String(body.length);
  // Without it Node would announce a chunked body for some methods; services answer 411 to that.
  else if (body === undefined && (method === 'PUT' || method === 'POST')) headers['content-length'] = '0';
  return { url, method, headers, body };
}

async function sendOne(next: Next, init: HttpInit, agent: HttpAgent): Promise<Exchange> {
  const { url } = next;
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    throw new HttpTrouble('protocol', `${url.protocol}// is not http or https`);
  }
  return sendHop({
    ...next,
    idleTimeoutMs: init.idleTimeoutMs ?? defaultIdleMs,
    signal: init.signal,
    repeatable: init.repeatable ?? true,
    dispatcher: await agent.dispatcherFor(url),
  });
}

function wrap(exchange: Exchange, init: HttpInit): HttpResponse {
  const { status, headers } = exchange;
  const announced = hasBody(exchange) ? announcedBytes(headers) : undefined;
  const { maxBytes } = init;
  return {
    status,
    headers,
    url: exchange.hop.url.href,
    body: exchange.body(maxBytes ?? Number.POSITIVE_INFINITY),
    announcedBytes: announced,
    bytes: () => exchange.bytes(maxBytes ?? textCapBytes),
    async text() {
      const bytes = await exchange.bytes(maxBytes ?? textCapBytes);
      return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('utf8');
    },
    async discard() {
      // Reading a short rest is cheaper than a new connection; a long one is not.
      exchange.discard(announced ?? (hasBody(exchange) ? Number.POSITIVE_INFINITY : 0));
    },
  };
}
