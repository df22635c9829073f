import type { BlockBlobClient } from '@azure/storage-blob';
import { StoreTrouble, type ByteRange, type ReadStream } from '../../model/driver.ts';
import type { HttpResponse } from '../../lib/http-client.ts';
import { troubleOf } from '../trouble.ts';
import type { AskAzure, AzureRequest } from './azure-requests.ts';
import { checkedStream } from './checked-stream.ts';
import { readHttp } from './http-read.ts';
import { azureAnswer, azureTrouble } from './azure-trouble.ts';

/** Reads a blob or a range of it by requests of our own; a stream that was cut goes on in the same version. */
export async function readBlobByRequest(
  ask: AskAzure,
  { name, what, signal }: { readonly name: string } & Pick<AzureRequest, 'what' | 'signal'>,
  range: ByteRange | undefined,
): Promise<ReadStream> {
  let md5: string | undefined;
  const get = async (headers: { readonly [name: string]: string }): Promise<HttpResponse> => {
    const { 'if-range': etag, range: bytes, ...rest } = headers;
    // The service does not know If-Range, and would give the rest of another version.
    const version = etag === undefined ? {} : { 'if-match': etag };
    const asked = { ...rest, ...version, ...(bytes === undefined ? {} : { 'x-ms-range': bytes }) };
    try {
      const response = await ask({ name, what, headers: asked, signal });
      md5 ??= response.headers['content-md5'];
      return response;
    } catch (error) {
      if (etag === undefined || troubleOf(error)?.details.status !== 412) throw error;
      throw changed(name);
    }
  };
  const stream = await readHttp(get, what, range, signal);
  // Of a range the service tells the MD5 only when asked for it.
  return range === undefined ? checkedStream(stream, { md5 }, what) : stream;
}

// How often a stream that was cut goes on where it was; the SDK asks for the same ETag each time.
const resumes = 8;

/** Reads a blob or a range of it; a range behind the end is empty. Throws the SDK's own errors before the first byte. */
export async function readBlob(
  blob: BlockBlobClient,
  range: ByteRange | undefined,
  signal: AbortSignal | undefined,
): Promise<ReadStream> {
  const abort = signal === undefined ? {} : { abortSignal: signal };
  const { start = 0, end } = range ?? {};
  if (end === start) {
    // The service cannot be asked for no bytes; whether the blob is there must be told all the same.
    await blob.getProperties(abort);
    return empty();
  }
  try {
    const count = end === undefined ? undefined : end - start;
    const answer = await blob.download(start, count, { maxRetryRequests: resumes, ...abort });
    const body = answer.readableStreamBody as AsyncIterable<Uint8Array> | undefined;
    if (body === undefined) throw new StoreTrouble('broken', 'a download without a body');
    const stream = Object.assign(translated(body, blob.name, signal), { announcedBytes: answer.contentLength });
    const md5 = answer.contentMD5 === undefined ? undefined : Buffer.from(answer.contentMD5).toString('base64');
    // Of a range the service tells the MD5 only when asked for it, and only up to 4 MiB.
    return start === 0 && end === undefined ? checkedStream(stream, { md5 }, `GET ${blob.name}`) : stream;
  } catch (error) {
    // Asked for behind the end, also for any byte of an empty blob.
    if (azureAnswer(error)?.status === 416) return empty();
    throw error;
  }
}

/** The stream with the SDK's errors as trouble. */
async function* translated(
  body: AsyncIterable<Uint8Array>,
  name: string,
  signal: AbortSignal | undefined,
): AsyncGenerator<Uint8Array, void, undefined> {
  try {
    yield* body;
  } catch (error) {
    if (signal?.aborted === true) throw signal.reason;
    if (azureAnswer(error)?.status === 412) throw changed(name);
    const trouble = azureTrouble(error, `GET ${name}`);
    // The SDK's words when it gave up: a plain error, as if it were a bug.
    if (trouble === error && String(error).includes('Data corruption failure'))
      throw new StoreTrouble('unavailable', `the download of ${name} was cut ${resumes + 1} times`);
    throw trouble;
  }
}

function changed(name: string): StoreTrouble {
  const details = { expected: 'the rest of the blob', found: 'another version', transient: true };
  return new StoreTrouble('corrupt', `${name} changed while it was read`, details);
}

function empty(): ReadStream {
  const none = async function* (): AsyncGenerator<Uint8Array, void, undefined> {
    // No bytes.
  };
  return Object.assign(none(), { announcedBytes: 0 });
}
