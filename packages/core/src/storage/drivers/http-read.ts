import type { HttpResponse } from '../../lib/http-client.ts';
import { isHttpTrouble } from '../../lib/http-trouble.ts';
import { sleep } from '../../lib/retry.ts';
import { wholeStream } from '../../lib/whole-stream.ts';
import { StoreTrouble, type ByteRange, type ReadStream } from '../../model/driver.ts';
import { isStrong, troubleOfStatus } from './http-status.ts';

/** Sends a GET with these headers more and returns its response whatever its status. */
export type SendGet = (headers: { readonly [name: string]: string }) => Promise<HttpResponse>;

// Up to here an answer is waited for whole: its pieces would pass every layer of the store one by one.
const shortBytes = 64 * 1024;
// Without progress in between; a stream that moves on may be cut any number of times.
const resumesWithoutProgress = 3;

/**
 * Reads a file or range over HTTP; a cut stream goes on where it ended when the file has a strong ETag.
 *
 * Copes with servers that ignore ranges. A range behind the end is empty. A short answer has come whole when this
 * resolves. `what` names the request in trouble.
 */
export async function readHttp(
  get: SendGet,
  what: string,
  range: ByteRange | undefined,
  signal: AbortSignal | undefined,
): Promise<ReadStream> {
  // HTTP cannot ask for no bytes; one byte tells as well whether the file is there.
  const isEmpty = range !== undefined && range.end === range.start;
  const response = await get(rangeHeader(range?.start ?? 0, isEmpty ? range.start + 1 : range?.end));
  const { status } = response;
  if (status !== 200 && status !== 206 && status !== 416) {
    await response.discard();
    throw troubleOfStatus(response, what);
  }
  if (status === 416 || isEmpty) {
    await response.discard();
    return announced(nothing(), 0);
  }
  const start = range?.start ?? 0;
  if (status === 206) checkContentRange(response, start, what);
  const length = response.announcedBytes;
  const skipBytes = status === 200 ? start : 0;
  const endOfSent = length === undefined ? Number.NaN : status === 206 ? start + length : length;
  // Some servers send more than they were asked for (sabre/dav for `bytes=0-0`); what is more is cut off.
  const sizeBytes = Math.max(0, Math.min(endOfSent, range?.end ?? Number.POSITIVE_INFINITY) - start);
  if (length !== undefined && length <= shortBytes) {
    const whole = await response.bytes();
    return { ...wholeStream(whole.subarray(skipBytes, skipBytes + sizeBytes)), announcedBytes: sizeBytes };
  }
  const body = resuming(response, { get, what, start, end: range?.end, skipBytes, signal });
  return announced(body, Number.isNaN(sizeBytes) ? undefined : sizeBytes);
}

interface Reading {
  readonly get: SendGet;
  readonly what: string;
  readonly start: number;
  readonly end: number | undefined;
  /** Bytes before the range, from a server that sent the whole file. */
  readonly skipBytes: number;
  readonly signal: AbortSignal | undefined;
}

async function* resuming(first: HttpResponse, reading: Reading): AsyncGenerator<Uint8Array, void, undefined> {
  const { etag } = first.headers;
  let response = first;
  let skipBytes = reading.skipBytes;
  let at = reading.start;
  for (let stuck = 0; ; ) {
    const before = at;
    try {
      for await (const piece of cut(
        response.body,
        skipBytes,
        reading.end === undefined ? undefined : reading.end - at,
      )) {
        at += piece.length;
        yield piece;
      }
      return;
    } catch (error) {
      stuck = at > before ? 0 : stuck + 1;
      const broken = isHttpTrouble(error) && (error.kind === 'cut' || error.kind === 'timeout');
      if (!broken || !isStrong(etag) || stuck >= resumesWithoutProgress) throw error;
    }
    await sleep(100 * 2 ** stuck, reading.signal);
    // If-Range: a changed file comes whole (200), and joining the two halves would make a third, false one. There are
    // services that do not know it; their ETag tells.
    response = await reading.get({ ...rangeHeader(at, reading.end, 'always'), 'if-range': etag });
    skipBytes = 0;
    if (response.status !== 206 || (response.headers['etag'] ?? etag) !== etag)
      await refuseResume(response, reading.what);
    checkContentRange(response, at, reading.what);
  }
}

async function refuseResume(response: HttpResponse, what: string): Promise<never> {
  await response.discard();
  if (response.status >= 400) throw troubleOfStatus(response, what);
  const details = { expected: 'the rest of the file', found: 'another file', transient: true };
  throw new StoreTrouble('corrupt', `${what}: the file changed while it was read`, details);
}

/** Drops `skip` bytes, then gives at most `most`. */
async function* cut(
  body: AsyncIterable<Uint8Array>,
  skip: number,
  most = Number.POSITIVE_INFINITY,
): AsyncGenerator<Uint8Array> {
  let toSkip = skip;
  let left = most;
  for await (const piece of body) {
    const useful = toSkip === 0 ? piece : piece.subarray(toSkip);
    toSkip -= piece.length - useful.length;
    const wanted = useful.length > left ? useful.subarray(0, left) : useful;
    left -= wanted.length;
    if (wanted.length > 0) yield wanted;
    // Only leave early when the server sends more than asked; else the end of the body must still be checked.
    if (left === 0 && wanted.length < useful.length) return;
  }
}

function rangeHeader(start: number, end: number | undefined, when?: 'always'): { readonly [name: string]: string } {
  if (start === 0 && end === undefined && when === undefined) return {};
  return { range: `bytes=${start}-${end === undefined ? '' : end - 1}` };
}

function checkContentRange(response: HttpResponse, start: number, what: string): void {
  const found = response.headers['content-range'] ?? 'no Content-Range';
  if (found.startsWith(`bytes ${start}-`)) return;
  void response.discard();
  throw new StoreTrouble('broken', `${what} was asked for bytes from ${start} and sent ${found}`);
}

async function* nothing(): AsyncGenerator<Uint8Array, void, undefined> {
  // An empty range has no bytes.
}

function announced(body: AsyncIterable<Uint8Array>, announcedBytes: number | undefined): ReadStream {
  return { announcedBytes, [Symbol.asyncIterator]: () => body[Symbol.asyncIterator]() };
}
