import type { Entry } from '../../model/driver.ts';
import type { Store } from '../../model/store.ts';
import { seenAs } from './tally.ts';

/** What came of a removal. */
export interface Removal {
  readonly removed: number;
  /** Files that have changed since they were seen, and are kept. */
  readonly kept: readonly string[];
}

// The largest bulk that a service takes at once (S3); drivers without bulk go on one by one.
const bulk = 1_000;

/**
 * Removes files that are still what they were when they were seen (see {@link seenAs}): the place is listed once
 * more, and what has changed since is kept. What is gone already is fine.
 */
export async function removeSeen(
  store: Store,
  seen: ReadonlyMap<string, string>,
  signal: AbortSignal,
): Promise<Removal> {
  if (seen.size === 0) return { removed: 0, kept: [] };
  const going: string[] = [];
  const kept: string[] = [];
  // A look at one file costs less than a list of all.
  const [only] = seen.size === 1 ? seen.keys() : [];
  const found = only === undefined ? undefined : await store.stat(only, { signal });
  const one: readonly Entry[] = found === undefined ? [] : [found];
  for await (const page of only === undefined ? store.list('', { signal }) : [one]) {
    for (const entry of page) {
      const before = seen.get(entry.key);
      if (before !== undefined) (before === seenAs(entry) ? going : kept).push(entry.key);
    }
  }
  // Listed to the end first: services may skip keys when pages are removed under a running listing.
  for (let from = 0; from < going.length; from += bulk) {
    signal.throwIfAborted();
    await store.remove(going.slice(from, from + bulk), { signal });
  }
  return { removed: going.length, kept };
}
