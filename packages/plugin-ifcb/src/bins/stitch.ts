import type { RoiBox } from './adc.ts';

/** An image of a bin as 8-bit gray rows. */
export interface RoiImage {
  /** The number in its name: that of its row, or of the first of two that were stitched. */
  readonly target: number;
  readonly width: number;
  readonly height: number;
  /** `width * height` values, row by row. Often a view into the .roi file's bytes: not to be changed. */
  readonly pixels: Uint8Array;
  readonly box: RoiBox;
  /** Where this image was put together from two: the second one's box, and how much of the whole no camera saw. */
  readonly stitched?: { readonly box: RoiBox; readonly gapPixels: number; readonly fill: number };
}

// Boxes that share no more than these pixels are neighbours, not halves.
const slack = 2;

/**
 * Whether two images that follow each other are halves of one: same trigger and boxes that overlap on both axes.
 *
 * Only v1 instruments cut images in two. The rule is pyifcb's.
 */
export function areHalves(a: RoiBox, b: RoiBox): boolean {
  return (
    a.trigger === b.trigger &&
    a.x < b.x + b.width - slack &&
    a.x + a.width > b.x + slack &&
    a.y < b.y + b.height - slack &&
    a.y + a.height > b.y + slack
  );
}

/**
 * Puts two halves together: their union, the second over the first, and what neither saw filled with one gray.
 *
 * That gray is the mean of the seen pixels beside the gap, rounded half to even: what ifcbkit and pyifcb compute.
 */
export function stitch(a: RoiImage, b: RoiImage): RoiImage {
  const left = Math.min(a.box.x, b.box.x);
  const top = Math.min(a.box.y, b.box.y);
  const width = Math.max(a.box.x + a.width, b.box.x + b.width) - left;
  const height = Math.max(a.box.y + a.height, b.box.y + b.height) - top;
  const pixels = new Uint8Array(width * height);
  const isSeen = new Uint8Array(width * height);
  for (const { box, pixels: from } of [a, b]) {
    for (let row = 0; row < box.height; row++) {
      const to = (box.y - top + row) * width + box.x - left;
      pixels.set(from.subarray(row * box.width, (row + 1) * box.width), to);
      isSeen.fill(1, to, to + box.width);
    }
  }
  let [sum, count, gapPixels] = [0, 0, 0];
  for (let at = 0; at < pixels.length; at++) {
    if (isSeen[at] === 0) gapPixels++;
    else if (touchesGap(isSeen, at, width)) {
      sum += pixels[at] as number;
      count++;
    }
  }
  const fill = count === 0 ? 0 : roundHalfToEven(sum / count);
  for (let at = 0; at < pixels.length; at++) if (isSeen[at] === 0) pixels[at] = fill;
  return { target: a.target, width, height, pixels, box: a.box, stitched: { box: b.box, gapPixels, fill } };
}

function touchesGap(isSeen: Uint8Array, at: number, width: number): boolean {
  const x = at % width;
  return (
    (x > 0 && isSeen[at - 1] === 0) ||
    (x < width - 1 && isSeen[at + 1] === 0) ||
    isSeen[at - width] === 0 ||
    isSeen[at + width] === 0
  );
}

function roundHalfToEven(value: number): number {
  const floor = Math.floor(value);
  if (value - floor !== 0.5) return Math.round(value);
  return floor % 2 === 0 ? floor : floor + 1;
}
