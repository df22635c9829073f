import { inflateSync } from 'node:zlib';
import type { RawImage } from './raw-image.ts';

const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
/** Above this sharp is as fast, and a small file cannot make this process inflate a huge one. */
const pixelLimit = 1 << 20;

/** Channels by PNG colour type; palettes (3) are not read here. */
const channelsOf: { readonly [colourType: number]: RawImage['channels'] } = { 0: 1, 2: 3, 4: 2, 6: 4 };

/**
 * Decodes a small 8-bit PNG (gray or RGB, with or without alpha, not interlaced), or returns undefined for anything else.
 *
 * Undefined also for every irregularity, so the caller's other decoder judges it: nothing is repaired here, and chunk
 * checksums are not looked at. Method: PNG specification (third edition), sections 7 to 9.
 */
export function readSmallPng(bytes: Uint8Array): RawImage | undefined {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (file.length < 57 || !file.subarray(0, 8).equals(signature) || file.toString('latin1', 12, 16) !== 'IHDR')
    return undefined;
  const width = file.readUInt32BE(16);
  const height = file.readUInt32BE(20);
  const channels = channelsOf[file[25]!];
  // Bit depth 8; compression 0, filter method 0, not interlaced.
  if (channels === undefined || file[24] !== 8 || file.readUIntBE(26, 3) !== 0) return undefined;
  if (width === 0 || height === 0 || width * height > pixelLimit) return undefined;
  const packed = imageData(file);
  const filtered = packed && inflate(packed, (width * channels + 1) * height);
  const data = filtered && unfilter(filtered, width * channels, height, channels);
  return data && { data, width, height, channels };
}

/** The joined IDAT chunks; undefined when the file ends before IEND or has what changes colours. */
function imageData(file: Buffer): Buffer | undefined {
  const pieces: Buffer[] = [];
  for (let at = 33; at + 12 <= file.length; ) {
    const length = file.readUInt32BE(at);
    const type = file.toString('latin1', at + 4, at + 8);
    if (type === 'IEND') return pieces.length === 1 ? pieces[0] : Buffer.concat(pieces);
    if (type === 'tRNS' || type === 'iCCP' || at + 12 + length > file.length) return undefined;
    if (type === 'IDAT') pieces.push(file.subarray(at + 8, at + 8 + length));
    at += 12 + length;
  }
  return undefined;
}

function inflate(packed: Buffer, size: number): Buffer | undefined {
  try {
    // One piece for all, or the pieces would be copied together; zlib wants 64 bytes at least.
    const data = inflateSync(packed, { maxOutputLength: size + 1, chunkSize: Math.max(64, size + 1) });
    return data.length === size ? data : undefined;
  } catch {
    return undefined;
  }
}

/** Undoes the row filters; `step` is the distance in bytes to the same channel of the pixel before. */
function unfilter(filtered: Uint8Array, width: number, height: number, step: number): Uint8Array | undefined {
  const data = new Uint8Array(width * height);
  const none = new Uint8Array(width);
  for (let y = 0; y < height; y++) {
    const from = y * (width + 1);
    const to = y * width;
    const row = data.subarray(to, to + width);
    const above = y === 0 ? none : data.subarray(to - width, to);
    row.set(filtered.subarray(from + 1, from + 1 + width));
    switch (filtered[from]) {
      case 0:
        break;
      case 1:
        for (let x = step; x < width; x++) row[x]! += row[x - step]!;
        break;
      case 2:
        for (let x = 0; x < width; x++) row[x]! += above[x]!;
        break;
      case 3:
        for (let x = 0; x < step; x++) row[x]! += above[x]! >> 1;
        for (let x = step; x < width; x++) row[x]! += (row[x - step]! + above[x]!) >> 1;
        break;
      case 4:
        for (let x = 0; x < step; x++) row[x]! += above[x]!;
        for (let x = step; x < width; x++) row[x]! += paeth(row[x - step]!, above[x]!, above[x - step]!);
        break;
      default:
        return undefined;
    }
  }
  return data;
}

function paeth(left: number, above: number, corner: number): number {
  const toLeft = Math.abs(above - corner);
  const toAbove = Math.abs(left - corner);
  const toCorner = Math.abs(left + above - 2 * corner);
  if (toLeft <= toAbove && toLeft <= toCorner) return left;
  return toAbove <= toCorner ? above : corner;
}
