import type { Mask } from './mask.ts';

/**
 * The squared distance of every pixel to the nearest pixel of a mask; Infinity everywhere when it is empty.
 *
 * Exact. Method: P. Felzenszwalb and D. Huttenlocher, "Distance transforms of sampled functions" (2012).
 */
export function squaredDistances({ data, width, height }: Mask): Float64Array {
  const distances = Float64Array.from(data, (value) => (value === 1 ? 0 : Infinity));
  const longest = Math.max(width, height);
  const envelope = {
    line: new Float64Array(longest),
    places: new Int32Array(longest),
    bounds: new Float64Array(longest + 1),
  };
  for (let x = 0; x < width; x++) alongLine(distances, { start: x, step: width, count: height }, envelope);
  for (let y = 0; y < height; y++) alongLine(distances, { start: y * width, step: 1, count: width }, envelope);
  return distances;
}

interface Line {
  readonly start: number;
  readonly step: number;
  readonly count: number;
}

interface Envelope {
  readonly line: Float64Array;
  /** Where the parabolas of the lower envelope stand, and from where each is the lowest. */
  readonly places: Int32Array;
  readonly bounds: Float64Array;
}

function alongLine(values: Float64Array, { start, step, count }: Line, { line, places, bounds }: Envelope): void {
  let last = -1;
  for (let q = 0; q < count; q++) {
    const height = values[start + q * step]!;
    line[q] = height;
    if (height === Infinity) continue;
    let from = -Infinity;
    while (last >= 0) {
      const p = places[last]!;
      from = (height + q * q - (line[p]! + p * p)) / (2 * (q - p));
      if (from > bounds[last]!) break;
      last--;
      from = -Infinity;
    }
    places[++last] = q;
    bounds[last] = from;
    bounds[last + 1] = Infinity;
  }
  if (last < 0) return;
  for (let q = 0, k = 0; q < count; q++) {
    while (bounds[k + 1]! < q) k++;
    const p = places[k]!;
    values[start + q * step] = (q - p) ** 2 + line[p]!;
  }
}
