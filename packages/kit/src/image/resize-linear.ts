import type { RawImage } from './raw-image.ts';

/** Weights are whole numbers of 2^-11, as in OpenCV. */
const one = 1 << 11;
const keptLimit = 512;

/**
 * Resizes an 8-bit image as OpenCV's `resize(..., INTER_LINEAR)` does, bit by bit; returns interleaved pixels.
 *
 * Two taps per axis at half-pixel centres, whatever the scale: shrinking aliases, and models trained on that expect it.
 * Source: modules/imgproc/src/resize.cpp (ResizeInvoker with HResizeLinear and VResizeLinear of uchar). Exactly half of
 * both sides is the mean of four pixels there, and here.
 *
 * `room`: where the pixels go when it is large enough; else, and without it, a new array is made. An image that has the
 * size already comes back as it is.
 */
export function resizeLinear(image: RawImage, width: number, height: number, room?: Uint8Array): Uint8Array {
  if (image.width === width && image.height === height) return image.data;
  const size = width * height * image.channels;
  const out = room !== undefined && room.length >= size ? room.subarray(0, size) : new Uint8Array(size);
  if (image.width === 2 * width && image.height === 2 * height) return halve(image, out);
  const { channels } = image;
  const columns = columnsFor(image.width, width);
  const rows = rowsFor(image.height, height);
  const stride = width * channels;
  // Rows already stretched to the new width, in 2^-7; neighbouring output rows share them.
  let upper = { of: -1, row: new Int32Array(stride) };
  let lower = { of: -1, row: new Int32Array(stride) };
  const last = image.height - 1;
  for (let y = 0; y < height; y++) {
    const first = rows.first[y]!;
    // Beyond an edge both taps fall on the same row but keep their weights: rounding twice is part of the result.
    const [above, below] = [Math.min(Math.max(first, 0), last), Math.min(Math.max(first + 1, 0), last)];
    if (lower.of === above && upper.of !== above) [upper, lower] = [lower, upper];
    if (upper.of !== above) stretchRow(image, above, columns, upper);
    if (lower.of !== below) stretchRow(image, below, columns, lower);
    const [weightAbove, weightBelow] = [rows.weight[2 * y]!, rows.weight[2 * y + 1]!];
    const [rowAbove, rowBelow] = [upper.row, lower.row];
    for (let x = 0, at = y * stride; x < stride; x++, at++) {
      const sum = (Math.imul(weightAbove, rowAbove[x]!) >> 16) + (Math.imul(weightBelow, rowBelow[x]!) >> 16);
      out[at] = (sum + 2) >> 2;
    }
  }
  return out;
}

interface Taps {
  /** By output pixel: the input pixel before it; -1 above the first. */
  readonly first: Int32Array;
  /** Two weights by output pixel, for that pixel and the next. */
  readonly weight: Int32Array;
}

function stretchRow(
  { data, width, channels }: RawImage,
  y: number,
  { left, right, weight, packed }: Columns,
  to: { of: number; row: Int32Array },
): void {
  const from = y * width * channels;
  const { row } = to;
  to.of = y;
  if (channels === 1 && packed !== undefined) {
    for (let x = 0; x < packed.length; x++) {
      const taps = packed[x]!;
      const at = from + (taps >> weightBits);
      const value = data[at]!;
      row[x] = (value * one + Math.imul(data[at + 1]! - value, taps & weightMask)) >> 4;
    }
    return;
  }
  for (let x = 0, at = 0; x < left.length; x++) {
    const [before, after] = [from + left[x]! * channels, from + right[x]! * channels];
    for (let channel = 0; channel < channels; channel++, at++)
      row[at] = (data[before + channel]! * weight[2 * x]! + data[after + channel]! * weight[2 * x + 1]!) >> 4;
  }
}

interface Columns {
  readonly left: Int32Array;
  readonly right: Int32Array;
  readonly weight: Int32Array;
  /** Left pixel and second weight in one number, where the right pixel is the next one and both weights make one. */
  readonly packed: Int32Array | undefined;
}

// The weight of one takes 12 bits; images of half a million pixels a row go the long way.
const weightBits = 12;
const weightMask = (1 << weightBits) - 1;
const packedLimit = 1 << (31 - weightBits);

function packedOf({ left, right, weight }: Omit<Columns, 'packed'>, lastX: number): Int32Array | undefined {
  if (lastX === 0 || lastX >= packedLimit) return undefined;
  const packed = new Int32Array(left.length);
  for (let x = 0; x < left.length; x++) {
    if (weight[2 * x]! + weight[2 * x + 1]! !== one) return undefined;
    // The last column has none after it: it is the second of the last two, with the whole weight.
    if (left[x] === lastX) packed[x] = ((lastX - 1) << weightBits) | one;
    else if (left[x] === right[x]) packed[x] = left[x]! << weightBits;
    else packed[x] = (left[x]! << weightBits) | weight[2 * x + 1]!;
  }
  return packed;
}

// Unlike rows, columns beyond an edge take one pixel with the whole weight.
function columnsOf({ first, weight }: Taps, lastX: number): Columns {
  const columns = { left: first.slice(), right: first.slice(), weight: weight.slice() };
  for (let x = 0; x < first.length; x++) {
    if (first[x]! >= 0 && first[x]! < lastX) {
      columns.right[x]! += 1;
      continue;
    }
    columns.left[x] = columns.right[x] = Math.min(Math.max(first[x]!, 0), lastX);
    columns.weight[2 * x] = one;
    columns.weight[2 * x + 1] = 0;
  }
  return { ...columns, packed: packedOf(columns, lastX) };
}

const rowsFor = remembered(makeTaps);
const columnsFor = remembered((from, to) => columnsOf(makeTaps(from, to), from - 1));

/** Sides come up again and again: the last tables are kept, a few kB each. */
function remembered<Table>(make: (from: number, to: number) => Table): (from: number, to: number) => Table {
  const kept = new Map<number, Table>();
  return (from, to) => {
    const name = from * 0x1_0000_0000 + to;
    const known = kept.get(name);
    if (known !== undefined) return known;
    if (kept.size >= keptLimit) kept.clear();
    const made = make(from, to);
    kept.set(name, made);
    return made;
  };
}

function makeTaps(from: number, to: number): Taps {
  const scale = 1 / (to / from);
  const taps: Taps = { first: new Int32Array(to), weight: new Int32Array(2 * to) };
  for (let at = 0; at < to; at++) {
    // OpenCV rounds these to 32-bit floats on the way.
    const exact = Math.fround((at + 0.5) * scale - 0.5);
    const first = Math.floor(exact);
    const share = Math.fround(exact - first);
    taps.first[at] = first;
    taps.weight[2 * at] = roundHalfEven(Math.fround(1 - share) * one);
    taps.weight[2 * at + 1] = roundHalfEven(share * one);
  }
  return taps;
}

function roundHalfEven(value: number): number {
  const rounded = Math.round(value);
  return rounded - value === 0.5 && rounded % 2 !== 0 ? rounded - 1 : rounded;
}

function halve({ data, width, height, channels }: RawImage, out: Uint8Array): Uint8Array {
  const stride = width * channels;
  const half = stride / 2;
  for (let y = 0, at = 0; y < height; y += 2) {
    for (let x = 0; x < half; x++, at++) {
      const from = y * stride + Math.floor(x / channels) * 2 * channels + (x % channels);
      out[at] =
        (data[from]! + data[from + channels]! + data[from + stride]! + data[from + stride + channels]! + 2) >> 2;
    }
  }
  return out;
}
