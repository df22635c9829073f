import { createHttpClient, type HttpClient, type HttpInit, type HttpResponse } from '../../lib/http-client.ts';
import { shownUrl } from '../../lib/http-trouble.ts';
import { StoreTrouble, type DriverContext, type DriverOptions } from '../../model/driver.ts';
import { troubleOf } from '../trouble.ts';
import { HttpAuth, httpAuthOptions } from './http-auth.ts';
import { troubleOfStatus } from './http-status.ts';
import { keyUrl } from './http-url.ts';
import { propfindBody, readResources, refuseInnerErrors, type DavResource } from './webdav-multistatus.ts';

export interface DavInit {
  readonly headers?: { readonly [name: string]: string };
  readonly body?: HttpInit['body'];
  /** As in {@link HttpInit}. */
  readonly repeatable?: boolean;
  readonly signal?: AbortSignal | undefined;
}

// 100,000 files in one folder make about 50 MB of XML.
const listingCapBytes = 512 * 1024 * 1024;
const answerCapBytes = 1024 * 1024;

const waitAbout = 'How long a move may go on unanswered, and a silence last. Default 60,000';

/** What may stand beside `url` in an entry for WebDAV. */
export const webdavOptions: DriverOptions = {
  ...httpAuthOptions,
  chunkBytes: {
    kind: 'count',
    least: 0,
    about:
      'The size of a chunk for ownCloud and Nextcloud, and from which files go in chunks. Default 10 MiB; Nextcloud takes no less than 5 MB. 0: never',
  },
  moveWaitMs: { kind: 'count', about: waitAbout },
  idleTimeoutMs: { kind: 'count', about: waitAbout },
};

/** Requests to one WebDAV service: URLs, authentication, and answers that are what they seem. */
export class DavSession {
  readonly base: URL;
  readonly patiently: DriverContext['patiently'];
  readonly #client: HttpClient;
  readonly #auth: HttpAuth;
  readonly #idleTimeoutMs: number;

  constructor(
    base: URL,
    options: { readonly [name: string]: unknown },
    context: Pick<DriverContext, 'allowHosts' | 'patiently'>,
  ) {
    this.base = new URL(base.href.replace(/^webdav\+/, ''));
    this.base.pathname = this.base.pathname.replace(/\/+$/, '');
    this.#client = createHttpClient({ allowHosts: context.allowHosts });
    this.patiently = context.patiently;
    this.#auth = new HttpAuth(options);
    const { idleTimeoutMs } = options;
    this.#idleTimeoutMs = typeof idleTimeoutMs === 'number' ? idleTimeoutMs : 60_000;
  }

  get isUnsure(): boolean {
    return this.#auth.isUnsure;
  }

  fileUrl(key: string): URL {
    return keyUrl(this.base, key);
  }

  /** Folders end with a slash: without it Apache signs, redirects or refuses, and nginx answers 409. */
  folderUrl(key: string): URL {
    const url = key === '' ? new URL(this.base.href) : keyUrl(this.base, key);
    url.pathname = `${url.pathname.replace(/\/+$/, '')}/`;
    return url;
  }

  /** Sends a request, authenticated as the service asks for it. Any other status than 401 is the caller's. */
  async send(method: string, url: URL, init: DavInit = {}): Promise<HttpResponse> {
    const { body, signal } = init;
    const isStream = body !== undefined && typeof body !== 'string' && !(body instanceof Uint8Array);
    if (isStream) return this.#sendOnce(method, url, init);
    // One write is up to eight requests: begun anew at every refusal, it would never end in a storm of them.
    const sent = await this.patiently(async () => {
      try {
        return { response: await this.#sendWhereAllowed(method, url, init) };
      } catch (error) {
        // A move whose connection was cut may go on behind it: whoever moves looks first.
        if (method !== 'MOVE' || troubleOf(error)?.details.status !== undefined) throw error;
        return { error };
      }
    }, signal);
    if (sent.response === undefined) throw sent.error;
    return sent.response;
  }

  /** Throws what may pass in a moment: "not now" and "slow down". */
  async #sendWhereAllowed(method: string, url: URL, init: DavInit): Promise<HttpResponse> {
    const response = await this.#sendOnce(method, url, init);
    if (response.status !== 429 && response.status !== 503) return response;
    await response.discard();
    throw troubleOfStatus(response, what(method, url));
  }

