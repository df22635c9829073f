import { leakFailures } from './leak-failures.ts';
import { type Alike, alikeBy, pairsOf } from './leaks/alike.ts';
import type { LeakBand, LeakGroup, LeakItem, LeakPair, LeakReport, Sides } from './leaks/leak-report.ts';
import { distanceLimit, nearHashes } from './leaks/near-hashes.ts';
import { byCodeUnits } from './seeded.ts';

export type { LeakBand, LeakGroup, LeakItem, LeakPair, LeakReport, Sides } from './leaks/leak-report.ts';
export { hammingDistance } from './phash.ts';

export interface LeakOptions {
  /** Bits that two hashes may differ and still be near, 0 to 15. Default 4; at 10 some pairs are alike by chance. */
  readonly distance?: number;
  /** Groups and pairs named in each list; the counts are always of all. Default 1,000. */
  readonly listed?: number;
}

/**
 * Finds what stands in two parts of a split: the same bytes, the same picture, or nearly the same picture.
 *
 * The search is exhaustive: no pair within the distance is missed. A near hash is a hint and not proof: look at the
 * pairs. The reverse holds too: pictures of one specimen are often 20 bits apart, so keep groups whole with `split`
 * first and use this as the second net. Throws `leaks.hash-invalid` for a hash that is not 16 hex digits.
 */
export function findLeaks<T extends LeakItem>(items: readonly T[], options: LeakOptions = {}): LeakReport<T> {
  const distance = options.distance ?? 4;
  if (!Number.isInteger(distance) || distance < 0 || distance > distanceLimit)
    throw new RangeError(`a distance is 0 to ${distanceLimit}, not ${distance}`);
  const listed = options.listed ?? 1000;
  const sorted = [...items].sort((one, other) => byCodeUnits(one.key, other.key));
  // Sorted once: groups, pairs and their order then do not depend on how the items came.
  const sameBytes = alikeBy(sorted, bytesOf);
  const hashed = sorted.filter((item) => item.phash !== undefined);
  const sameHash = alikeBy(hashed, hashOf);

  const bands = bandsUpTo(distance);
  for (const alike of sameBytes) count(bands[0]!, pairsOf(alike.items));
  for (const alike of sameHash) count(bands[1]!, differingBytes(alike.items));
  const near = nearPairs(sameHash, distance, { listed, bands });
  return {
    items: items.length,
    hashed: hashed.length,
    distance,
    exact: sidesOf(sameBytes, listed),
    sameHash: sidesOf(
      sameHash.filter(({ items: group }) => hasDifferentBytes(group)),
      listed,
    ),
    near,
    bands: bands.map(({ name, across, within }) => ({ name, across, within })),
  };
}

interface OpenBand {
  readonly name: LeakBand['name'];
  readonly most: number;
  across: number;
  within: number;
}

/** The bands in use; `most` is the largest distance of a band. */
function bandsUpTo(distance: number): OpenBand[] {
  const named = [
    ['same bytes', -1],
    ['distance 0', 0],
    ['distance 1-4', 4],
    ['distance 5-10', 10],
    ['distance 11-15', 15],
  ] as const;
  // A band is shown when the search reaches into it.
  return named
    .filter(([, most], place) => most <= 0 || distance > named[place - 1]![1])
    .map(([name, most]) => ({ name, most, across: 0, within: 0 }));
}

function count(band: OpenBand, pairs: { readonly across: number; readonly within: number }): void {
  band.across += pairs.across;
  band.within += pairs.within;
}

function nearPairs<T extends LeakItem>(
  groups: readonly Alike<T>[],
  distance: number,
  into: { readonly listed: number; readonly bands: readonly OpenBand[] },
): Sides<LeakPair<T>> {
  // Each distinct hash once; what shares a hash is multiplied in by counting.
  const high = Int32Array.from(groups, ({ id }) => Number.parseInt(id.slice(0, 8), 16));
  const low = Int32Array.from(groups, ({ id }) => Number.parseInt(id.slice(8), 16));
  const across = nearest<T>(into.listed);
  const within = nearest<T>(into.listed);
  nearHashes({ high, low }, distance, (first, second, apart) => {
    const [one, other] = [groups[Math.min(first, second)]!, groups[Math.max(first, second)]!];
    const pairs = pairsOf(one.items, other.items);
    count(into.bands.find(({ most }) => apart <= most && apart > 0 && most > 0)!, pairs);
    if (pairs.across > 0) across.add(pairUp(one.items, other.items, apart, { across: true }));
    if (pairs.within > 0) within.add(pairUp(one.items, other.items, apart, { across: false }));
  });
  return { across: across.list(), within: within.list() };
}

/** The first two items of two groups that stand in different parts, or in the same one. */
function pairUp<T extends LeakItem>(
  ones: readonly T[],
  others: readonly T[],
  distance: number,
  wanted: { readonly across: boolean },
): LeakPair<T> {
  for (const one of ones) {
    const other = others.find(({ split }) => (split !== one.split) === wanted.across);
    if (other) return { one, other, distance, classesDiffer: one.class !== other.class };
  }
  throw new Error('pairUp was called for groups without such a pair');
}

/** Keeps the nearest pairs only: like images by the million meet in more pairs than memory holds. */
function nearest<T extends LeakItem>(listed: number): { add(pair: LeakPair<T>): void; list(): readonly LeakPair<T>[] } {
  let kept: LeakPair<T>[] = [];
  const trim = (): LeakPair<T>[] =>
    kept
      .sort(
        (one, other) =>
          one.distance - other.distance ||
          byCodeUnits(one.one.key, other.one.key) ||
          byCodeUnits(one.other.key, other.other.key),
      )
      .slice(0, listed);
  return {
    add(pair) {
      kept.push(pair);
      if (kept.length > 2 * listed + 10_000) kept = trim();
    },
    list: trim,
  };
}

function sidesOf<T extends LeakItem>(alike: readonly Alike<T>[], listed: number): Sides<LeakGroup<T>> {
  const groups = alike.filter(({ items }) => items.length > 1);
  const crosses = ({ items }: Alike<T>): boolean => items.some(({ split }) => split !== items[0]!.split);
  const shown = (of: readonly Alike<T>[]): readonly LeakGroup<T>[] =>
    of
      .slice(0, listed)
      .map(({ items }) => ({ items, classesDiffer: items.some((item) => item.class !== items[0]!.class) }));
  return { across: shown(groups.filter(crosses)), within: shown(groups.filter((group) => !crosses(group))) };
}

// Digests of two sources may be written in two ways.
function bytesOf({ sha256 }: LeakItem): string | undefined {
  return sha256?.toLowerCase().replace('sha256:', '');
}

function hasDifferentBytes(items: readonly LeakItem[]): boolean {
  return items.some((item) => bytesOf(item) === undefined || bytesOf(item) !== bytesOf(items[0]!));
}

/** Pairs of one hash less those of the same bytes, which the first band has counted. */
function differingBytes(items: readonly LeakItem[]): { readonly across: number; readonly within: number } {
  const pairs = pairsOf(items);
  for (const same of alikeBy(items, bytesOf)) {
    const { across, within } = pairsOf(same.items);
    pairs.across -= across;
    pairs.within -= within;
  }
  return pairs;
}

function hashOf(item: LeakItem): string {
  const hash = item.phash!.toLowerCase();
  if (!/^[0-9a-f]{16}$/.test(hash)) throw leakFailures['hash-invalid']({ key: item.key, found: item.phash! });
  return hash;
}
