import { createHttpClient, type HttpClient, type HttpResponse } from '../../lib/http-client.ts';
import { shownUrl } from '../../lib/http-trouble.ts';
import {
  defineDriver,
  StoreTrouble,
  type ByteRange,
  type Driver,
  type Entry,
  type ReadStream,
} from '../../model/driver.ts';
import { readHttp } from './http-read.ts';
import { HttpAuth, httpAuthOptions } from './http-auth.ts';
import { lengthOf, troubleOfStatus, versionOf } from './http-status.ts';
import { keyUrl } from './http-url.ts';

/** Files of a web server, by key below a URL; reading only, and no listing, which HTTP does not have. */
export const httpDriver = defineDriver({
  schemes: ['http', 'https'],
  summary: 'Files of a web server, read-only',
  examples: [
    {
      url: 'https://data.example.org/plankton',
      about: 'files below a URL; `token`, or `username` and `password`, log in',
    },
  ],
  // Many servers send neither ETag nor Last-Modified.
  guarantees: { conditionalPut: false, versions: false },
  options: {
    headers: { kind: 'map', about: 'Headers for every request, such as `{ authorization: env:TOKEN }`' },
    ...httpAuthOptions,
  },
  async open({ url, options, context }) {
    return new HttpDriver(url, createHttpClient({ allowHosts: context.allowHosts }), options);
  },
});

/** Reads by GET, looks by HEAD where the server allows it; the methods left out say the rest. */
class HttpDriver implements Driver {
  readonly #base: URL;
  readonly #client: HttpClient;
  readonly #headers: { readonly [name: string]: string };

  readonly #auth: HttpAuth;

  constructor(base: URL, client: HttpClient, options: { readonly [name: string]: unknown }) {
    this.#base = base;
    this.#client = client;
    this.#headers = headersOf(options['headers']);
    this.#auth = new HttpAuth(options);
  }

  async stat(key: string, signal?: AbortSignal): Promise<Entry | undefined> {
    const head = await this.#send('HEAD', key, {}, signal);
    await head.discard();
    if (head.status === 404 || head.status === 410) return undefined;
    const size = lengthOf(head.headers);
    if (head.status === 200 && size !== undefined) return this.#entry(key, size, head);
    // Some servers refuse HEAD, others do not tell a length in it.
    if (head.status !== 200 && head.status !== 405 && head.status !== 501)
      throw troubleOfStatus(head, this.#what('HEAD', key));
    return this.#statByRange(key, signal);
  }

  read(key: string, range: ByteRange | undefined, signal?: AbortSignal): Promise<ReadStream> {
    const get = (headers: { readonly [name: string]: string }): Promise<HttpResponse> =>
      this.#send('GET', key, headers, signal);
    return readHttp(get, this.#what('GET', key), range, signal);
  }

  async close(): Promise<void> {
    this.#client.close();
  }

  async #statByRange(key: string, signal: AbortSignal | undefined): Promise<Entry | undefined> {
    const response = await this.#send('GET', key, { range: 'bytes=0-0' }, signal);
    await response.discard();
    if (response.status === 404 || response.status === 410) return undefined;
    // No first byte: the file is empty.
    if (response.status === 416) return this.#entry(key, 0, response);
    if (response.status !== 200 && response.status !== 206) throw troubleOfStatus(response, this.#what('GET', key));
    // A server that ignores ranges answers 200 with the whole file and its length; both are good.
    const total = /\/(\d+)$/.exec(response.headers['content-range'] ?? '')?.[1];
    const size = response.status === 206 && total !== undefined ? Number(total) : response.announcedBytes;
    if (size === undefined) throw new StoreTrouble('broken', `${this.#what('GET', key)} does not tell its size`);
    return this.#entry(key, size, response);
  }

  #entry(key: string, size: number, { headers }: HttpResponse): Entry {
    const version = versionOf(headers);
    // NaN for none or nonsense.
    const modifiedMs = Date.parse(headers['last-modified'] ?? '');
    return {
      key,
      size,
      ...(version === undefined ? {} : { version }),
      ...(Number.isNaN(modifiedMs) ? {} : { modifiedMs }),
    };
  }

  async #send(
    method: string,
    key: string,
    headers: { readonly [name: string]: string },
    signal: AbortSignal | undefined,
  ) {
    for (let refusals = 1; ; refusals++) {
      let sent: string | undefined;
      const response = await this.#client.request(keyUrl(this.#base, key), {
        method,
        headers: { ...this.#headers, ...headers },
        authorize: (hopMethod, hopUrl) => (sent = this.#auth.header(hopMethod, hopUrl)),
        ...(signal === undefined ? {} : { signal }),
      });
      if (response.status !== 401 || !this.#auth.challenged(response.headers['www-authenticate'], sent, refusals))
        return response;
      await response.discard();
    }
  }

  #what(method: string, key: string): string {
    return `${method} ${shownUrl(keyUrl(this.#base, key))}`;
  }
}

function headersOf(value: unknown): { readonly [name: string]: string } {
  if (typeof value !== 'object' || value === null) return {};
  return Object.fromEntries(Object.entries(value).map(([name, text]) => [name, String(text)]));
}
