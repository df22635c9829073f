import type { GrayImage } from './raw-image.ts';

/** Weights are whole numbers of 2^-22, as in Pillow's Resample.c, so that results agree to the last bit. */
const precision = 22;
const half = 1 << (precision - 1);

interface Taps {
  /** By output pixel: its first input pixel, and how many follow. */
  readonly first: Int32Array;
  readonly count: Int32Array;
  /** Weights, `stride` per output pixel. */
  readonly weights: Int32Array;
  readonly stride: number;
}

/** Pillow's filters by name: how far each reaches, in pixels, and its weight there. */
const filters = {
  lanczos: { support: 3, weight: lanczos },
  bilinear: { support: 1, weight: (x: number): number => Math.max(0, 1 - Math.abs(x)) },
};
export type GrayFilter = keyof typeof filters;

/**
 * Resizes an 8-bit gray image with Lanczos-3 or a triangle, the filter widened when shrinking, so nothing aliases.
 *
 * Rows first, then columns, rounded to 8 bits between: Pillow's `resize(size, Resampling.LANCZOS)` or `.BILINEAR` bit
 * by bit (libImaging/Resample.c). Returns `width * height` bytes.
 */
export function resizeGray(
  image: GrayImage,
  width: number,
  height: number,
  filter: GrayFilter = 'lanczos',
): Uint8Array {
  const narrow = image.width === width ? image.data : shrinkRows(image, width, filter);
  return image.height === height ? narrow : shrinkColumns(narrow, image.height, { width, height }, filter);
}

function shrinkRows({ data, width, height }: GrayImage, to: number, filter: GrayFilter): Uint8Array {
  const { first, count, weights, stride } = tapsFor(width, to, filter);
  const out = new Uint8Array(to * height);
  // Four rows at a time: each weight is read once for all of them. This loop is most of what a perceptual hash costs.
  let y = 0;
  for (; y + 3 < height; y += 4) {
    for (let x = 0; x < to; x++) {
      let at = x * stride;
      const end = at + count[x]!;
      let from = y * width + first[x]!;
      let [one, two, three, four] = [half, half, half, half];
      for (; at < end; at++, from++) {
        const weight = weights[at]!;
        one = (one + Math.imul(data[from]!, weight)) | 0;
        two = (two + Math.imul(data[from + width]!, weight)) | 0;
        three = (three + Math.imul(data[from + 2 * width]!, weight)) | 0;
        four = (four + Math.imul(data[from + 3 * width]!, weight)) | 0;
      }
      out[y * to + x] = clip(one);
      out[(y + 1) * to + x] = clip(two);
      out[(y + 2) * to + x] = clip(three);
      out[(y + 3) * to + x] = clip(four);
    }
  }
  for (; y < height; y++) {
    for (let x = 0; x < to; x++) {
      let at = x * stride;
      const end = at + count[x]!;
      let from = y * width + first[x]!;
      let sum = half;
      for (; at < end; at++, from++) sum = (sum + Math.imul(data[from]!, weights[at]!)) | 0;
      out[y * to + x] = clip(sum);
    }
  }
  return out;
}

function shrinkColumns(
  data: Uint8Array,
  height: number,
  { width, height: to }: { readonly width: number; readonly height: number },
  filter: GrayFilter,
): Uint8Array {
  const { first, count, weights, stride } = tapsFor(height, to, filter);
  const out = new Uint8Array(width * to);
  for (let y = 0; y < to; y++) {
    const at = y * stride;
    const end = at + count[y]!;
    const top = first[y]! * width;
    let x = 0;
    // Four columns at a time, for the same reason.
    for (; x + 3 < width; x += 4) {
      let from = top + x;
      let [one, two, three, four] = [half, half, half, half];
      for (let tap = at; tap < end; tap++, from += width) {
        const weight = weights[tap]!;
        one = (one + Math.imul(data[from]!, weight)) | 0;
        two = (two + Math.imul(data[from + 1]!, weight)) | 0;
        three = (three + Math.imul(data[from + 2]!, weight)) | 0;
        four = (four + Math.imul(data[from + 3]!, weight)) | 0;
      }
      out[y * width + x] = clip(one);
      out[y * width + x + 1] = clip(two);
      out[y * width + x + 2] = clip(three);
      out[y * width + x + 3] = clip(four);
    }
    for (; x < width; x++) {
      let sum = half;
      for (let tap = at, from = top + x; tap < end; tap++, from += width)
        sum = (sum + Math.imul(data[from]!, weights[tap]!)) | 0;
      out[y * width + x] = clip(sum);
    }
  }
  return out;
}

/** Images of one size come in long runs: the last tables are kept. */
const kept = new Map<string, Taps>();
const keptLimit = 64;

function tapsFor(from: number, to: number, filter: GrayFilter): Taps {
  const name = `${filter}:${from}:${to}`;
  const known = kept.get(name);
  if (known) return known;
  if (kept.size >= keptLimit) kept.clear();
  const made = makeTaps(from, to, filter);
  kept.set(name, made);
  return made;
}

function makeTaps(from: number, to: number, filter: GrayFilter): Taps {
  const { support: reach, weight: weightAt } = filters[filter];
  const scale = from / to;
  const widened = Math.max(scale, 1);
  const support = reach * widened;
  const stride = Math.ceil(support) * 2 + 1;
  const taps: Taps = {
    first: new Int32Array(to),
    count: new Int32Array(to),
    weights: new Int32Array(to * stride),
    stride,
  };
  for (let x = 0; x < to; x++) {
    const center = (x + 0.5) * scale;
    const first = Math.max(0, Math.trunc(center - support + 0.5));
    const end = Math.min(from, Math.trunc(center + support + 0.5));
    const exact = Array.from({ length: end - first }, (_, tap) => weightAt((tap + first - center + 0.5) / widened));
    const sum = exact.reduce((total, weight) => total + weight, 0);
    taps.first[x] = first;
    taps.count[x] = end - first;
    for (const [tap, weight] of exact.entries()) {
      const scaled = (weight / sum) * (1 << precision);
      taps.weights[x * stride + tap] = Math.trunc(scaled + (scaled < 0 ? -0.5 : 0.5));
    }
  }
  return taps;
}

function lanczos(x: number): number {
  return x >= -3 && x < 3 ? sinc(x) * sinc(x / 3) : 0;
}

function sinc(x: number): number {
  return x === 0 ? 1 : Math.sin(x * Math.PI) / (x * Math.PI);
}

/** Lanczos overshoots at edges: sums may leave 0 to 255. */
function clip(sum: number): number {
  const value = sum >> precision;
  return value < 0 ? 0 : value > 255 ? 255 : value;
}
