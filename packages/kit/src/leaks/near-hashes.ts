import { countBits } from '../phash.ts';

/** 64-bit hashes as two arrays of 32-bit words: 8 bytes a hash. */
export interface Hashes {
  readonly high: Int32Array;
  readonly low: Int32Array;
}

/** The largest distance that is searched in reasonable time; beyond it unlike images meet by chance. */
export const distanceLimit = 15;

/**
 * Calls `found(one, other, distance)` once for every pair of hashes at most `distance` bits apart, none left out.
 *
 * Multi-index hashing (Norouzi, Punjani and Fleet, "Fast search in Hamming space with multi-index hashing", CVPR 2012):
 * the 64 bits are dealt to `m` bands; two hashes within d bits agree in some band to within floor(d / m) bits, so only
 * pairs that meet in such a band are compared. A band's hashes are sorted by its bits, so a comparison runs over
 * neighbouring memory. Time for n evenly spread hashes is about n^2 * bands / 2^(64 / bands); hashes that are all alike
 * cost n^2 / 2, so pass each distinct hash once. Extra memory: 20 bytes a hash.
 */
export function nearHashes(
  { high, low }: Hashes,
  distance: number,
  found: (one: number, other: number, distance: number) => void,
): void {
  if (!Number.isInteger(distance) || distance < 0 || distance > distanceLimit)
    throw new RangeError(`a distance is 0 to ${distanceLimit}, not ${distance}`);
  const bands = distance <= 4 ? distance + 1 : 4;
  const radius = Math.floor(distance / bands);
  // Hashes of like images agree in their low frequencies, which stand first: dealt out, every band gets some variety.
  const masks = Array.from({ length: bands }, (_, band) => bandMask(bands, band));
  for (const [band, mask] of masks.entries()) {
    const sorted = sortByBand({ high, low }, mask);
    /** A pair that an earlier band brings together was found there. */
    const isNew = (highXor: number, lowXor: number): boolean =>
      masks
        .slice(0, band)
        .every((earlier) => countBits(highXor & earlier.high) + countBits(lowXor & earlier.low) > radius);
    const compare = (start: number, end: number, otherStart: number, otherEnd: number): void =>
      compareRuns(sorted, { start, end, otherStart, otherEnd, distance }, (one, other, apart, highXor, lowXor) => {
        if (isNew(highXor, lowXor)) found(sorted.index[one]!, sorted.index[other]!, apart);
      });
    for (const [bucket, key] of sorted.keys.entries()) {
      const start = sorted.starts[bucket]!;
      const end = sorted.starts[bucket + 1]!;
      compare(start, end, start, end);
      for (const flips of sorted.flips(radius)) {
        // Each pair of buckets once, from its smaller key.
        const other = (key ^ flips) > key ? sorted.bucketOf(key ^ flips) : -1;
        if (other >= 0) compare(start, end, sorted.starts[other]!, sorted.starts[other + 1]!);
      }
    }
  }
}

interface Runs {
  readonly start: number;
  readonly end: number;
  readonly otherStart: number;
  readonly otherEnd: number;
  readonly distance: number;
}

type OnPair = (one: number, other: number, distance: number, highXor: number, lowXor: number) => void;

/** Every pair of two runs, or of one run with itself. The innermost loop: hundreds of millions of rounds. */
function compareRuns({ high, low }: Hashes, runs: Runs, onPair: OnPair): void {
  const { start, end, otherStart, otherEnd, distance } = runs;
  const same = start === otherStart;
  for (let one = start; one < end; one++) {
    const highOne = high[one]!;
    const lowOne = low[one]!;
    for (let other = same ? one + 1 : otherStart; other < otherEnd; other++) {
      const highXor = highOne ^ high[other]!;
      const apartHigh = countBits(highXor);
      // Half of the bits already tell most pairs apart.
      if (apartHigh > distance) continue;
      const lowXor = lowOne ^ low[other]!;
      const apart = apartHigh + countBits(lowXor);
      if (apart <= distance) onPair(one, other, apart, highXor, lowXor);
    }
  }
}

interface Mask {
  readonly high: number;
  readonly low: number;
  /** Positions of its bits, 0 to 63, 63 the first of the hash. */
  readonly bits: readonly number[];
}

/** Keys index a table: 22 bits are 16 MB of it. The bits of a wider band beyond them are simply not looked at. */
const keyBits = 22;

function bandMask(bands: number, band: number): Mask {
  const bits = Array.from({ length: 64 }, (_, bit) => bit)
    .filter((bit) => bit % bands === band)
    .slice(0, keyBits);
  const word = (from: number): number =>
    bits.reduce((mask, bit) => (bit >= from && bit < from + 32 ? mask | (1 << (bit - from)) : mask), 0);
  return { high: word(32), low: word(0), bits };
}

interface Sorted extends Hashes {
  /** By place: the hash's own index. */
  readonly index: Int32Array;
  /** The distinct keys, and where their runs begin (one more than keys). */
  readonly keys: readonly number[];
  readonly starts: readonly number[];
  readonly bucketOf: (key: number) => number;
  readonly flips: (radius: number) => readonly number[];
}

/** Sorts hashes by the bits of a band, by counting. */
function sortByBand({ high, low }: Hashes, mask: Mask): Sorted {
  const { bits } = mask;
  const keyOf = (at: number): number => {
    let key = 0;
    for (const bit of bits) key = (key << 1) | (((bit >= 32 ? high[at]! : low[at]!) >>> (bit & 31)) & 1);
    return key;
  };
  const count = high.length;
  const keyAt = new Int32Array(count);
  const next = new Int32Array(2 ** bits.length + 1);
  for (let at = 0; at < count; at++) {
    const key = keyOf(at);
    keyAt[at] = key;
    next[key + 1]! += 1;
  }
  const keys: number[] = [];
  const starts: number[] = [];
  const bucketAt = new Int32Array(2 ** bits.length).fill(-1);
  for (let key = 0; key + 1 < next.length; key++) {
    if (next[key + 1]! > 0) {
      bucketAt[key] = keys.length;
      keys.push(key);
      starts.push(next[key]!);
    }
    next[key + 1]! += next[key]!;
  }
  starts.push(count);
  const sorted = { high: new Int32Array(count), low: new Int32Array(count), index: new Int32Array(count) };
  for (let at = 0; at < count; at++) {
    const place = next[keyAt[at]!]!++;
    sorted.high[place] = high[at]!;
    sorted.low[place] = low[at]!;
    sorted.index[place] = at;
  }
  let flips: readonly number[] | undefined;
  return {
    ...sorted,
    keys,
    starts,
    bucketOf: (key) => bucketAt[key]!,
    flips: (radius) => (flips ??= flipsUpTo(bits.length, radius)),
  };
}

/** All words of `bits` bits with 1 to `radius` ones. */
function flipsUpTo(bits: number, radius: number): readonly number[] {
  const flips: number[] = [];
  const add = (from: number, word: number, left: number): void => {
    for (let bit = from; bit < bits && left > 0; bit++) {
      flips.push(word | (1 << bit));
      add(bit + 1, word | (1 << bit), left - 1);
    }
  };
  add(0, 0, radius);
  return flips;
}
