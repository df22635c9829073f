import { createHash, hash } from 'node:crypto';
import { runningHash } from '../../lib/running-hash.ts';
import { wholeOf } from '../../lib/whole-stream.ts';
import type { HttpResponse } from '../../lib/http-client.ts';
import { StoreTrouble, type ByteRange, type ReadStream } from '../../model/driver.ts';
import { readHttp, type SendGet } from './http-read.ts';
import { bare } from './swift-list.ts';
import { segmentsOf, toHead, type SwiftObject } from './swift-object.ts';
import type { SwiftSession } from './swift-session.ts';
import { readWindows, windowsOf } from './swift-windows.ts';

/**
 * Reads an object or a range of it; a cut stream goes on where it ended.
 *
 * The bytes of whole objects are compared with the MD5 the service keeps, part by part for large ones.
 */
export async function readObject(
  session: SwiftSession,
  target: SwiftObject,
  range: ByteRange | undefined,
  signal: AbortSignal | undefined,
): Promise<ReadStream> {
  let first: HttpResponse | undefined;
  const what = `GET ${target.container}/${target.object}`;
  const get = async (headers: { readonly [name: string]: string }): Promise<HttpResponse> => {
    const { 'if-range': etag, ...rest } = headers;
    // Swift does not know If-Range, and would give the rest of another version.
    const asked = etag === undefined ? rest : { ...rest, 'if-match': etag };
    const response = await session.send('GET', target, { headers: asked, signal });
    if (response.status === 412 && etag !== undefined) throw await changed(response, what);
    if (response.status === 409) throw await brokenManifest(response, what);
    first ??= response;
    // Quoted, so that it counts as strong: Swift leaves the quotes of plain objects out.
    const own = response.headers['etag'];
    return own === undefined ? response : { ...response, headers: { ...response.headers, etag: `"${bare(own)}"` } };
  };
  const stream = await readHttp(get, what, range, signal);
  const parts = range === undefined && first !== undefined ? await partsOf(session, target, first, signal) : undefined;
  if (parts === undefined) return stream;
  const whole = wholeOf(stream);
  const [only] = parts;
  if (whole !== undefined && only !== undefined && parts.length === 1) {
    const found = hash('md5', whole, 'hex');
    if (found !== only.md5) throw wrongBytes(what, only.md5, found);
    return Object.assign(stream, { provenDigest: `md5:${only.md5}` });
  }
  const { announcedBytes } = stream;
  if (first !== undefined && parts.length > 1 && isStatic(first)) {
    // In each window it is asked for, so that all are of one version.
    const version = `"${bare(first.headers['etag'] ?? '')}"`;
    await first.discard();
    const part: SendGet = (headers) => get({ 'if-range': version, ...headers });
    const body = readWindows(part, windowsOf(parts), what, signal);
    return { announcedBytes, [Symbol.asyncIterator]: () => verified(body, parts, what) };
  }
  const proven = parts.length === 1 && only !== undefined ? { provenDigest: `md5:${only.md5}` as const } : {};
  return { announcedBytes, ...proven, [Symbol.asyncIterator]: () => verified(stream, parts, what) };
}

// Of files that are the sum of a folder, Ceph compares another ETag than it tells.
function isStatic(response: HttpResponse): boolean {
  return toHead(response, response.announcedBytes)?.kind === 'static';
}

/** Bytes in a row and the MD5 they must have. */
interface Part {
  readonly sizeBytes: number;
  readonly md5: string;
}

async function partsOf(
  session: SwiftSession,
  target: SwiftObject,
  response: HttpResponse,
  signal: AbortSignal | undefined,
): Promise<readonly Part[] | undefined> {
  const head = toHead(response, response.announcedBytes);
  if (head === undefined || response.status !== 200) return undefined;
  if (head.kind === 'plain') return [{ sizeBytes: head.sizeBytes, md5: head.etag }];
  let segments;
  try {
    segments = await segmentsOf(session, target, head, signal);
  } catch (error) {
    await response.discard();
    throw error;
  }
  // Another version of the object, or an ETag of another kind: nothing to compare these bytes with.
  return segments !== undefined && etagOf(segments) === head.etag ? segments : undefined;
}

/** The ETag of a large object: the MD5 of its parts' MD5s. */
export function etagOf(parts: readonly Part[]): string {
  const hash = createHash('md5');
  for (const { md5 } of parts) hash.update(md5);
  return hash.digest('hex');
}

async function* verified(
  stream: AsyncIterable<Uint8Array>,
  parts: readonly Part[],
  what: string,
): AsyncGenerator<Uint8Array, void, undefined> {
  let at = 0;
  let left = parts[0]?.sizeBytes ?? 0;
  let hash = runningHash('md5', left);
  try {
    for await (const piece of stream) {
      for (let from = 0; from < piece.length; ) {
        const some = piece.subarray(from, from + left);
        await hash.update(some);
        from += some.length;
        left -= some.length;
        if (left > 0) break;
        const expected = parts[at]?.md5 ?? '';
        const found = (await hash.digest()).toString('hex');
        // Before the last piece is given away, so that a whole file of wrong bytes is never handed over.
        if (found !== expected) throw wrongBytes(what, expected, found);
        // Empty parts have no bytes to wait for.
        do left = parts[++at]?.sizeBytes ?? Number.POSITIVE_INFINITY;
        while (left === 0);
        hash = runningHash('md5', left);
      }
      yield piece;
    }
  } finally {
    hash[Symbol.dispose]();
  }
}

function wrongBytes(what: string, expected: string, found: string): StoreTrouble {
  const details = { expected: `md5:${expected}`, found: `md5:${found}`, transient: true };
  return new StoreTrouble('corrupt', `${what} came with other bytes than the service keeps`, details);
}

async function changed(response: HttpResponse, what: string): Promise<StoreTrouble> {
  await response.discard();
  const details = { expected: 'the rest of the file', found: 'another file', transient: true };
  return new StoreTrouble('corrupt', `${what}: the file changed while it was read`, details);
}

async function brokenManifest(response: HttpResponse, what: string): Promise<StoreTrouble> {
  await response.discard();
  const details = { status: 409, expected: 'all segments', found: 'a segment that is gone or was changed' };
  return new StoreTrouble('corrupt', `${what}: a segment is gone or was changed`, details);
}
