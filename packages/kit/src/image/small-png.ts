import { crc32, inflateSync } from 'node:zlib';
import type { RawImage } from './raw-image.ts';

const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
/** Above this sharp is as fast, and a small file cannot make this process inflate a huge one. */
const pixelLimit = 1 << 20;

/** Chunks that change no pixel. Whatever else a file has makes it the other decoder's. */
const harmless: ReadonlySet<string> = new Set(['gAMA', 'cHRM', 'sRGB', 'pHYs', 'tEXt', 'tIME']);

/** Channels by PNG colour type; palettes (3) are not read here. */
const channelsOf: { readonly [colourType: number]: RawImage['channels'] } = { 0: 1, 2: 3, 4: 2, 6: 4 };

/**
 * Decodes a small 8-bit PNG (gray or RGB, with or without alpha, not interlaced), or returns undefined for anything else.
 *
 * Undefined also for every irregularity, a wrong checksum or a chunk out of place among them, so the caller's other
 * decoder judges it: what is returned is whole. Method: PNG specification (third edition), sections 5 and 7 to 9.
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

/** The joined IDAT chunks; undefined when anything is not as it should be up to IEND, where the file ends. */
function imageData(file: Buffer): Buffer | undefined {
  if (file.readUInt32BE(8) !== 13 || !holds(file, 8, 13)) return undefined;
  const pieces: Buffer[] = [];
  let isOver = false;
  for (let at = 33; at + 12 <= file.length; ) {
    const length = file.readUInt32BE(at);
    const end = at + 12 + length;
    if (end > file.length || !holds(file, at, length)) return undefined;
    const type = file.toString('latin1', at + 4, at + 8);
    if (type === 'IEND') {
      if (length !== 0 || end !== file.length) return undefined;
      return pieces.length === 1 ? pieces[0] : Buffer.concat(pieces);
    }
    if (type === 'IDAT' && !isOver) pieces.push(file.subarray(at + 8, at + 8 + length));
    else if (harmless.has(type)) isOver = pieces.length > 0;
    else return undefined;
    at = end;
  }
  return undefined;
}

/** True when the chunk's checksum, over its type and its data, is right. */
function holds(file: Buffer, at: number, length: number): boolean {
  return crc32(file.subarray(at + 4, at + 8 + length)) === file.readUInt32BE(at + 8 + length);
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

/** Undoes the row filters, in place; `step` is the distance in bytes to the same channel of the pixel before. */
function unfilter(filtered: Uint8Array, width: number, height: number, step: number): Uint8Array | undefined {
  // Pixels lie before the bytes they are made of, for a row of them has no filter: nothing is overwritten unread.
  const data = filtered;
  // By index throughout: a view for each row costs more than the row.
  for (let y = 0; y < height; y++) {
    const from = y * (width + 1) + 1;
    const to = y * width;
    /** The row above; before the first there is one of zeros. */
    const up = to - width;
    let filter = filtered[from - 1]!;
    if (y === 0 && filter === 2) filter = 0;
    if (y === 0 && filter === 4) filter = 1;
    switch (filter) {
      case 0:
        data.copyWithin(to, from, from + width);
        break;
      case 1:
        if (step === 1)
          for (let x = 0, left = 0; x < width; x++) data[to + x] = left = (left + filtered[from + x]!) & 0xff;
        else for (let x = 0; x < width; x++) data[to + x] = filtered[from + x]! + (x < step ? 0 : data[to + x - step]!);
        break;
      case 2:
        for (let x = 0; x < width; x++) data[to + x] = filtered[from + x]! + data[up + x]!;
        break;
      case 3:
        for (let x = 0; x < width; x++) {
          const left = x < step ? 0 : data[to + x - step]!;
          data[to + x] = filtered[from + x]! + ((left + (y === 0 ? 0 : data[up + x]!)) >> 1);
        }
        break;
      case 4:
        for (let x = 0; x < step; x++) data[to + x] = filtered[from + x]! + data[up + x]!;
        for (let x = step; x < width; x++) {
          const corner = data[up + x - step]!;
          data[to + x] = filtered[from + x]! + paeth(data[to + x - step]!, data[up + x]!, corner);
        }
        break;
      default:
        return undefined;
    }
  }
  return new Uint8Array(data.buffer, data.byteOffset, width * height);
}

function paeth(left: number, above: number, corner: number): number {
  const toLeft = Math.abs(above - corner);
  const toAbove = Math.abs(left - corner);
  const toCorner = Math.abs(left + above - 2 * corner);
  if (toLeft <= toAbove && toLeft <= toCorner) return left;
  return toAbove <= toCorner ? above : corner;
}
