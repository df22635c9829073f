import { createHash } from 'node:crypto';
import type { Digest } from '../../lib/digest.ts';
import { Semaphore } from '../../lib/semaphore.ts';
import type { Entry } from '../../model/driver.ts';
import type { Store } from '../../model/store.ts';
import type { CompareBy } from './request.ts';
import { joinListings, type Pair } from './join-listings.ts';
import { kindOf, sameByListing } from './same-file.ts';

/** One key of two places. */
export type Difference =
  | { readonly what: 'same'; readonly source: Entry; readonly target: Entry }
  | { readonly what: 'missing'; readonly source: Entry }
  | { readonly what: 'differing'; readonly source: Entry; readonly target: Entry; readonly why: DifferingWhy }
  | { readonly what: 'extra'; readonly target: Entry };

export type DifferingWhy = 'size' | 'bytes' | 'newer';

export interface Compared {
  readonly source: Store;
  readonly target: Store;
  /** Of one file `time` means `checksum`. */
  readonly by: CompareBy;
  /** One file instead of the whole place, with its key in each. */
  readonly file?: { readonly from: string; readonly to: string };
  readonly signal?: AbortSignal;
}

// Files read at once to compare their bytes; each costs a request or two on either side.
const readAtOnce = 8;

/** Compares two places key by key: one listing of each, and no further request unless bytes have to be read. */
export async function* comparePlaces(options: Compared): AsyncGenerator<readonly Difference[], void, undefined> {
  const slots = new Semaphore(readAtOnce);
  for await (const pairs of pairsOf(options)) {
    options.signal?.throwIfAborted();
    yield await differencesOf(pairs, options, slots);
  }
}

async function differencesOf(
  pairs: readonly Pair[],
  options: Compared,
  slots: Semaphore,
): Promise<readonly Difference[]> {
  const differences: Difference[] = [];
  // Most pages need no reading, and then no promise for each file either.
  const reading: Promise<void>[] = [];
  for (const [i, pair] of pairs.entries()) {
    const found = differenceOf(pair, options, slots);
    if (found instanceof Promise) reading.push(found.then((difference) => void (differences[i] = difference)));
    else differences[i] = found;
  }
  await Promise.all(reading);
  return differences;
}

function pairsOf({ source, target, file, signal }: Compared): AsyncIterable<readonly Pair[]> {
  const call = signal === undefined ? {} : { signal };
  if (file === undefined) return joinListings(source.list('', call), target.list('', call));
  const { from, to } = file;
  return (async function* () {
    const [found, there] = await Promise.all([source.stat(from, call), target.stat(to, call)]);
    yield [{ ...(found === undefined ? {} : { source: found }), ...(there === undefined ? {} : { target: there }) }];
  })();
}

function differenceOf({ source, target }: Pair, options: Compared, slots: Semaphore): Difference | Promise<Difference> {
  // Who names one file means that one: a younger target of the same size may well be another.
  const by = options.file !== undefined && options.by === 'time' ? 'checksum' : options.by;
  if (source === undefined) return { what: 'extra', target: target as Entry };
  if (target === undefined) return { what: 'missing', source };
  const verdict = sameByListing(source, target, by);
  if (verdict === 'unknown') return slots.run(() => byReading(source, target, options));
  return verdict === 'same' ? { what: 'same', source, target } : { what: 'differing', source, target, why: verdict };
}

async function byReading(source: Entry, target: Entry, options: Compared): Promise<Difference> {
  // What one side tells already need not be read there.
  const told = source.digest ?? target.digest;
  const algorithm = told === undefined ? 'sha256' : kindOf(told);
  const [a, b] = await Promise.all([
    digestOf(options.source, source, algorithm, options.signal),
    digestOf(options.target, target, algorithm, options.signal),
  ]);
  return a === b ? { what: 'same', source, target } : { what: 'differing', source, target, why: 'bytes' };
}

async function digestOf(
  store: Store,
  { key, digest }: Entry,
  algorithm: string,
  signal: AbortSignal | undefined,
): Promise<Digest> {
  if (digest !== undefined && kindOf(digest) === algorithm) return digest;
  const hash = createHash(algorithm);
  for await (const piece of await store.read(key, signal === undefined ? {} : { signal })) hash.update(piece);
  return `${algorithm}:${hash.digest('hex')}` as Digest;
}
