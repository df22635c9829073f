import { emptyMask, type Mask } from './mask.ts';

const { fround } = Math;
const darkShare = fround(0.75);
const maxRounds = 100;

/** The share of each gray. */
const shares = Float32Array.from({ length: 256 }, (_, gray) => gray / 255);

/**
 * The pixels clearly darker than the background: k-means with two centres, then 3/4 of the darkest background pixel.
 *
 * All sums are single precision, column by column, as in features v4: another order gives another last digit, and now and
 * then another pixel.
 */
export function darkPixels(pixels: Uint8Array, width: number, height: number): Mask {
  const grays = new Uint8Array(pixels.length);
  for (let x = 0, at = 0; x < width; x++) for (let y = 0; y < height; y++, at++) grays[at] = pixels[y * width + x]!;
  const { centres, nearest } = twoMeans(grays);
  const bright = centres[1] > centres[0] ? 1 : 0;
  let darkest = 256;
  for (let at = 0; at < grays.length; at++) if (nearest[at] === bright && grays[at]! < darkest) darkest = grays[at]!;
  const threshold = darkest === 256 ? Infinity : fround(shares[darkest]! * darkShare);
  const mask = emptyMask(width, height);
  for (let x = 0, at = 0; x < width; x++) {
    for (let y = 0; y < height; y++, at++)
      if (nearest[at] !== bright && !(shares[grays[at]!]! > threshold)) mask.data[y * width + x] = 1;
  }
  return mask;
}

type Centres = [number, number];
/** Squared distances of all grays to each centre. */
type Distances = readonly [Float32Array, Float32Array];

/** Lloyd's rounds from the centres 0 and 1 until no value moves or the sum of squares grows no smaller. */
function twoMeans(grays: Uint8Array): { readonly centres: Centres; readonly nearest: Uint8Array } {
  const centres: Centres = [0, 1];
  const distances: Distances = [new Float32Array(256), new Float32Array(256)];
  measure(distances, centres);
  const nearest = new Uint8Array(grays.length);
  moveToNearest(grays, distances, nearest);
  const earlier = new Uint8Array(grays.length);
  let earlierTotal = Infinity;
  for (let round = 0; round < maxRounds; round++) {
    const counts = update(grays, nearest, centres);
    measure(distances, centres);
    const empty = counts.indexOf(0) as -1 | 0 | 1;
    if (empty >= 0) {
      // The value that fits its centre worst founds the other cluster.
      const full = empty === 0 ? 1 : 0;
      const lonely = farthest(grays, distances[full]);
      nearest[lonely] = empty;
      update(grays, nearest, centres);
      measure(distances, centres);
    }
    const total = totalOf(grays, distances, nearest);
    if (earlierTotal <= total) {
      nearest.set(earlier);
      update(grays, nearest, centres);
      break;
    }
    earlier.set(nearest);
    earlierTotal = total;
    if (moveToNearest(grays, distances, nearest) === 0) break;
  }
  return { centres, nearest };
}

function measure(distances: Distances, centres: Centres): void {
  for (const cluster of [0, 1] as const) {
    for (let gray = 0; gray < 256; gray++) {
      const delta = fround(shares[gray]! - centres[cluster]);
      distances[cluster][gray] = delta * delta;
    }
  }
}

/** Moves the centres to the means of their clusters, and returns how many values each has; an empty one stays. */
function update(grays: Uint8Array, nearest: Uint8Array, centres: Centres): [number, number] {
  let [sum0, sum1, count1] = [0, 0, 0];
  for (let at = 0; at < grays.length; at++) {
    const share = shares[grays[at]!]!;
    if (nearest[at] === 0) sum0 = fround(sum0 + share);
    else {
      sum1 = fround(sum1 + share);
      count1++;
    }
  }
  const count0 = grays.length - count1;
  if (count0 > 0) centres[0] = fround(sum0 / fround(count0));
  if (count1 > 0) centres[1] = fround(sum1 / fround(count1));
  return [count0, count1];
}

function totalOf(grays: Uint8Array, [toFirst, toSecond]: Distances, nearest: Uint8Array): number {
  let total = 0;
  for (let at = 0; at < nearest.length; at++)
    total = fround(total + (nearest[at] === 0 ? toFirst : toSecond)[grays[at]!]!);
  return total;
}

/** Moves values to the other cluster where its centre is nearer; returns how many. */
function moveToNearest(grays: Uint8Array, [toFirst, toSecond]: Distances, nearest: Uint8Array): number {
  let moved = 0;
  for (let at = 0; at < grays.length; at++) {
    const gray = grays[at]!;
    const own = nearest[at]!;
    if (own === 0 ? !(toSecond[gray]! < toFirst[gray]!) : !(toFirst[gray]! < toSecond[gray]!)) continue;
    nearest[at] = 1 - own;
    moved++;
  }
  return moved;
}

function farthest(grays: Uint8Array, distances: Float32Array): number {
  let place = 0;
  for (let at = 1; at < grays.length; at++) if (distances[grays[at]!]! > distances[grays[place]!]!) place = at;
  return place;
}
