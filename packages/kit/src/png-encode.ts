import { constants, crc32, deflateSync } from 'node:zlib';
import type { GrayImage } from './image/raw-image.ts';

export type { GrayImage } from './image/raw-image.ts';

const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
/** Bytes around the body of a chunk: length, type, checksum. */
const chunkFrame = 12;
// What is left of a small image after the filter repeats little: Huffman codes alone take a fifth of the time of a search
// for matches and come out smaller on grainy pictures. Drawings and masks have runs, which they can do little with.
const grainy = { level: 1, strategy: constants.Z_HUFFMAN_ONLY, memLevel: 8 } as const;
const flat = { ...grainy, strategy: constants.Z_RLE } as const;
// The filtered rows of one image after the other; grows to the largest.
let rows = new Uint8Array(1 << 16);

/**
 * Returns an 8-bit gray image as a PNG file; the same pixels are the same bytes.
 *
 * Made for many small pictures: several times as fast as sharp. Throws when `data` is not `width * height` long.
 * Method: PNG specification (third edition), sections 7, 9 and 11; filter Sub in every row.
 */
export function encodeGrayPng({ data, width, height }: GrayImage): Uint8Array {
  if (width < 1 || height < 1 || data.length !== width * height)
    throw new Error(`${data.length} pixels are no image of ${width} x ${height}`);
  const size = (width + 1) * height;
  // Nobody keeps it: packing is done when this returns.
  if (rows.length < size) rows = new Uint8Array(size);
  for (let y = 0, from = 0, to = 0; y < height; y++) {
    rows[to++] = 1;
    for (let x = 0, before = 0; x < width; x++) {
      const value = data[from++]!;
      rows[to++] = value - before;
      before = value;
    }
  }
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  // Bit depth; colour type, compression, filter method and interlacing are 0.
  header[8] = 8;
  const packing = isFlat(rows, size) ? flat : grainy;
  // Room for what is usual: zlib's own 16 KiB for each small image keep the garbage collector busy.
  const packed = deflateSync(rows.subarray(0, size), { ...packing, chunkSize: 64 + (size >> 1) });
  const file = Buffer.allocUnsafe(signature.length + 13 + packed.length + 3 * chunkFrame);
  let at = signature.copy(file);
  at = putChunk(file, at, 'IHDR', header);
  at = putChunk(file, at, 'IDAT', packed);
  putChunk(file, at, 'IEND', new Uint8Array(0));
  return file;
}

/** Whether most pixels are like the one before; a sample tells, and all of them would cost a tenth of the packing. */
function isFlat(filtered: Uint8Array, size: number): boolean {
  let [same, seen] = [0, 0];
  // Prime, so that columns of a regular drawing are not met again and again.
  for (let at = 0; at < size; at += 17, seen++) if (filtered[at] === 0) same++;
  return same * 10 > seen * 8;
}

/** Writes a chunk and returns where it ends. */
function putChunk(file: Buffer, at: number, type: string, body: Uint8Array): number {
  file.writeUInt32BE(body.length, at);
  file.write(type, at + 4, 'latin1');
  file.set(body, at + 8);
  const end = at + 8 + body.length;
  return file.writeUInt32BE(crc32(file.subarray(at + 4, end)), end);
}
