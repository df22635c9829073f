import { StoreTrouble, type Bytes } from '../../model/driver.ts';
import type { Handle, SftpChannel } from './sftp-channel.ts';

// OpenSSH takes 255 KiB at once; others take a piece in several requests, which the library does by itself.
const pieceBytes = 128 * 1024;
// So that the server always has a next one: 2 MiB under way, which is the window of a channel.
const piecesUnderWay = 16;

/** Writes bytes into an open file, many requests under way at a time; returns how many bytes it were. */
export async function writePieces(
  channel: SftpChannel,
  handle: Handle,
  body: Bytes,
  signal: AbortSignal | undefined,
): Promise<number> {
  const underWay = new Set<Promise<void>>();
  const failed: unknown[] = [];
  let position = 0;
  for await (const piece of body instanceof Uint8Array ? [body] : body) {
    for (let from = 0; from < piece.length; from += pieceBytes) {
      signal?.throwIfAborted();
      const some = piece.subarray(from, from + pieceBytes);
      const write = channel.write(handle, some, position).then(
        () => void underWay.delete(write),
        (error: unknown) => {
          underWay.delete(write);
          failed.push(error);
        },
      );
      underWay.add(write);
      position += some.length;
      if (underWay.size >= piecesUnderWay) await Promise.race(underWay);
      if (failed.length > 0) break;
    }
    if (failed.length > 0) break;
  }
  await Promise.all(underWay);
  if (failed.length > 0) throw failed[0];
  return position;
}

/** Reads `[start, end)` of an open file in its order, many requests under way at a time; throws where the file ends early. */
export async function* readPieces(
  channel: SftpChannel,
  handle: Handle,
  { start, end }: { readonly start: number; readonly end: number },
  signal: AbortSignal | undefined,
): AsyncGenerator<Uint8Array, void, undefined> {
  const underWay: { readonly read: Promise<Buffer>; readonly length: number }[] = [];
  let next = start;
  try {
    for (let at = start; at < end; ) {
      while (next < end && underWay.length < piecesUnderWay) {
        const length = Math.min(pieceBytes, end - next);
        const read = channel.read(handle, next, length);
        // Told by whoever awaits it in its turn; until then it must not count as nobody's.
        read.catch(() => undefined);
        underWay.push({ read, length });
        next += length;
      }
      signal?.throwIfAborted();
      const first = underWay.shift();
      if (first === undefined) return;
      const piece = await first.read;
      at += piece.length;
      if (piece.length > 0) yield piece;
      if (piece.length < first.length) throw shrunk(end, at);
    }
  } finally {
    // The handle is closed next; requests on a closed handle would fail with nobody listening.
    await Promise.allSettled(underWay.map(({ read }) => read));
  }
}

function shrunk(expected: number, found: number): StoreTrouble {
  const details = { expected: `${expected} bytes`, found: `${found} bytes`, transient: true };
  return new StoreTrouble('corrupt', 'the file became shorter while it was read', details);
}
