import { emptyMask, type Mask } from './mask.ts';

/** A mask in the middle of a square that holds it in every direction, its centre of mass at the square's centre. */
function centred({ data, width, height }: Mask): Mask {
  let [count, sumX, sumY] = [0, 0, 0];
  for (let y = 0, at = 0; y < height; y++) {
    for (let x = 0; x < width; x++, at++) {
      if (data[at] === 0) continue;
      count++;
      sumX += x;
      sumY += y;
    }
  }
  // All times the count: whole numbers, so that nothing is rounded before the division.
  const reach = Math.max(sumY, height * count - sumY, sumX, width * count - sumX);
  const side = Math.floor((2 * reach + count - 1) / count);
  const top = Math.floor((reach - sumY) / count);
  const left = Math.floor((reach - sumX) / count);
  const square = emptyMask(side, side);
  for (let y = 0; y < height; y++) square.data.set(data.subarray(y * width, (y + 1) * width), (top + y) * side + left);
  return square;
}

/**
 * Turns a mask about its centre of mass by so many degrees, each pixel taken from the nearest one, in a square cut-out.
 *
 * Matches MATLAB's imrotate(..., 'nearest', 'crop') to the pixel, as features v4 does: its way through world coordinates,
 * and its ties, which fall to the lower side because the cut-out begins two steps of the last digit early.
 */
export function rotated(mask: Mask, degrees: number): Mask {
  const { data, width: side } = centred(mask);
  const angle = (-degrees * Math.PI) / 180;
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  const [low, high] = [0.5, side + 0.5];
  const corners = [
    [low, low],
    [low, high],
    [high, low],
    [high, high],
  ] as const;
  const shift = (values: readonly number[]): number =>
    (Math.min(...values) + Math.max(...values)) / 2 - (low + high) / 2;
  const startX = twoStepsDown(low + shift(corners.map(([x, y]) => x * cos + y * sin)));
  const startY = twoStepsDown(low + shift(corners.map(([x, y]) => -x * sin + y * cos)));
  const out = emptyMask(side, side);
  for (let row = 0, at = 0; row < side; row++) {
    const worldY = startY + (row + 1 - 0.5);
    for (let column = 0; column < side; column++, at++) {
      const worldX = startX + (column + 1 - 0.5);
      const x = awayFromZero(worldX * cos - worldY * sin);
      const y = awayFromZero(worldX * sin + worldY * cos);
      if (x >= 1 && x <= side && y >= 1 && y <= side) out.data[at] = data[(y - 1) * side + x - 1]!;
    }
  }
  return out;
}

function awayFromZero(value: number): number {
  return Math.sign(value) * Math.floor(Math.abs(value) + 0.5);
}

const bits = new BigInt64Array(1);
const double = new Float64Array(bits.buffer);

/** The second double below a value. */
function twoStepsDown(value: number): number {
  double[0] = value;
  // The bits of a double are a number with a sign: one more is one step away from zero. Starts lie well away from it.
  bits[0]! += value > 0 ? -2n : 2n;
  return double[0];
}
