/**
 * Collects a stream's pieces into one array of bytes.
 *
 * `sizeBytes` is how many are expected: room for them is made once, and pieces are copied while they are fresh in the
 * processor's cache. A stream of one piece is not copied at all; more or fewer bytes than expected are taken as they come.
 */
export async function collect(pieces: AsyncIterable<Uint8Array>, sizeBytes: number): Promise<Uint8Array> {
  let held: Uint8Array = Buffer.alloc(0);
  let filled = 0;
  for await (const piece of pieces) {
    const needed = filled + piece.length;
    if (filled === 0 && needed >= sizeBytes) held = piece;
    else {
      // The first piece may have been taken as it is: it belongs to its source, and has no room for more.
      if (needed > held.length) held = grown(held.subarray(0, filled), needed, sizeBytes);
      held.set(piece, filled);
    }
    filled = needed;
  }
  return held.subarray(0, filled);
}

// What is said of a file may be wrong, and is believed up to here.
const mostExpectedBytes = 256 * 1024 * 1024;

function grown(bytes: Uint8Array, neededBytes: number, expectedBytes: number): Uint8Array {
  const isExpected = neededBytes <= expectedBytes && expectedBytes <= mostExpectedBytes;
  const room = Buffer.allocUnsafe(isExpected ? expectedBytes : neededBytes * 2);
  room.set(bytes);
  return room;
}
