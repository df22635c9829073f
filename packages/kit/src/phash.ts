import type { SharpOptions } from 'sharp';
import { loadSharp } from './image/load-sharp.ts';
import { type GrayImage, type RawImage, toGray } from './image/raw-image.ts';
import { resizeGray } from './image/resize-gray.ts';
import { readSmallPng } from './image/small-png.ts';

export type { GrayImage, RawImage } from './image/raw-image.ts';

const side = 32;
const low = 8;

/** Row `u`, column `x`: cos(pi (2x + 1) u / 64), the DCT-II of 32 samples without scaling. */
const cosines = Float64Array.from({ length: low * side }, (_, at) =>
  Math.cos((Math.PI * (2 * (at % side) + 1) * Math.floor(at / side)) / (2 * side)),
);

/**
 * Returns the 64-bit perceptual hash of an image as 16 hex digits; like images have hashes few bits apart.
 *
 * Definition (the pHash of Python's imagehash 4.3, `phash(image)`): gray = (19595 R + 38470 G + 7471 B + 32768) >> 16
 * with alpha ignored; Lanczos-3 resize to 32x32 in Pillow's fixed point; DCT-II of columns and rows, no scaling; the
 * top-left 8x8 coefficients with the DC one; bit = coefficient > median of the 64; rows first, most significant bit
 * first. Equal to imagehash bit by bit for 8-bit gray and RGB images without a colour profile; near it
 * (other decoders) for the rest. EXIF orientation is not applied. Images of one flat colour have no meaningful hash.
 * Takes an encoded image or decoded pixels. Throws sharp's error for what it cannot decode; `inspectImage` explains it.
 */
export async function phash(
  image: Uint8Array | RawImage,
  options: Pick<SharpOptions, 'limitInputPixels' | 'failOn'> = {},
): Promise<string> {
  if (!(image instanceof Uint8Array)) return phashOfGray(toGray(image));
  // Scientific cameras make small PNGs by the million; reading those here is several times faster than sharp.
  const small = readSmallPng(image);
  if (small) return phashOfGray(toGray(small));
  const sharp = await loadSharp();
  const { data, info } = await sharp(image, { limitInputPixels: 100_000_000, ...options })
    .toColourspace('srgb')
    .raw({ depth: 'uchar' })
    .toBuffer({ resolveWithObject: true });
  return phashOfGray(toGray({ data, width: info.width, height: info.height, channels: info.channels }));
}

/** The hash of decoded gray pixels; the part of `phash` that computes. */
export function phashOfGray(image: GrayImage): string {
  const small = resizeGray(image, side, side);
  /** Row `v` of the transform down the columns: 8 x 32. */
  const down = new Float64Array(low * side);
  for (let v = 0; v < low; v++) {
    for (let y = 0; y < side; y++) {
      const weight = cosines[v * side + y]!;
      for (let x = 0; x < side; x++) down[v * side + x]! += weight * small[y * side + x]!;
    }
  }
  const coefficients = new Float64Array(low * low);
  for (let v = 0; v < low; v++) {
    for (let u = 0; u < low; u++) {
      let sum = 0;
      for (let x = 0; x < side; x++) sum += cosines[u * side + x]! * down[v * side + x]!;
      coefficients[v * low + u] = sum;
    }
  }
  const sorted = coefficients.slice().sort();
  const median = (sorted[31]! + sorted[32]!) / 2;
  let hex = '';
  for (let at = 0; at < 64; at += 4) {
    let digit = 0;
    for (let bit = 0; bit < 4; bit++) digit = digit * 2 + (coefficients[at + bit]! > median ? 1 : 0);
    hex += digit.toString(16);
  }
  return hex;
}

/** Returns how many of the 64 bits of two hashes differ. Throws a RangeError for a text that is no hash. */
export function hammingDistance(one: string, other: string): number {
  for (const hash of [one, other])
    if (!/^[0-9a-f]{16}$/i.test(hash)) throw new RangeError(`a hash is 16 hex digits, not '${hash}'`);
  const high = Number.parseInt(one.slice(0, 8), 16) ^ Number.parseInt(other.slice(0, 8), 16);
  const rest = Number.parseInt(one.slice(8), 16) ^ Number.parseInt(other.slice(8), 16);
  return countBits(high) + countBits(rest);
}

/** Counts the ones of a 32-bit word (Warren, Hacker's Delight, figure 5-2). */
export function countBits(word: number): number {
  let bits = word - ((word >>> 1) & 0x55555555);
  bits = (bits & 0x33333333) + ((bits >>> 2) & 0x33333333);
  return Math.imul((bits + (bits >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}
