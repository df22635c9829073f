import { hashOf, runningHash } from '../../lib/running-hash.ts';
import type { HttpResponse } from '../../lib/http-client.ts';
import {
  defineDriver,
  StoreTrouble,
  type ByteRange,
  type Bytes,
  type Driver,
  type DriverConfig,
  type Entry,
  type Guarantees,
  type ReadStream,
  type WriteOptions,
  type Written,
} from '../../model/driver.ts';
import { troubleOf } from '../trouble.ts';
import { sizedBlocks, type Block } from './blocks.ts';
import { bucketPlace, originOf } from './bucket-place.ts';
import { readHttp } from './http-read.ts';
import { lengthOf } from './http-status.ts';
import { invalid, openS3Client, readS3Options, s3Options, type S3Options } from './s3-client.ts';
import { copyInside } from './s3-copy.ts';
import { checkEtag, etagOf } from './s3-etag.ts';
import { listS3 } from './s3-list.ts';
import { partSize, uploadInParts } from './s3-parts.ts';
import { removeFromS3 } from './s3-remove.ts';
import { S3Session, type S3Request } from './s3-session.ts';

// What S3 signs a URL for, and takes in one PUT.
const longestSignMs = 7 * 24 * 3600 * 1000;
const largestPutBytes = 5 * 1024 ** 3;

/** A bucket of S3, or of a service that speaks like it: MinIO, Ceph, Swift's s3api, R2. */
export const s3Driver = defineDriver({
  schemes: ['s3'],
  summary: 'A bucket of S3, or of a service that speaks like it',
  examples: [
    { url: 's3://plankton/raw', about: 'a bucket of AWS, with the credentials that its own tools use' },
    {
      url: 's3://plankton',
      about:
        'a bucket of MinIO, Ceph or Swift with `endpoint`, and `accessKeyId` and `secretAccessKey` as env: references',
    },
  ],
  guarantees: { conditionalPut: true, versions: true },
  options: s3Options,
  // AWS itself counts by bucket.
  service: ({ options }) => originOf(options['endpoint']),
  open: openS3,
});

async function openS3({ url, options: given, context }: DriverConfig): Promise<Driver> {
  const options = readS3Options(given);
  const { bucket, prefix } = bucketPlace(url);
  if (bucket === '') throw invalid('the URL names no bucket, as in s3://bucket/folder');
  const { client, http } = await openS3Client(options, context.allowHosts);
  const sdk = await import('@aws-sdk/client-s3');
  const { idleTimeoutMs, isAnonymous, profile } = options;
  const { patiently } = context;
  const session = new S3Session({ bucket, sdk, client, http, isAnonymous, profile, idleTimeoutMs, patiently });
  return new S3Driver(session, prefix, options);
}

class S3Driver implements Driver {
  /** Every write is compared with its ETag, or looked at again. */
  readonly provesWrites = true;
  readonly guarantees: Guarantees;
  readonly #session: S3Session;
  readonly #prefix: string;
  readonly #options: S3Options;

  constructor(session: S3Session, prefix: string, options: S3Options) {
    this.guarantees = { conditionalPut: options.conditionalPut, versions: true };
    this.#session = session;
    this.#prefix = prefix;
    this.#options = options;
  }

  async stat(key: string, signal?: AbortSignal): Promise<Entry | undefined> {
    try {
      const response = await this.#session.request('HEAD', this.#prefix + key, { signal });
      await response.discard();
      return entryOf(key, response.headers);
    } catch (error) {
      if (troubleOf(error)?.kind !== 'missing') throw error;
      await this.#session.refuseMissingBucket(signal);
      return undefined;
    }
  }

  async read(key: string, range: ByteRange | undefined, signal?: AbortSignal): Promise<ReadStream> {
    const what = `GET ${key}`;
    const get = (headers: { readonly [name: string]: string }): Promise<HttpResponse> =>
      this.#session.request('GET', this.#prefix + key, { headers, signal });
    return readHttp(get, what, range, signal);
  }

