import type { Agent, IncomingMessage } from 'node:http';
import type { LookupFunction } from 'node:net';
import { AllowedHosts } from './address.ts';
import { announcedBytes, guardedBody, wholeBody } from './http-body.ts';
import { checkedLookup, checkLiteralAddress } from './http-lookup.ts';
import { redirectOf, withoutCredentials, type Next } from './http-redirect.ts';
import { plainHttp, secureHttp } from './http-modules.ts';
import { sendHop } from './http-send.ts';
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
  /** Any status is an answer; only trouble below HTTP throws, as {@link HttpTrouble} or the signal's reason. */
  request(url: string, init?: HttpInit): Promise<HttpResponse>;
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
  const hosts = new CheckedHosts(new AllowedHosts(options.allowHosts));
  // 4 s: below the 5 s after which common servers (Node, Apache) close an idle connection.
  const agentOptions = { keepAlive: true, keepAliveMsecs: 4000, timeout: 4000, scheduling: 'lifo' as const };
  const agents = new Map<string, Agent>();
  const agentFor = ({ protocol }: URL): Agent => {
    let agent = agents.get(protocol);
    if (agent === undefined) {
      const { Agent: AgentOfProtocol } = protocol === 'https:' ? secureHttp() : plainHttp();
      agent = new AgentOfProtocol(agentOptions);
      agents.set(protocol, agent);
    }
    return agent;
  };

  return {
    async request(text, init = {}) {
      const asked = new URL(text);
      let next = firstRequest(asked, init);
      for (let redirects = 0; ; redirects++) {
        init.signal?.throwIfAborted();
        const authorization = next.url.origin === asked.origin ? init.authorize?.(next.method, next.url) : undefined;
        if (authorization !== undefined) next.headers['authorization'] = authorization;
        const response = await sendOne(next, init, agentFor(next.url), hosts);
        const redirected = init.redirects === 'stop' ? undefined : redirectOf(next, response);
        if (redirected === undefined) return wrap(response, next, init);
        response.destroy();
        if (redirects === maxRedirects) {
          throw new HttpTrouble('protocol', `${shownUrl(asked)} redirects more than ${maxRedirects} times`);
        }
        next = redirected;
      }
    },
    close() {
      for (const agent of agents.values()) agent.destroy();
    },
  };
}

// Hosts that redirects lead to have no end; those of one project's stores are a handful.
const mostHosts = 256;

/** The policy on hosts, asked once for each: a set of small files lies on one. */
class CheckedHosts {
  readonly #allowed: AllowedHosts;
  readonly #lookups = new Map<string, LookupFunction>();

  constructor(allowed: AllowedHosts) {
    this.#allowed = allowed;
  }

  /** Throws for a host that is a refused address; a name's addresses are checked at every connection. */
  lookupFor(url: URL): LookupFunction {
    const id = `${url.protocol}${url.host}`;
    let lookup = this.#lookups.get(id);
    if (lookup === undefined) {
      const port = url.port === '' ? (url.protocol === 'https:' ? 443 : 80) : Number(url.port);
      checkLiteralAddress(this.#allowed, url, port);
      lookup = checkedLookup(this.#allowed, port);
      if (this.#lookups.size === mostHosts) this.#lookups.clear();
      this.#lookups.set(id, lookup);
    }
    return lookup;
  }
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

function sendOne(next: Next, init: HttpInit, agent: Agent, hosts: CheckedHosts): Promise<IncomingMessage> {
  const { url } = next;
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    throw new HttpTrouble('protocol', `${url.protocol}// is not http or https`);
  }
  return sendHop({
    ...next,
    idleTimeoutMs: init.idleTimeoutMs ?? defaultIdleMs,
    signal: init.signal,
    repeatable: init.repeatable ?? true,
    agent,
    lookup: hosts.lookupFor(url),
  });
}

function wrap(response: IncomingMessage, request: Next, init: HttpInit): HttpResponse {
  const status = response.statusCode ?? 0;
  const hasBody = request.method !== 'HEAD' && status !== 204 && status !== 304;
  // Who only looks at the status never asks for a body, and the connection would be lost to the next request.
  if (!hasBody) response.resume();
  const headers = flatten(response);
  const announced = hasBody ? announcedBytes(headers) : undefined;
  const guard = {
    url: request.url,
    hasBody,
    announced,
    idleTimeoutMs: init.idleTimeoutMs ?? defaultIdleMs,
    signal: init.signal,
  };
  return {
    status,
    headers,
    url: request.url.href,
    get body() {
      return guardedBody(response, { ...guard, maxBytes: init.maxBytes ?? Number.POSITIVE_INFINITY });
    },
    announcedBytes: announced,
    bytes: () => wholeBody(response, { ...guard, maxBytes: init.maxBytes ?? textCapBytes }),
    async text() {
      const bytes = await wholeBody(response, { ...guard, maxBytes: init.maxBytes ?? textCapBytes });
      return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('utf8');
    },
    async discard() {
      // Reading a short rest is cheaper than a new connection; a long one is not.
      if (!hasBody || (announced ?? Number.POSITIVE_INFINITY) < 65_536) response.resume();
      else response.destroy();
    },
  };
}

function flatten(response: IncomingMessage): { [name: string]: string } {
  // Node's own objects of headers cost more than the small file they come with.
  const flat: { [name: string]: string } = {};
  const { rawHeaders } = response;
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) {
    const name = (rawHeaders[i] as string).toLowerCase();
    const value = rawHeaders[i + 1] as string;
    const before = Object.hasOwn(flat, name) ? flat[name] : undefined;
    flat[name] = before === undefined ? value : `${before}, ${value}`;
  }
  return flat;
}
