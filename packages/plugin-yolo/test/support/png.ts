import { crc32, deflateSync } from 'node:zlib';
import { seeded } from '@dataset-runner/kit/seeded';

export interface PngOptions {
  readonly side?: number;
  /** Default: `side`. */
  readonly high?: number;
  /** Bits of a channel. */
  readonly depth?: 8 | 16;
  readonly alpha?: boolean;
  /** EXIF's orientation. */
  readonly orientation?: number;
  /** Added to every grey. */
  readonly brighter?: number;
}

/** A grey PNG of coarse noise: each seed gives one that looks like no other. */
export function png(
  seed: string | number,
  { side = 64, high = side, depth = 8, alpha = false, orientation, brighter = 0 }: PngOptions = {},
): Uint8Array {
  const random = seeded(seed);
  const coarse = Array.from({ length: 64 }, () => random.below(200));
  const bytes = (depth / 8) * (alpha ? 2 : 1);
  const rows = Buffer.alloc((side * bytes + 1) * high);
  for (let y = 0; y < high; y++) {
    for (let x = 0; x < side; x++) {
      const at = y * (side * bytes + 1) + 1 + x * bytes;
      rows.fill(255, at, at + bytes);
      rows[at] = coarse[((((y * 8) / high) >> 0) << 3) | (((x * 8) / side) >> 0)]! + brighter;
    }
  }
  const header = Buffer.from([0, 0, 0, side, 0, 0, 0, high, depth, alpha ? 4 : 0, 0, 0, 0]);
  return Buffer.concat([
    Buffer.from('89504e470d0a1a0a', 'hex'),
    chunk('IHDR', header),
    // A TIFF of one entry: tag 0x112, a short.
    ...(orientation === undefined
      ? []
      : [
          chunk(
            'eXIf',
            Buffer.from(
              `4d4d002a00000008000101120003000000010${orientation.toString(16).padStart(3, '0')}000000000000`,
              'hex',
            ),
          ),
        ]),
    chunk('IDAT', deflateSync(rows)),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

/** One part of a PNG: its length, name, body and checksum. */
function chunk(type: string, body: Buffer): Buffer {
  const named = Buffer.concat([Buffer.from(type), body]);
  const whole = Buffer.alloc(named.length + 8);
  whole.writeUInt32BE(body.length);
  named.copy(whole, 4);
  whole.writeUInt32BE(crc32(named), named.length + 4);
  return whole;
}