  async #sendOnce(method: string, url: URL, init: DavInit): Promise<HttpResponse> {
    for (let refusals = 1; ; refusals++) {
      let sent: string | undefined;
      const response = await this.#client.request(url, {
        method,
        idleTimeoutMs: this.#idleTimeoutMs,
        authorize: (hopMethod, hopUrl) => (sent = this.#auth.header(hopMethod, hopUrl)),
        ...(init.headers === undefined ? {} : { headers: init.headers }),
        ...(init.body === undefined ? {} : { body: init.body }),
        ...(init.repeatable === undefined ? {} : { repeatable: init.repeatable }),
        ...(init.signal === undefined ? {} : { signal: init.signal }),
      });
      // Only here is a 401 looked at: a client that lets one pass takes a wrong password for success.
      if (response.status !== 401) return response;
      await response.discard();
      const again = this.#auth.challenged(response.headers['www-authenticate'], sent, refusals);
      if (!again) throw troubleOfStatus(response, what(method, url));
      if (init.body === undefined || init.body instanceof Uint8Array || typeof init.body === 'string') continue;
      // The stream is gone. Sending what is left of it would store an empty file and call it a success.
      const message = `${what(method, url)} asked for a new login in the middle of a stream`;
      throw new StoreTrouble('unavailable', message, { status: 401 });
    }
  }

  /** The resource itself, or it and its children; undefined when it is not there. */
  async propfind(url: URL, depth: 0 | 1, signal?: AbortSignal): Promise<DavResource[] | undefined> {
    const headers = { depth: String(depth), 'content-type': 'application/xml; charset=utf-8' };
    const response = await this.send('PROPFIND', url, { headers, body: propfindBody, signal });
    if (response.status !== 207) {
      await response.discard();
      if (response.status === 404 || response.status === 410) return undefined;
      // Apache calls it a bad request to look below a file; to us nothing is there.
      if (response.status === 400 && (await this.#isBelowFile(url, signal))) return undefined;
      throw troubleOfStatus(response, what('PROPFIND', url));
    }
    const resources = await readResources(this.#limited(response, listingCapBytes), what('PROPFIND', url));
    // Everything asked for was gone by the time the server looked.
    return resources.length === 0 ? undefined : resources;
  }

  /** Climbs until something is there: a file, then nothing can be below it, or a folder, then 400 means something else. */
  async #isBelowFile(url: URL, signal: AbortSignal | undefined): Promise<boolean> {
    const above = new URL(url.pathname.endsWith('/') ? url.href.slice(0, -1) : new URL('.', url).href);
    if (!above.pathname.startsWith(this.base.pathname) || above.pathname === url.pathname) return false;
    return (await this.propfind(above, 0, signal))?.[0]?.isFolder !== true;
  }

  /** Sends a request that changes something; returns its status when it is a success through and through. */
  async change(
    method: string,
    url: URL,
    init: DavInit & { readonly accept?: readonly number[] } = {},
  ): Promise<number> {
    const response = await this.send(method, url, init);
    const { status } = response;
    if (status === 207) {
      await refuseInnerErrors(await this.#textOf(response, answerCapBytes), what(method, url));
      return status;
    }
    await response.discard();
    const isDone = status === 200 || status === 201 || status === 204;
    if (isDone || init.accept?.includes(status) === true) return status;
    // 202 and the like: the service says it will, which is not that it has.
    throw troubleOfStatus(response, what(method, url));
  }

  close(): void {
    this.#client.close();
  }

  async #textOf(response: HttpResponse, capBytes: number): Promise<string> {
    return Buffer.concat(await Array.fromAsync(this.#limited(response, capBytes))).toString('utf8');
  }

  async *#limited({ body }: HttpResponse, capBytes: number): AsyncGenerator<Uint8Array, void, undefined> {
    let sizeBytes = 0;
    for await (const part of body) {
      sizeBytes += part.length;
      if (sizeBytes > capBytes)
        throw new StoreTrouble('limit', `an answer of ${this.base.host} has more than ${capBytes} bytes`);
      yield part;
    }
  }
}

/** As in `PUT https://host/a`, for messages. */
export function what(method: string, url: URL): string {
  return `${method} ${shownUrl(url)}`;
}
