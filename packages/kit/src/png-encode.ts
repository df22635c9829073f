import { constants, crc32, deflateSync } from 'node:zlib';
import type { GrayImage } from './image/raw-image.ts';

export type { GrayImage } from './image/raw-image.ts';

const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
const end = chunk('IEND', new Uint8Array(0));
// What is left of a small image after the filter repeats little: runs and Huffman codes take a quarter of the time of a
// search for matches, and come out smaller on grainy pictures.
const packing = { level: 1, strategy: constants.Z_RLE, memLevel: 9 } as const;

/**
 * Returns an 8-bit gray image as a PNG file; the same pixels are the same bytes.
 *
 * Made for many small pictures: several times as fast as sharp. Throws when `data` is not `width * height` long.
 * Method: PNG specification (third edition), sections 7, 9 and 11; filter Sub in every row.
 */
export function encodeGrayPng({ data, width, height }: GrayImage): Uint8Array {
  if (width < 1 || height < 1 || data.length !== width * height)
    throw new Error(`${data.length} pixels are no image of ${width} x ${height}`);
  const filtered = Buffer.allocUnsafe((width + 1) * height);
  for (let y = 0, from = 0, to = 0; y < height; y++) {
    filtered[to++] = 1;
    for (let x = 0, before = 0; x < width; x++) {
      const value = data[from++]!;
      filtered[to++] = value - before;
      before = value;
    }
  }
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  // Bit depth; colour type, compression, filter method and interlacing are 0.
  header[8] = 8;
  return Buffer.concat([signature, chunk('IHDR', header), chunk('IDAT', deflateSync(filtered, packing)), end]);
}

function chunk(type: string, body: Uint8Array): Buffer {
  const whole = Buffer.allocUnsafe(body.length + 12);
  whole.writeUInt32BE(body.length, 0);
  whole.write(type, 4, 'latin1');
  whole.set(body, 8);
  whole.writeUInt32BE(crc32(whole.subarray(4, body.length + 8)), body.length + 8);
  return whole;
}
