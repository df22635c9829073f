import { crc32, deflateSync } from 'node:zlib';

/** An image of one value, in any of the forms PNG has: colour types 0 grey, 2 RGB, 4 grey + alpha, 6 RGB + alpha. */
export function plainPng(
  value: number,
  options: {
    readonly width?: number;
    readonly height?: number;
    readonly colour?: 0 | 2 | 4 | 6;
    readonly bits?: 8 | 16;
  } = {},
): Uint8Array {
  const { width = 20, height = 20, colour = 0, bits = 8 } = options;
  const colours = colour === 2 || colour === 6 ? 3 : 1;
  const pixel = [...new Array<number>(colours).fill(value), ...(colour >= 4 ? [128] : [])];
  const bytes = bits === 8 ? pixel : pixel.flatMap((one) => [one, 0]);
  const row = [0, ...Array.from({ length: width }, () => bytes).flat()];
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header[8] = bits;
  header[9] = colour;
  return Buffer.concat([
    Buffer.from('89504e470d0a1a0a', 'hex'),
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(Buffer.from(Array.from({ length: height }, () => row).flat()))),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

function chunk(type: string, body: Uint8Array): Buffer {
  const named = Buffer.concat([Buffer.from(type), body]);
  const ends = Buffer.alloc(8);
  ends.writeUInt32BE(body.length, 0);
  ends.writeUInt32BE(crc32(named), 4);
  return Buffer.concat([ends.subarray(0, 4), named, ends.subarray(4)]);
}

/** The images of some bins by path, `<bin>/<bin>_NNNNN.png`, each of one value that its number gives. */
export function binImages(bins: number, images: number): { [path: string]: Uint8Array } {
  const files: { [path: string]: Uint8Array } = {};
  for (let bin = 0; bin < bins; bin++) {
    for (let roi = 1; roi <= images; roi++) {
      const value = (37 * bin + 11 * roi) % 256;
      files[`${binId(bin)}/${binId(bin)}_${String(roi).padStart(5, '0')}.png`] = plainPng(value);
    }
  }
  return files;
}

export function binId(number: number): string {
  const minutes = String(number % 60).padStart(2, '0');
  const hours = String(Math.floor(number / 60)).padStart(2, '0');
  return `D20220522T${hours}${minutes}00_IFCB134`;
}
