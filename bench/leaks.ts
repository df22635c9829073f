// Near-duplicate search among a million 64-bit hashes, beside comparing every pair. Run: node bench/leaks.ts
// Prints a table and writes bench/results/leaks.json.
import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { nearHashes, type Hashes } from '../packages/kit/src/leaks/near-hashes.ts';
import { findLeaks } from '../packages/kit/src/leaks.ts';
import { countBits } from '../packages/kit/src/phash.ts';
import { type Seeded, seeded } from '../packages/kit/src/seeded.ts';

const million = 1_000_000;
const plantedCount = 1000;
const bruteCount = 20_000;

interface Result {
  readonly what: string;
  readonly hashes: number;
  readonly distance: number;
  readonly seconds: number;
  readonly pairs: number;
  readonly plantedFound?: string;
}

function main(): void {
  const results: Result[] = [];
  for (const distance of [4, 10]) {
    const hashes = plant(randomHashes(million, seeded('bench')), distance);
    const found = new Set<number>();
    let pairs = 0;
    const seconds = time(() =>
      nearHashes(hashes, distance, (one, other) => {
        pairs++;
        // Planted copies stand at the end; the n-th is a copy of the n-th hash.
        if (Math.max(one, other) === million + Math.min(one, other)) found.add(Math.min(one, other));
      }),
    );
    results.push({
      what: 'nearHashes',
      hashes: million + plantedCount,
      distance,
      seconds,
      pairs,
      plantedFound: `${found.size} of ${plantedCount}`,
    });
    if (found.size !== plantedCount)
      throw new Error(`${plantedCount - found.size} planted pairs were missed at distance ${distance}`);
  }
  results.push(wholeReport());
  const few = randomHashes(bruteCount, seeded('bench'));
  let pairs = 0;
  const seconds = time(() => void (pairs = bruteForce(few, 4)));
  results.push({ what: 'every pair', hashes: bruteCount, distance: 4, seconds, pairs });
  const projected = seconds * ((million + plantedCount) / bruteCount) ** 2;
  results.push({
    what: 'every pair, projected',
    hashes: million + plantedCount,
    distance: 4,
    seconds: projected,
    pairs: NaN,
  });

  console.table(results.map((row) => ({ ...row, seconds: Math.round(row.seconds * 100) / 100 })));
  const memoryMb = Math.round(process.memoryUsage().rss / 1e6);
  console.log(
    `${Math.round(projected / results[0]!.seconds)} times faster than every pair at distance 4; ${memoryMb} MB at the end`,
  );
  const folder = new URL('./results/', import.meta.url);
  mkdirSync(folder, { recursive: true });
  const machine = { cpu: cpus()[0]?.model, cores: cpus().length, node: process.version };
  writeFileSync(
    new URL('leaks.json', folder),
    `${JSON.stringify({ bench: 'leaks', machine, memoryMb, results }, undefined, 2)}\n`,
  );
}

/** What a task calls: items with keys, parts and hex hashes in, the whole report out. */
function wholeReport(): Result {
  const { high, low } = plant(randomHashes(million, seeded('bench')), 4);
  const hex = (word: number): string => (word >>> 0).toString(16).padStart(8, '0');
  const items = Array.from(high, (word, at) => ({
    key: `${at}.png`,
    split: at % 5 === 0 ? 'test' : 'train',
    phash: hex(word) + hex(low[at]!),
  }));
  let pairs = 0;
  const seconds = time(() => {
    const { bands } = findLeaks(items);
    pairs = bands.reduce((sum, { across, within }) => sum + across + within, 0);
  });
  return { what: 'findLeaks', hashes: items.length, distance: 4, seconds, pairs };
}

function randomHashes(count: number, random: Seeded): Hashes {
  return {
    high: Int32Array.from({ length: count }, () => random.uint32()),
    low: Int32Array.from({ length: count }, () => random.uint32()),
  };
}

/** Appends copies of the first hashes, each exactly `distance` bits off. */
function plant(hashes: Hashes, distance: number): Hashes {
  const random = seeded('planted');
  const high = new Int32Array(hashes.high.length + plantedCount);
  const low = new Int32Array(high.length);
  high.set(hashes.high);
  low.set(hashes.low);
  for (let copy = 0; copy < plantedCount; copy++) {
    const bits = new Set<number>();
    while (bits.size < distance) bits.add(random.below(64));
    const at = hashes.high.length + copy;
    [high[at], low[at]] = [high[copy]!, low[copy]!];
    for (const bit of bits) {
      if (bit >= 32) high[at] ^= 1 << (bit - 32);
      else low[at] ^= 1 << bit;
    }
  }
  return { high, low };
}

function bruteForce({ high, low }: Hashes, distance: number): number {
  let pairs = 0;
  for (let one = 0; one < high.length; one++) {
    for (let other = one + 1; other < high.length; other++) {
      const apart = countBits(high[one]! ^ high[other]!);
      if (apart <= distance && apart + countBits(low[one]! ^ low[other]!) <= distance) pairs++;
    }
  }
  return pairs;
}

function time(work: () => void): number {
  const start = performance.now();
  work();
  return (performance.now() - start) / 1000;
}

main();
