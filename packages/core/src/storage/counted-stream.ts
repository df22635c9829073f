import { passed } from '../lib/spare-memory.ts';
import { wholeOf } from '../lib/whole-stream.ts';
import { StoreTrouble, type ByteRange, type ReadStream } from '../model/driver.ts';

/**
 * A driver's stream with its bytes counted: fewer than announced, or more than asked for, is `store.corrupt`.
 *
 * `toError` makes the error readers see out of whatever the driver throws.
 */
export function countedStream(
  stream: ReadStream,
  range: ByteRange | undefined,
  signal: AbortSignal | undefined,
  toError: (error: unknown) => unknown,
): ReadStream {
  const mostBytes = range?.end === undefined ? Number.POSITIVE_INFINITY : range.end - range.start;
  const length = wholeOf(stream)?.length;
  // Bytes that are there already, and are right, need nobody to count them once more.
  if (length !== undefined && length <= mostBytes && length === (stream.announcedBytes ?? length)) return stream;
  const { provenDigest } = stream;
  return Object.assign(counted(stream, mostBytes, signal, toError), { provenDigest });
}

async function* counted(
  stream: ReadStream,
  mostBytes: number,
  signal: AbortSignal | undefined,
  toError: (error: unknown) => unknown,
): AsyncGenerator<Uint8Array, void, undefined> {
  const { announcedBytes } = stream;
  let received = 0;
  try {
    for await (const piece of stream) {
      // Here for all: a driver that reads from memory never waits, so it never notices.
      signal?.throwIfAborted();
      received += piece.length;
      passed(piece.length);
      if (received > mostBytes) throw wrong(`at most ${mostBytes} bytes`, `${received} or more`);
      yield piece;
    }
    if (announcedBytes !== undefined && received !== announcedBytes)
      throw wrong(`${announcedBytes} bytes`, `${received} bytes`);
  } catch (error) {
    throw toError(error);
  }
}

// Transient: a file replaced or a connection cut in the middle may read well the next time.
function wrong(expected: string, found: string): StoreTrouble {
  return new StoreTrouble('corrupt', 'the file has another length than announced', {
    expected,
    found,
    transient: true,
  });
}
