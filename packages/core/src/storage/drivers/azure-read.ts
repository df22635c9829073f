import type { BlockBlobClient } from '@azure/storage-blob';
import { StoreTrouble, type ByteRange, type ReadStream } from '../../model/driver.ts';
import { checkedStream } from './checked-stream.ts';
import { azureAnswer, azureTrouble } from './azure-trouble.ts';

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
    if (azureAnswer(error)?.status === 412) {
      const details = { expected: 'the rest of the blob', found: 'another version', transient: true };
      throw new StoreTrouble('corrupt', `${name} changed while it was read`, details);
    }
    const trouble = azureTrouble(error, `GET ${name}`);
    // The SDK's words when it gave up: a plain error, as if it were a bug.
    if (trouble === error && String(error).includes('Data corruption failure'))
      throw new StoreTrouble('unavailable', `the download of ${name} was cut ${resumes + 1} times`);
    throw trouble;
  }
}

function empty(): ReadStream {
  const none = async function* (): AsyncGenerator<Uint8Array, void, undefined> {
    // No bytes.
  };
  return Object.assign(none(), { announcedBytes: 0 });
}
