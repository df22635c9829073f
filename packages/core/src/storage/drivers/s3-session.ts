import type { S3Client } from '@aws-sdk/client-s3';
import type { HttpClient, HttpResponse } from '../../lib/http-client.ts';
import type { DriverContext } from '../../model/driver.ts';
import { answerOfXml, troubleOfS3, troubleOfSdk } from './s3-trouble.ts';

/** The SDK's commands, as they are once it is loaded. */
export type S3Sdk = typeof import('@aws-sdk/client-s3');

/** Requests to one bucket: the SDK signs them, their troubles come out as ours. */
export class S3Session {
  readonly bucket: string;
  readonly sdk: S3Sdk;
  readonly client: S3Client;
  readonly patiently: DriverContext['patiently'];
  readonly #http: HttpClient;
  readonly #idleTimeoutMs: number;
  #isThere: Promise<void> | undefined;

  constructor(parts: {
    readonly bucket: string;
    readonly sdk: S3Sdk;
    readonly client: S3Client;
    readonly http: HttpClient;
    readonly idleTimeoutMs: number;
    readonly patiently: DriverContext['patiently'];
  }) {
    this.bucket = parts.bucket;
    this.sdk = parts.sdk;
    this.client = parts.client;
    this.patiently = parts.patiently;
    this.#http = parts.http;
    this.#idleTimeoutMs = parts.idleTimeoutMs;
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
      throw troubleOfSdk(error, `${what} in ${this.bucket}`);
    }
  }

  /** Sends a signed GET past the SDK, so that the bytes stream and are checked as every other download. */
  async get(
    url: string,
    what: string,
    init: { headers: { readonly [name: string]: string }; signal?: AbortSignal | undefined },
  ): Promise<HttpResponse> {
    const response = await this.#http.request(url, {
      headers: init.headers,
      redirects: 'stop',
      idleTimeoutMs: this.#idleTimeoutMs,
      ...(init.signal === undefined ? {} : { signal: init.signal }),
    });
    const { status, headers } = response;
    if (status < 300 || status === 416) return response;
    throw troubleOfS3(answerOfXml(status, headers, await response.text()), `${what} in ${this.bucket}`);
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

  async #askForBucket(signal: AbortSignal | undefined): Promise<void> {
    // A listing and no HEAD: its refusal has a body that tells why.
    const command = new this.sdk.ListObjectsV2Command({ Bucket: this.bucket, MaxKeys: 1 });
    try {
      await this.answer('LIST', signal, (how) => this.client.send(command, how));
    } catch (error) {
      // Who may read files but not list them still knows that the bucket is there.
      if ((error as { kind?: unknown }).kind !== 'denied') throw error;
    }
  }

  close(): void {
    this.client.destroy();
    this.#http.close();
  }
}
