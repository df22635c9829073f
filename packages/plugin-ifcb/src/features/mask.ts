/** A set of pixels: 1 where it has one, row by row. */
export interface Mask {
  readonly data: Uint8Array;
  readonly width: number;
  readonly height: number;
}

export function emptyMask(width: number, height: number): Mask {
  return { data: new Uint8Array(width * height), width, height };
}

/** How many pixels it has. */
export function areaOf({ data }: Mask): number {
  let area = 0;
  for (const value of data) area += value;
  return area;
}

/** The pixels that have a neighbour above, below or beside them outside the mask or the image. */
export function perimeterOf({ data, width, height }: Mask): Mask {
  const edge = emptyMask(width, height);
  for (let y = 0, at = 0; y < height; y++) {
    for (let x = 0; x < width; x++, at++) {
      if (data[at] === 0) continue;
      const isInner =
        x > 0 &&
        x < width - 1 &&
        y > 0 &&
        y < height - 1 &&
        data[at - 1] === 1 &&
        data[at + 1] === 1 &&
        data[at - width] === 1 &&
        data[at + width] === 1;
      if (!isInner) edge.data[at] = 1;
    }
  }
  return edge;
}

/** The mask with every hole filled: what cannot be reached from outside in steps up, down and sideways. */
export function fillHoles({ data, width, height }: Mask): Mask {
  const filled = new Uint8Array(data.length).fill(1);
  const open: number[] = [];
  const reach = (at: number): void => {
    if (data[at] === 1 || filled[at] === 0) return;
    filled[at] = 0;
    open.push(at);
  };
  for (let x = 0; x < width; x++) {
    reach(x);
    reach((height - 1) * width + x);
  }
  for (let y = 0; y < height; y++) {
    reach(y * width);
    reach(y * width + width - 1);
  }
  for (let at = open.pop(); at !== undefined; at = open.pop()) {
    const x = at % width;
    if (x > 0) reach(at - 1);
    if (x < width - 1) reach(at + 1);
    if (at >= width) reach(at - width);
    if (at < data.length - width) reach(at + width);
  }
  return { data: filled, width, height };
}

/** A connected part of a mask; pixels that touch at a corner belong together. */
export interface Part {
  /** Places of its pixels in the mask it was found in. */
  readonly pixels: readonly number[];
  readonly left: number;
  readonly top: number;
  /** The part alone, cut to its own box. */
  readonly mask: Mask;
}

/** The connected parts of a mask that have at least `minArea` pixels, in the order of their first pixel. */
export function partsOf({ data, width, height }: Mask, { minArea = 1 }: { readonly minArea?: number } = {}): Part[] {
  const isOpen = data.slice();
  const parts: Part[] = [];
  for (let seed = 0; seed < data.length; seed++) {
    if (isOpen[seed] === 0) continue;
    isOpen[seed] = 0;
    const pixels = [seed];
    for (let next = 0; next < pixels.length; next++) {
      const at = pixels[next]!;
      const [x, y] = [at % width, Math.floor(at / width)];
      for (let v = Math.max(0, y - 1); v <= Math.min(height - 1, y + 1); v++) {
        for (let u = Math.max(0, x - 1); u <= Math.min(width - 1, x + 1); u++) {
          const neighbour = v * width + u;
          if (isOpen[neighbour] === 0) continue;
          isOpen[neighbour] = 0;
          pixels.push(neighbour);
        }
      }
    }
    if (pixels.length >= minArea) parts.push(cutOut(pixels, width));
  }
  return parts;
}

function cutOut(pixels: readonly number[], width: number): Part {
  let [left, right, top, bottom] = [Infinity, 0, Infinity, 0];
  for (const at of pixels) {
    const [x, y] = [at % width, Math.floor(at / width)];
    left = Math.min(left, x);
    right = Math.max(right, x);
    top = Math.min(top, y);
    bottom = Math.max(bottom, y);
  }
  const mask = emptyMask(right - left + 1, bottom - top + 1);
  for (const at of pixels) mask.data[(Math.floor(at / width) - top) * mask.width + (at % width) - left] = 1;
  return { pixels, left, top, mask };
}
