import { createHttpClient, type HttpClient, type HttpInit, type HttpResponse } from '../../lib/http-client.ts';
import { shownUrl } from '../../lib/http-trouble.ts';
import { StoreTrouble, type DriverContext } from '../../model/driver.ts';
import { keyUrl } from './http-url.ts';
import { SwiftTokens } from './swift-login.ts';
import type { SwiftOptions } from './swift-options.ts';
import { troubleOfSwift } from './swift-trouble.ts';

/** What a request is about, below the account: nothing, a container, or an object in one. */
export interface SwiftTarget {
  readonly container?: string;
  readonly object?: string;
  readonly query?: { readonly [name: string]: string };
}

export interface SwiftInit {
  readonly headers?: { readonly [name: string]: string };
  readonly body?: HttpInit['body'];
  readonly signal?: AbortSignal | undefined;
  /** When the service is known to be silent for longer. */
  readonly idleTimeoutMs?: number;
  /** As in {@link HttpInit}. */
  readonly repeatable?: boolean;
}

/** Requests to one Swift account: URLs, tokens, and answers with their request ids. */
export class SwiftSession {
  readonly options: SwiftOptions;
  readonly patiently: DriverContext['patiently'];
  readonly #client: HttpClient;
  readonly #tokens: SwiftTokens;

  constructor(options: SwiftOptions, context: DriverContext) {
    this.options = options;
    this.patiently = context.patiently;
    this.#client = createHttpClient({ allowHosts: context.allowHosts });
    this.#tokens = new SwiftTokens(this.#client, options);
  }

  /** The account's URL, as the login or the `endpoint` option tells it. */
  async account(): Promise<URL> {
    return (await this.#tokens.get()).account;
  }

  /** Sends a request; a refused token is renewed once. Any status but 401 is the caller's. */
  async send(method: string, target: SwiftTarget, init: SwiftInit = {}): Promise<HttpResponse> {
    for (let tries = 1; ; tries++) {
      init.signal?.throwIfAborted();
      const token = await this.#tokens.get();
      const { container, object, query } = target;
      const url = keyUrl(token.account, object === undefined ? container : `${container}/${object}`, query);
      const response = await this.#client.request(url, {
        method,
        // A redirect would carry the token to a place nobody named.
        redirects: 'stop',
        headers: { ...init.headers, 'x-auth-token': token.token },
        idleTimeoutMs: init.idleTimeoutMs ?? this.options.idleTimeoutMs,
        ...(init.body === undefined ? {} : { body: init.body }),
        ...(init.repeatable === undefined ? {} : { repeatable: init.repeatable }),
        ...(init.signal === undefined ? {} : { signal: init.signal }),
      });
      if (response.status !== 401) return response;
      await response.discard();
      await this.#tokens.refuse(token);
      if (tries === 2) throw troubleOfSwift(response, `${method} ${shownUrl(url)}`);
      if (init.body === undefined || init.body instanceof Uint8Array || typeof init.body === 'string') continue;
      // The stream is gone; the managed store sends it again where it can.
      throw new StoreTrouble('unavailable', `the token ended while ${shownUrl(url)} was sent`, { status: 401 });
    }
  }

  /** Sends a request whose answer has no body of interest; throws unless its status is among those expected. */
  async ask(
    method: string,
    target: SwiftTarget,
    expected: readonly number[],
    init: SwiftInit = {},
  ): Promise<HttpResponse> {
    const response = await this.send(method, target, init);
    if (!expected.includes(response.status)) throw await this.trouble(response, method);
    await response.discard();
    return response;
  }

  /** Sends a request and reads its answer as JSON; a status among those accepted has an empty value. */
  async json(
    method: string,
    target: SwiftTarget,
    init: SwiftInit = {},
    accept: readonly number[] = [],
  ): Promise<JsonAnswer> {
    const asked = { ...init, headers: { accept: 'application/json', ...init.headers } };
    const response = await this.send(method, target, asked);
    const { status, headers } = response;
    // An empty listing is 204 on old servers.
    if (status === 204 || accept.includes(status)) {
      await response.discard();
      return { status, value: [], headers };
    }
    if (status !== 200) throw await this.trouble(response, method);
    try {
      const text = await response.text();
      return { status, value: text === '' ? [] : (JSON.parse(text) as unknown), headers };
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
      throw new StoreTrouble('broken', `${method} ${shownUrl(new URL(response.url))} answered no JSON`, { status });
    }
  }

  /** Reads an unexpected answer to its end and words it. */
  async trouble(response: HttpResponse, method: string): Promise<StoreTrouble> {
    const what = `${method} ${shownUrl(new URL(response.url))}`;
    if (method === 'HEAD') {
      await response.discard();
      return troubleOfSwift(response, what);
    }
    return troubleOfSwift(response, what, await response.text().catch(() => ''));
  }

  /** Asks the service itself, without a token, as for `/info`. */
  async open(url: URL): Promise<string | undefined> {
    const { idleTimeoutMs } = this.options;
    const response = await this.#client.request(url, { redirects: 'stop', idleTimeoutMs });
    const text = await response.text();
    return response.status === 200 ? text : undefined;
  }

  close(): void {
    this.#client.close();
  }
}

export interface JsonAnswer {
  readonly status: number;
  readonly value: unknown;
  /** Lower-case names. */
  readonly headers: { readonly [name: string]: string };
}

/** The path of a container or object below the account, encoded as requests and manifests need it. */
export function encodedPath({ container, object }: SwiftTarget): string {
  if (container === undefined) return '';
  const path = object === undefined ? [container] : [container, ...object.split('/')];
  return path.map((segment) => encodeURIComponent(segment)).join('/');
}
