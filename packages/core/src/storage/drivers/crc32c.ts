// Castagnoli's polynomial, reversed; Node's own crc32 has the other one.
const polynomial = 0x82f63b78;

// Four tables of 256 behind one another, so that four bytes are taken per turn: one by one is slower than most networks.
const table = new Int32Array(4 * 256);
for (let n = 0; n < 256; n++) {
  let crc = n;
  for (let bit = 0; bit < 8; bit++) crc = (crc & 1) === 1 ? (crc >>> 1) ^ polynomial : crc >>> 1;
  table[n] = crc;
}
for (let n = 256; n < table.length; n++) {
  const before = table[n - 256] ?? 0;
  table[n] = (before >>> 8) ^ (table[before & 255] ?? 0);
}

/** The CRC32C (RFC 3720) of bytes, or of all bytes before them (whose CRC32C is `crc`) and them; unsigned. */
export function crc32c(bytes: Uint8Array, crc = 0): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const words = bytes.length - (bytes.length % 4);
  let c = ~crc;
  let i = 0;
  for (; i < words; i += 4) {
    c ^= view.getInt32(i, true);
    c = look(768 + (c & 255)) ^ look(512 + ((c >>> 8) & 255)) ^ look(256 + ((c >>> 16) & 255)) ^ look(c >>> 24);
  }
  for (; i < bytes.length; i++) c = (c >>> 8) ^ look((c ^ view.getUint8(i)) & 255);
  return ~c >>> 0;
}

/** As Google writes it: base64 of the four bytes, highest first. */
export function crc32cText(crc: number): string {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(crc);
  return bytes.toString('base64');
}

function look(index: number): number {
  return table[index] as number;
}
