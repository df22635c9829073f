import type { HttpResponse } from '../../lib/http-client.ts';
import { StoreTrouble, type ByteRange, type ReadStream } from '../../model/driver.ts';
import { checkedStream, type Checksums } from './checked-stream.ts';
import { readHttp } from './http-read.ts';
import type { GcsSession } from './gcs-session.ts';
import { readRefusal } from './gcs-trouble.ts';

export interface GcsReading {
  readonly path: string;
  /** For trouble, as in `GET a/b`. */
  readonly what: string;
  readonly range: ByteRange | undefined;
  readonly signal: AbortSignal | undefined;
}

/**
 * Reads an object or a range of it.
 *
 * A stream that was cut goes on in the same generation, and the bytes of a whole object are compared with the checksum
 * the service keeps of them.
 */
export async function readObject(session: GcsSession, reading: GcsReading): Promise<ReadStream> {
  const { path, what, range, signal } = reading;
  let generation: string | undefined;
  let sums: Checksums = {};
  const get = async (headers: { readonly [name: string]: string }): Promise<HttpResponse> => {
    // The generation says in the URL what If-Range would: the service's ETags are not of the kind it compares.
    const { 'if-range': _, ...rest } = headers;
    const query = { alt: 'media', generation };
    // gzip: objects that were stored compressed come as they lie there, with the length that listings tell.
    const sent = { ...rest, 'accept-encoding': 'gzip' };
    const response = await session.send({ method: 'GET', path, query, headers: sent, signal });
    if (response.status < 300 || response.status === 416) {
      const isFirst = generation === undefined;
      generation ??= response.headers['x-goog-generation'];
      if (isFirst) sums = checksums(response.headers['x-goog-hash']);
      return generation === undefined
        ? response
        : { ...response, headers: { ...response.headers, etag: `"${generation}"` } };
    }
    const refusal = await readRefusal(response);
    if (generation === undefined || refusal.status !== 404) throw session.trouble(refusal, what);
    const details = { expected: 'the rest of the object', found: 'another generation', transient: true };
    throw new StoreTrouble('corrupt', `${what}: the object changed while it was read`, details);
  };
  const stream = await readHttp(get, what, range, signal);
  const isWhole = range === undefined || (range.start === 0 && range.end === undefined);
  return isWhole ? checkedStream(stream, sums, what) : stream;
}

/** From `crc32c=n03x6A==,md5=Ojk9c3dhfxgoKVVHYwFbHQ==`. */
function checksums(header = ''): Checksums {
  const of = (name: string): string | undefined => new RegExp(`(?:^|[, ])${name}=([A-Za-z0-9+/=]+)`).exec(header)?.[1];
  return { md5: of('md5'), crc32c: of('crc32c') };
}