  list(prefix: string, signal?: AbortSignal): AsyncIterable<readonly Entry[]> {
    return listS3(this.#session, { root: this.#prefix, prefix }, signal);
  }

  async write(key: string, body: Bytes, options: WriteOptions): Promise<Written> {
    const { size, ifAbsent = false } = options;
    const { partBytes, endpoint } = this.#options;
    if (size <= partBytes) return this.#putWhole(key, body, options);
    // Services beside AWS take the condition with the last request of an upload in parts and ignore it.
    if (ifAbsent && endpoint !== undefined) return this.#putStream(key, body, options);
    const parts = sizedBlocks(body, size, partSize(size, partBytes));
    try {
      const { etag } = await uploadInParts(this.#session, this.#prefix + key, parts, options);
      return await this.#written(key, size, etag, options.signal);
    } finally {
      await parts.return();
    }
  }

  remove(keys: readonly string[], signal?: AbortSignal): Promise<void> {
    return removeFromS3(this.#session, this.#prefix, keys, signal);
  }

  async copy(from: string, to: string, signal?: AbortSignal): Promise<Entry> {
    const source = await this.stat(from, signal);
    if (source === undefined) throw new StoreTrouble('missing', `there is no ${from}`);
    const { copyBytes } = this.#options;
    const keys = { from: this.#prefix + from, to: this.#prefix + to };
    await copyInside(this.#session, keys, { sizeBytes: source.size, copyBytes, signal });
    return this.#written(to, source.size, undefined, signal);
  }

  async signedUrl(key: string, { expiresMs }: { readonly expiresMs: number }): Promise<string> {
    if (expiresMs > longestSignMs) throw new StoreTrouble('limit', 'a signed URL lasts at most 7 days');
    return this.#session.sign(this.#prefix + key, expiresMs);
  }

  async close(): Promise<void> {
    this.#session.close();
  }

  /** One request for bytes in memory; a stream is read to its end first, where its source may still refuse. */
  async #putWhole(key: string, body: Bytes, options: WriteOptions): Promise<Written> {
    const [block] = await Array.fromAsync(sizedBlocks(body, options.size, options.size));
    const { bytes } = block as Block;
    const md5 = (await hashOf('md5', bytes)).toString('hex');
    // What is known of the bytes goes along: services compare both and refuse what came otherwise.
    const headers = { 'content-md5': Buffer.from(md5, 'hex').toString('base64') };
    const bodyHash = options.digest?.startsWith('sha256:') === true ? { bodyHash: options.digest.slice(7) } : {};
    const answer = await this.#put(key, { body: bytes, headers, ...bodyHash }, options);
    return this.#stored(key, answer, md5, options);
  }

  /** One request for a stream of any length, which cannot be repeated. */
  async #putStream(key: string, body: Bytes, options: WriteOptions): Promise<Written> {
    if (options.size > largestPutBytes)
      throw new StoreTrouble('limit', `${key} is larger than one conditional write takes`);
    using md5 = runningHash('md5', options.size);
    const hashed = async function* (): AsyncGenerator<Uint8Array> {
      for await (const piece of body instanceof Uint8Array ? [body] : body) {
        await md5.update(piece);
        yield piece;
      }
    };
    const headers = { 'content-length': String(options.size) };
    const answer = await this.#put(key, { body: hashed(), headers }, options);
    return await this.#stored(key, answer, (await md5.digest()).toString('hex'), options);
  }

  async #put(
    key: string,
    request: Pick<S3Request, 'body' | 'headers' | 'bodyHash'>,
    { ifAbsent = false, signal }: WriteOptions,
  ): Promise<HttpResponse['headers']> {
    const condition = ifAbsent ? { 'if-none-match': '*' } : {};
    const headers = { ...request.headers, ...condition };
    const response = await this.#session.request('PUT', this.#prefix + key, { ...request, headers, signal });
    await response.discard();
    return response.headers;
  }

  /** The entry of what one request stored: its ETag proves it, else it is looked at. */
  async #stored(
    key: string,
    answer: HttpResponse['headers'],
    md5: string,
    { size, signal }: WriteOptions,
  ): Promise<Written> {
    if (!checkEtag(answer, md5, `PUT ${key}`)) return this.#written(key, size, undefined, signal);
    return { key, size, version: md5, bytesChecked: true };
  }

  /** The entry of a file that was put together inside the service; throws unless it is there and whole. */
  async #written(key: string, size: number, etag: string | undefined, signal?: AbortSignal): Promise<Written> {
    const entry = await this.stat(key, signal);
    if (entry?.size !== size) {
      const found = entry === undefined ? 'nothing' : `${entry.size} bytes`;
      const details = { expected: `${size} bytes`, found, transient: true };
      throw new StoreTrouble('corrupt', `the service did not store ${key} as sent`, details);
    }
    return etag !== undefined && entry.version === etag ? { ...entry, bytesChecked: true } : entry;
  }
}

function entryOf(key: string, headers: HttpResponse['headers']): Entry {
  const version = etagOf(headers['etag']);
  const size = lengthOf(headers);
  if (size === undefined) throw new StoreTrouble('broken', `HEAD ${key} does not tell the size`);
  const modifiedMs = Date.parse(headers['last-modified'] ?? '');
  return {
    key,
    size,
    ...(version === undefined ? {} : { version }),
    ...(Number.isNaN(modifiedMs) ? {} : { modifiedMs }),
  };
}
