import type { S3Client } from '@aws-sdk/client-s3';
import type { HttpClient, HttpResponse } from '../../lib/http-client.ts';
import { StoreTrouble, type DriverContext } from '../../model/driver.ts';
import { escaped } from './s3-client.ts';
import { emptyHash, S3Signer } from './s3-sign.ts';
import { answerOfXml, troubleOfS3, troubleOfSdk } from './s3-trouble.ts';

/** The SDK's commands, as they are once it is loaded. */
export type S3Sdk = typeof import('@aws-sdk/client-s3');

export interface S3Parts {
  readonly bucket: string;
  readonly sdk: S3Sdk;
  readonly client: S3Client;
  readonly http: HttpClient;
  readonly isAnonymous: boolean;
  /** The one that the store's entry names. */
  readonly profile: string | undefined;
  readonly idleTimeoutMs: number;
  readonly patiently: DriverContext['patiently'];
}

/** One request about a file. */
export interface S3Request {
  /** Lower-case names. */
  readonly headers?: { readonly [name: string]: string };
  /** In the order of their names. */
  readonly query?: { readonly [name: string]: string };
  readonly body?: Uint8Array | AsyncIterable<Uint8Array>;
  /** Hex SHA-256 of the body where it is known: services compare it. Default: not signed. */
  readonly bodyHash?: string;
  readonly signal?: AbortSignal | undefined;
}

/** Requests to one bucket: the SDK makes the rare ones, the many small ones are signed here; troubles come out as ours. */
export class S3Session {
  readonly bucket: string;
  readonly sdk: S3Sdk;
  readonly client: S3Client;
  readonly patiently: DriverContext['patiently'];
  readonly #parts: S3Parts;
  #isThere: Promise<void> | undefined;
  #address: Promise<Address> | undefined;
  /** How far the service's clock is ahead of ours, once it said so. */
  #clockAheadMs = 0;

  constructor(parts: S3Parts) {
    this.bucket = parts.bucket;
    this.sdk = parts.sdk;
    this.client = parts.client;
    this.patiently = parts.patiently;
    this.#parts = parts;
  }

  /** Sends a command by the SDK and names its trouble; `what` as in `PUT a/b`. */
  async answer<T>(
    what: string,
    signal: AbortSignal | undefined,
    send: (how: { abortSignal?: AbortSignal }) => Promise<T>,
  ): Promise<T> {
    try {
      return await send(signal === undefined ? {} : { abortSignal: signal });
    } catch (error) {
      // The SDK has an error of its own for an abort; callers know the signal's reason.
      signal?.throwIfAborted();
      throw troubleOfSdk(error, `${what} in ${this.bucket}`, this.#parts.profile);
    }
  }

  /** Sends a request about one file. Any answer but a success and 416 throws. */
  async request(method: string, key: string, request: S3Request = {}): Promise<HttpResponse> {
    const { body, headers = {}, signal } = request;
    const what = `${method} ${key} in ${this.bucket}`;
    const url = await this.#urlOf(key, request.query);
    const bodyHash = request.bodyHash ?? (body === undefined ? emptyHash : 'UNSIGNED-PAYLOAD');
    const response = await this.#parts.http.request(url, {
      method,
      headers: await this.#signed({ method, url, headers, bodyHash }),
      redirects: 'stop',
      idleTimeoutMs: this.#parts.idleTimeoutMs,
      repeatable: headers['if-none-match'] === undefined,
      ...(body === undefined ? {} : { body }),
      ...(signal === undefined ? {} : { signal }),
    });
    const { status } = response;
    if (status < 300 || status === 416) return response;
    const xml = method === 'HEAD' ? '' : await response.text();
    const answer = answerOfXml(status, response.headers, xml);
    const serverMs = Date.parse(response.headers['date'] ?? '');
    if (answer.code === 'RequestTimeTooSkewed' && !Number.isNaN(serverMs)) this.#clockAheadMs = serverMs - Date.now();
    throw troubleOfS3(answer, what);
  }

  /** A URL that reads one file for a while. */
  async sign(key: string, expiresMs: number): Promise<string> {
    const { getSignedUrl } = await import('@aws-sdk/s3-request-presigner');
    const command = new this.sdk.GetObjectCommand({ Bucket: this.bucket, Key: key });
    const expiresIn = Math.max(1, Math.round(expiresMs / 1000));
    return this.answer(`sign ${key}`, undefined, () => getSignedUrl(this.client, command, { expiresIn }));
  }

  /** Throws when the bucket is not there. A HEAD says no more than 404, of a file as of a bucket; asked once. */
  async refuseMissingBucket(signal: AbortSignal | undefined): Promise<void> {
    this.#isThere ??= this.#askForBucket(signal);
    try {
      await this.#isThere;
    } catch (error) {
      this.#isThere = undefined;
      throw error;
    }
  }

  close(): void {
    this.client.destroy();
    this.#parts.http.close();
  }

  async #askForBucket(signal: AbortSignal | undefined): Promise<void> {
    // A listing and no HEAD: its refusal has a body that tells why.
    const command = new this.sdk.ListObjectsV2Command({ Bucket: this.bucket, MaxKeys: 1 });
    try {
      await this.patiently(() => this.answer('LIST', signal, (how) => this.client.send(command, how)), signal);
    } catch (error) {
      // Who may read files but not list them still knows that the bucket is there.
      if (!(error instanceof StoreTrouble) || error.kind !== 'denied') throw error;
    }
  }

  async #urlOf(key: string, query: S3Request['query']): Promise<URL> {
    const { base } = await this.#find();
    const pairs = Object.entries(query ?? {}).map(([name, value]) => `${escaped(name)}=${escaped(value)}`);
    const search = pairs.length === 0 ? '' : `?${pairs.join('&')}`;
    return new URL(`${base}${key.split('/').map(escaped).join('/')}${search}`);
  }

  async #signed(request: Parameters<S3Signer['sign']>[0]): Promise<{ readonly [name: string]: string }> {
    if (this.#parts.isAnonymous) return request.headers;
    const { signer } = await this.#find();
    // The SDK remembers them and gets new ones before they expire.
    const keys = await this.answer('sign', undefined, () => this.client.config.credentials());
    return signer.sign(request, keys, Date.now() + this.#clockAheadMs);
  }

  /** Where the bucket is, by the SDK's own rules of regions, endpoints and styles. */
  async #find(): Promise<Address> {
    this.#address ??= this.#resolve();
    try {
      return await this.#address;
    } catch (error) {
      this.#address = undefined;
      throw error;
    }
  }

  async #resolve(): Promise<Address> {
    const key = 'x';
    const url = new URL(await this.sign(key, 60_000));
    const base = `${url.origin}${url.pathname.slice(0, -key.length)}`;
    const region = await this.answer('find the region', undefined, () => this.client.config.region());
    return { base, signer: new S3Signer(region) };
  }
}

interface Address {
  /** Ends with a slash; a key follows. */
  readonly base: string;
  readonly signer: S3Signer;
}
