import type { Entry } from '../../model/driver.ts';

/** The same key in two places; one side is missing where only the other has it. */
export interface Pair {
  readonly source?: Entry;
  readonly target?: Entry;
}

type Pages = AsyncIterable<readonly Entry[]>;

/** One side may be read so many entries ahead of the other, which bounds what waits for its partner. */
const aheadEntries = 20_000;

interface Side {
  readonly name: 'source' | 'target';
  readonly pages: AsyncIterator<readonly Entry[]>;
  /** Entries whose partner has not been seen. */
  readonly waiting: Waiting;
  seen: number;
  ended: boolean;
  /** The page that is on its way. */
  next: Promise<{ readonly side: Side; readonly page: IteratorResult<readonly Entry[]> }> | undefined;
}

/**
 * Joins two listings by key in one pass over each, whatever order they come in, and gives every key once.
 *
 * Both are read at the same time and at the same pace. A key is given when both sides have named it, or when the
 * side that has not is at its end. So memory holds only what one side has named and the other has not yet: next
 * to nothing when both list in one order, the smaller place at the most.
 */
export async function* joinListings(source: Pages, target: Pages): AsyncGenerator<readonly Pair[], void, undefined> {
  const [left, right] = [sideOf('source', source), sideOf('target', target)];
  try {
    for (;;) {
      for (const [side, other] of [
        [left, right],
        [right, left],
      ] as const) {
        const ahead = !other.ended && side.seen > other.seen + aheadEntries;
        if (!side.ended && side.next === undefined && !ahead) side.next = pull(side);
      }
      const underWay = [left.next, right.next].filter((next) => next !== undefined);
      if (underWay.length === 0) break;
      const { side, page } = await Promise.race(underWay);
      side.next = undefined;
      const other = side === left ? right : left;
      if (page.done === true) {
        side.ended = true;
        yield* drain(other);
        continue;
      }
      side.seen += page.value.length;
      const pairs = matched(side, other, page.value);
      if (pairs.length > 0) yield pairs;
    }
  } finally {
    // Whoever stops early, or a side that failed: the other must not go on asking its service.
    for (const side of [left, right]) if (!side.ended) void side.pages.return?.().catch(() => undefined);
  }
}

function sideOf(name: Side['name'], pages: Pages): Side {
  return { name, pages: pages[Symbol.asyncIterator](), waiting: new Waiting(), seen: 0, ended: false, next: undefined };
}

function pull(side: Side): NonNullable<Side['next']> {
  const next = side.pages.next().then((page) => ({ side, page }));
  // The race may have been left before this one failed; then nobody hears of it, and nobody needs to.
  next.catch(() => undefined);
  return next;
}

function matched(side: Side, other: Side, entries: readonly Entry[]): Pair[] {
  const pairs: Pair[] = [];
  const isSource = side.name === 'source';
  for (const entry of entries) {
    const partner = other.waiting.take(entry.key);
    if (partner !== undefined)
      pairs.push(isSource ? { source: entry, target: partner } : { source: partner, target: entry });
    else if (other.ended) pairs.push(isSource ? { source: entry } : { target: entry });
    else side.waiting.add(entry);
  }
  return pairs;
}

const drainedAtOnce = 1_000;

/** Gives what waited for a partner that will not come. */
function* drain(side: Side): Generator<readonly Pair[]> {
  let pairs: Pair[] = [];
  for (const entry of side.waiting.takeAll()) {
    pairs.push({ [side.name]: entry });
    if (pairs.length < drainedAtOnce) continue;
    yield pairs;
    pairs = [];
  }
  if (pairs.length > 0) yield pairs;
}

// What has been taken from the front is let go after so many.
const takenAtOnce = 4_096;

/** Entries to be taken by their keys: mostly in the order in which they came, for most places list in that of the keys. */
class Waiting {
  #inOrder: Entry[] = [];
  /** Of `#inOrder`: the first that is not taken. */
  #first = 0;
  /** Those before which another one was asked for. A look in here costs many times one at the first of a list. */
  readonly #byKey = new Map<string, Entry>();

  add(entry: Entry): void {
    this.#inOrder.push(entry);
  }

  take(key: string): Entry | undefined {
    const first = this.#inOrder[this.#first];
    if (first?.key === key) {
      this.#first++;
      if (this.#first === this.#inOrder.length || this.#first === takenAtOnce) this.#letGo();
      return first;
    }
    if (first !== undefined) this.#giveUpOrder();
    const found = this.#byKey.get(key);
    if (found !== undefined) this.#byKey.delete(key);
    return found;
  }

  *takeAll(): Generator<Entry> {
    this.#giveUpOrder();
    for (const [key, entry] of this.#byKey) {
      this.#byKey.delete(key);
      yield entry;
    }
  }

  #giveUpOrder(): void {
    this.#letGo();
    for (const entry of this.#inOrder) this.#byKey.set(entry.key, entry);
    this.#inOrder = [];
  }

  #letGo(): void {
    this.#inOrder = this.#inOrder.slice(this.#first);
    this.#first = 0;
  }
}
