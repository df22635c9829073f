import { hash } from 'node:crypto';

/**
 * A stream of random numbers that is the same on every machine for the same seed.
 *
 * `Math.random` cannot be seeded and its generator belongs to the engine; this one is fixed by its formula,
 * so a split made today is the split anyone makes from the same seed later.
 */
export interface Seeded {
  /** An integer, 0 to 2^32 - 1. */
  uint32(): number;
  /** An integer, 0 to `limit` - 1, each equally likely; `limit` is 1 to 2^32. */
  below(limit: number): number;
  /** A number >= 0 and < 1 in steps of 2^-53. */
  unit(): number;
}

/**
 * Starts a stream of random numbers from a seed; a number and its decimal text are the same seed.
 *
 * Generator: xoshiro128** 1.1 (Blackman and Vigna, "Scrambled linear pseudorandom number generators", ACM TOMS 2021,
 * https://prng.di.unimi.it/xoshiro128starstar.c). Its 128-bit state is the first 16 bytes of SHA-256 of the seed's
 * UTF-8 text, read as four little-endian 32-bit words.
 */
export function seeded(seed: string | number): Seeded {
  const bytes = hash('sha256', String(seed), 'buffer');
  return xoshiro([bytes.readInt32LE(0), bytes.readInt32LE(4), bytes.readInt32LE(8), bytes.readInt32LE(12)]);
}

/** The generator behind `seeded`, from a state of four 32-bit words; it is open so that published vectors can test it. */
export function xoshiro(state: readonly [number, number, number, number]): Seeded {
  let [a, b, c, d] = state;
  // The one state from which this generator only yields zeros; no known text hashes to it.
  if ((a | b | c | d) === 0) a = 1;

  function uint32(): number {
    const result = Math.imul(rotateLeft(Math.imul(b, 5), 7), 9) >>> 0;
    const shifted = b << 9;
    c ^= a;
    d ^= b;
    b ^= c;
    a ^= d;
    c ^= shifted;
    d = rotateLeft(d, 11);
    return result;
  }
  function below(limit: number): number {
    if (!(limit >= 1 && limit <= 2 ** 32)) throw new RangeError(`below() needs a limit from 1 to 2^32, got ${limit}`);
    // Numbers past the last whole multiple of `limit` are thrown away, or small results would come more often.
    const fair = 2 ** 32 - (2 ** 32 % limit);
    for (;;) {
      const drawn = uint32();
      if (drawn < fair) return drawn % limit;
    }
  }
  const unit = (): number => (uint32() * 2 ** 21 + (uint32() >>> 11)) / 2 ** 53;
  return { uint32, below, unit };
}

/** Returns a shuffled copy (Fisher-Yates in Durstenfeld's form); every order is equally likely. */
export function shuffle<T>(items: readonly T[], random: Seeded): T[] {
  const shuffled = [...items];
  for (let last = shuffled.length - 1; last > 0; last--) {
    const other = random.below(last + 1);
    [shuffled[last], shuffled[other]] = [shuffled[other]!, shuffled[last]!];
  }
  return shuffled;
}

/** Returns `count` different items in the order they had, or all of them when there are fewer. */
export function sample<T>(items: readonly T[], count: number, random: Seeded): T[] {
  if (count >= items.length) return [...items];
  const places = shuffle([...items.keys()], random).slice(0, count);
  return places.sort((one, other) => one - other).map((place) => items[place]!);
}

/** Maps a text to a number >= 0 and < 1: the first 53 bits of SHA-256 of `<seed>\n<text>`. */
export function unitHash(seed: string | number, text: string): number {
  const bytes = hash('sha256', `${seed}\n${text}`, 'buffer');
  return (bytes.readUInt32BE(0) * 2 ** 21 + (bytes.readUInt32BE(4) >>> 11)) / 2 ** 53;
}

/** Orders texts by UTF-16 code units, which no locale changes. */
export function byCodeUnits(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0;
}

function rotateLeft(word: number, bits: number): number {
  return (word << bits) | (word >>> (32 - bits));
}
