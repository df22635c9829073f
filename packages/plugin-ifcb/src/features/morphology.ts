import { emptyMask, type Mask } from './mask.ts';

/** Pixels above `high`, and those above `low` that are joined to one of them; corners join. */
export function hysteresis(
  values: Float64Array,
  {
    width,
    height,
    low,
    high,
  }: { readonly width: number; readonly height: number; readonly low: number; readonly high: number },
): Mask {
  const mask = emptyMask(width, height);
  const open: number[] = [];
  for (let at = 0; at < values.length; at++) {
    if (!(values[at]! > high)) continue;
    mask.data[at] = 1;
    open.push(at);
  }
  for (let at = open.pop(); at !== undefined; at = open.pop()) {
    const [x, y] = [at % width, Math.floor(at / width)];
    for (let v = Math.max(0, y - 1); v <= Math.min(height - 1, y + 1); v++) {
      for (let u = Math.max(0, x - 1); u <= Math.min(width - 1, x + 1); u++) {
        const neighbour = v * width + u;
        if (mask.data[neighbour] === 1 || !(values[neighbour]! > low)) continue;
        mask.data[neighbour] = 1;
        open.push(neighbour);
      }
    }
  }
  return mask;
}

/** Clears pixels of the outermost rows and columns whose neighbour one step inwards is clear; changes the mask. */
export function trimBorder({ data, width, height }: Mask): void {
  if (width < 2 || height < 2) return;
  // Columns first: the rows then see what is left of the corners.
  for (let y = 0; y < height; y++) {
    const row = y * width;
    if (data[row + 1] === 0) data[row] = 0;
    if (data[row + width - 2] === 0) data[row + width - 1] = 0;
  }
  const last = (height - 1) * width;
  for (let x = 0; x < width; x++) {
    if (data[width + x] === 0) data[x] = 0;
    if (data[last - width + x] === 0) data[last + x] = 0;
  }
}

/** Closes gaps of up to two steps: dilation and then erosion by the diamond of radius 2, beyond the border too. */
export function closeGaps({ data, width, height }: Mask): Mask {
  // Four pixels of room on every side: two for what grows out, two that are read around it.
  const room = 4;
  const [wide, high] = [width + 2 * room, height + 2 * room];
  const grown = new Uint8Array(wide * high);
  const reach = diamond(wide);
  for (let y = 0, at = 0; y < height; y++) {
    for (let x = 0; x < width; x++, at++) {
      if (data[at] === 0) continue;
      const to = (y + room) * wide + x + room;
      for (const step of reach) grown[to + step] = 1;
    }
  }
  const closed = emptyMask(width, height);
  for (let y = 0, at = 0; y < height; y++) {
    for (let x = 0; x < width; x++, at++) {
      const from = (y + room) * wide + x + room;
      if (grown[from] === 0) continue;
      let isWhole = 1;
      for (const step of reach) isWhole &= grown[from + step]!;
      closed.data[at] = isWhole;
    }
  }
  return closed;
}

function diamond(wide: number): readonly number[] {
  const steps: number[] = [];
  for (let y = -2; y <= 2; y++) for (let x = Math.abs(y) - 2; x <= 2 - Math.abs(y); x++) steps.push(y * wide + x);
  return steps;
}

/** Erosion by the diamond of radius 1; what lies outside the image takes nothing away. */
export function erode({ data, width, height }: Mask): Mask {
  const eroded = emptyMask(width, height);
  for (let y = 0, at = 0; y < height; y++) {
    for (let x = 0; x < width; x++, at++) {
      eroded.data[at] =
        data[at]! &
        (x > 0 ? data[at - 1]! : 1) &
        (x < width - 1 ? data[at + 1]! : 1) &
        (y > 0 ? data[at - width]! : 1) &
        (y < height - 1 ? data[at + width]! : 1);
    }
  }
  return eroded;
}
