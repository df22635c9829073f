import { StoreTrouble, type Bytes } from '../../model/driver.ts';

/**
 * The bytes in chunks of this size, the last one smaller.
 *
 * The source is read to its end before the last chunk is given: there it checks itself. Throws `corrupt` when it
 * has more or fewer bytes than announced.
 */
export async function* chunksOf(
  body: Bytes,
  sizeBytes: number,
  chunkBytes: number,
): AsyncGenerator<Uint8Array, void, undefined> {
  let left = sizeBytes;
  let filled = 0;
  // Filled in place: collecting the pieces and joining them would hold every byte twice.
  let chunk = Buffer.allocUnsafeSlow(Math.min(chunkBytes, left));
  for await (const piece of body instanceof Uint8Array ? [body] : body) {
    for (let from = 0; from < piece.length; ) {
      if (filled === chunk.length) {
        if (filled === left) throw otherLength(sizeBytes, 'more');
        yield chunk;
        left -= filled;
        filled = 0;
        chunk = Buffer.allocUnsafeSlow(Math.min(chunkBytes, left));
      }
      const some = piece.subarray(from, from + chunk.length - filled);
      chunk.set(some, filled);
      filled += some.length;
      from += some.length;
    }
  }
  if (filled !== left) throw otherLength(sizeBytes, 'fewer');
  if (filled > 0) yield chunk;
}

function otherLength(sizeBytes: number, found: string): StoreTrouble {
  return new StoreTrouble('corrupt', 'the bytes have another length than announced', {
    expected: `${sizeBytes} bytes`,
    found,
  });
}
