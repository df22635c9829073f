import type { HttpClient, HttpInit, HttpResponse } from '../../lib/http-client.ts';
import { StoreTrouble, type DriverContext, type Entry } from '../../model/driver.ts';
import type { GcsAuth } from './gcs-auth.ts';
import { gcsTrouble, isNoBucket, readRefusal, type GcsRefusal } from './gcs-trouble.ts';
import { urlOf } from './http-url.ts';
import { MadeOnDemand } from './made-on-demand.ts';

/** One request of the JSON API. */
export interface GcsCall {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** Behind the endpoint, names escaped. */
  readonly path: string;
  readonly query?: { readonly [name: string]: string | undefined };
  readonly headers?: { readonly [name: string]: string };
  readonly body?: HttpInit['body'];
  /** False: not even over a new connection when the kept one was gone. */
  readonly repeatable?: false;
  readonly signal: AbortSignal | undefined;
}

/** An object as the JSON API describes it; numbers come as text. */
export interface GcsObject {
  readonly name: string;
  readonly size?: string;
  readonly generation?: string;
  readonly md5Hash?: string;
  readonly crc32c?: string;
  readonly updated?: string;
}

/** What is asked of every object: entries are made of it. */
export const objectFields = 'name,size,generation,md5Hash,crc32c,updated';

/** The query that makes a write conditional: generation 0 is "there is none". */
export function absence(ifAbsent: boolean): { readonly ifGenerationMatch?: string } {
  return ifAbsent ? { ifGenerationMatch: '0' } : {};
}

/** The bucket of a session. */
export interface GcsBucket {
  readonly name: string;
  /** Make it with the first write when it is not there, and take a missing one for an empty one. */
  readonly isMade: boolean;
  /** Where it is made, as in `EU`; the service decides when it is undefined. */
  readonly location: string | undefined;
  /** The project that pays for requests, where the bucket asks for one. */
  readonly userProject: string | undefined;
  readonly patiently: DriverContext['patiently'];
}

/**
 * Requests to one bucket.
 *
 * They go through our own HTTP client and not through the SDK, which is only asked for tokens and signatures: the SDK
 * opens connections that no network policy sees, tries again by itself in the middle of uploads, and gives no way to go
 * on with an upload from bytes that are still in hand.
 */
export class GcsSession {
  readonly bucket: string;
  /** The bucket, where it comes with the first write. */
  readonly home: MadeOnDemand;
  readonly #endpoint: string;
  readonly #client: HttpClient;
  readonly #auth: GcsAuth;
  readonly #settings: GcsBucket;

  constructor(endpoint: string, bucket: GcsBucket, client: HttpClient, auth: GcsAuth) {
    this.bucket = bucket.name;
    this.#settings = bucket;
    this.#endpoint = endpoint;
    this.#client = client;
    this.#auth = auth;
    this.home = new MadeOnDemand({ isMade: bucket.isMade, make: (signal) => this.#create(signal) });
  }

  /** Runs one request of a longer work by the store's own rules: again, and slower when the service asks for that. */
  patiently<T>(signal: AbortSignal | undefined, request: () => Promise<T>): Promise<T> {
    return this.#settings.patiently(request, signal);
  }

  get objectsPath(): string {
    return `/storage/v1/b/${encodeURIComponent(this.bucket)}/o`;
  }

  objectPath(name: string): string {
    return `${this.objectsPath}/${encodeURIComponent(name)}`;
  }

  /** Any answer, success or not; 401 included. */
  async send(call: GcsCall): Promise<HttpResponse> {
    const query = { ...call.query, userProject: this.#settings.userProject };
    return this.sendTo(urlOf(this.#endpoint + call.path, query), call);
  }

  /** The same for a URL the service gave. */
  async sendTo(url: URL, call: Omit<GcsCall, 'path' | 'query'>): Promise<HttpResponse> {
    const headers = { ...call.headers, ...(await this.#auth.headers(url.href)) };
    return this.#client.request(url, {
      method: call.method,
      headers,
      // 308 means "go on" here, and leads nowhere.
      redirects: 'stop',
      repeatable: call.repeatable ?? true,
      ...(call.body === undefined ? {} : { body: call.body }),
      ...(call.signal === undefined ? {} : { signal: call.signal }),
    });
  }

  /** The JSON of a success of a request to the bucket; anything else is trouble. */
  async json<T>(call: GcsCall, what: string): Promise<T> {
    const response = await this.send(call);
    if (response.status >= 300) throw this.ofBucket(await readRefusal(response), what);
    return parsed<T>(await response.text(), what);
  }

  /** `undefined` for 404 of an object; a bucket that is not there is trouble all the same. */
  async found<T>(call: GcsCall, what: string): Promise<T | undefined> {
    const response = await this.send(call);
    if (response.status < 300) {
      const text = await response.text();
      return text === '' ? ({} as T) : parsed<T>(text, what);
    }
    const refusal = await readRefusal(response);
    if (refusal.status === 404 && !isNoBucket(refusal)) return undefined;
    throw this.trouble(refusal, what);
  }

  /** The trouble of a request that names an object. */
  trouble(refusal: GcsRefusal, what: string): Error {
    return isNoBucket(refusal) ? this.#noBucket(refusal) : gcsTrouble(refusal, `${what} in gs://${this.bucket}`);
  }

  /** The trouble of a request that needs nothing but the bucket: whatever is not found is the bucket. */
  ofBucket(refusal: GcsRefusal, what: string): Error {
    return refusal.status === 404 ? this.#noBucket(refusal) : this.trouble(refusal, what);
  }

  #noBucket({ status }: GcsRefusal): Error {
    const why = `there is no bucket ${this.bucket}; createBucket: true would make it`;
    return new StoreTrouble('no-bucket', why, { status });
  }

  async #create(signal: AbortSignal | undefined): Promise<void> {
    const project = await this.#auth.projectId();
    const { location } = this.#settings;
    const body = JSON.stringify({
      name: this.bucket,
      ...(location === undefined ? {} : { location }),
      // Rights of single objects are how data becomes public by accident.
      iamConfiguration: { uniformBucketLevelAccess: { enabled: true } },
    });
    const headers = { 'content-type': 'application/json' };
    const query = { project };
    const response = await this.send({ method: 'POST', path: '/storage/v1/b', query, headers, body, signal });
    // 409: another writer was faster. Or the name is somebody else's, which the next request will be told.
    if (response.status < 300 || response.status === 409) return response.discard();
    throw gcsTrouble(await readRefusal(response), `creating the bucket gs://${this.bucket}`);
  }

  close(): void {
    this.#client.close();
  }
}

function parsed<T>(text: string, what: string): T {
  try {
    return JSON.parse(text) as T;
  } catch {
    throw new StoreTrouble('broken', `${what} answered with what is no JSON`);
  }
}

/** The entry of an object; its version is the generation, which no other content ever gets. */
export function gcsEntry(key: string, { size, generation, md5Hash, updated }: GcsObject): Entry {
  const modifiedMs = Date.parse(updated ?? '');
  return {
    key,
    size: Number(size ?? 0),
    ...(generation === undefined ? {} : { version: generation }),
    // Composed objects have none.
    ...(md5Hash === undefined ? {} : { digest: `md5:${Buffer.from(md5Hash, 'base64').toString('hex')}` as const }),
    ...(Number.isNaN(modifiedMs) ? {} : { modifiedMs }),
  };
}
