import { emptyMask, type Mask } from './mask.ts';

const { fround } = Math;
const darkShare = fround(0.75);
const maxRounds = 100;

/**
 * The pixels clearly darker than the background: k-means with two centres, then 3/4 of the darkest background pixel.
 *
 * All sums are single precision, column by column, as in features v4: another order gives another last digit, and now and
 * then another pixel.
 */
export function darkPixels(pixels: Uint8Array, width: number, height: number): Mask {
  const values = new Float32Array(pixels.length);
  for (let x = 0, at = 0; x < width; x++)
    for (let y = 0; y < height; y++, at++) values[at] = fround(fround(pixels[y * width + x]!) / fround(255));
  const { centres, nearest } = twoMeans(values);
  const bright = centres[1]! > centres[0]! ? 1 : 0;
  let darkest = Infinity;
  for (let at = 0; at < values.length; at++) if (nearest[at] === bright) darkest = Math.min(darkest, values[at]!);
  const threshold = fround(darkest * darkShare);
  const mask = emptyMask(width, height);
  for (let x = 0, at = 0; x < width; x++) {
    for (let y = 0; y < height; y++, at++)
      if (nearest[at] !== bright && !(values[at]! > threshold)) mask.data[y * width + x] = 1;
  }
  return mask;
}

/** Lloyd's rounds from the centres 0 and 1 until no value moves or the sum of squares grows no smaller. */
function twoMeans(values: Float32Array): { readonly centres: Float32Array; readonly nearest: Uint8Array } {
  const centres = Float32Array.of(0, 1);
  const distances = [distancesTo(values, 0), distancesTo(values, 1)] as [Float32Array, Float32Array];
  let nearest = Uint8Array.from(values, (_, at) => (distances[0][at]! <= distances[1][at]! ? 0 : 1));
  let earlier = new Uint8Array(values.length);
  let earlierTotal = Infinity;
  for (let round = 0; round < maxRounds; round++) {
    const update = (cluster: 0 | 1): void => {
      centres[cluster] = centreOf(values, nearest, cluster) ?? centres[cluster]!;
      distances[cluster] = distancesTo(values, centres[cluster]);
    };
    update(0);
    update(1);
    const empty = ([0, 1] as const).find((cluster) => !nearest.includes(cluster));
    if (empty !== undefined) {
      // The value that fits its centre worst founds the other cluster.
      const full = empty === 0 ? 1 : 0;
      const lonely = farthest(distances[full]);
      nearest[lonely] = empty;
      centres[empty] = values[lonely]!;
      distances[empty] = distancesTo(values, centres[empty]);
      update(full);
    }
    const total = totalOf(distances, nearest);
    if (earlierTotal <= total) {
      nearest = earlier;
      for (const cluster of [0, 1] as const) centres[cluster] = centreOf(values, nearest, cluster) ?? centres[cluster]!;
      break;
    }
    earlier = nearest.slice();
    earlierTotal = total;
    let moved = 0;
    for (let at = 0; at < values.length; at++) {
      const own = nearest[at] as 0 | 1;
      const other = own === 0 ? 1 : 0;
      if (!(distances[other][at]! < distances[own][at]!)) continue;
      nearest[at] = other;
      moved++;
    }
    if (moved === 0) break;
  }
  return { centres, nearest };
}

function distancesTo(values: Float32Array, centre: number): Float32Array {
  return values.map((value) => {
    const delta = fround(value - centre);
    return fround(delta * delta);
  });
}

function centreOf(values: Float32Array, nearest: Uint8Array, cluster: number): number | undefined {
  let [sum, count] = [0, 0];
  for (let at = 0; at < values.length; at++) {
    if (nearest[at] !== cluster) continue;
    sum = fround(sum + values[at]!);
    count++;
  }
  return count === 0 ? undefined : fround(sum / fround(count));
}

function totalOf(distances: readonly [Float32Array, Float32Array], nearest: Uint8Array): number {
  let total = 0;
  for (let at = 0; at < nearest.length; at++) total = fround(total + distances[nearest[at] as 0 | 1][at]!);
  return total;
}

function farthest(distances: Float32Array): number {
  let place = 0;
  for (let at = 1; at < distances.length; at++) if (distances[at]! > distances[place]!) place = at;
  return place;
}
