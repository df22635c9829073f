import type { DatabaseSync, StatementSync } from 'node:sqlite';

/** Which line and item published a file; `stale` once its row no longer names it. */
export interface Claim {
  readonly url: string;
  readonly line: number;
  readonly key: string;
  readonly stale: boolean;
}

interface RawClaim {
  readonly url: string;
  readonly line: number;
  readonly key: string;
  readonly stale: number;
}

// From here on one look for all of an item's files costs a third of one for each.
const bulk = 8;

// As long as a claim of another process may wait for its group's commit after its file is published anyway.
const freeForMs = 10;

/**
 * The owners of published files, by URL.
 *
 * URLs are folded (NFC, lower case) in the unique index, so that two keys a Mac or Windows disk would merge
 * into one file collide here, on every disk. Stale claims stay: what we once made is ours to replace.
 */
export class Claims {
  readonly #get: StatementSync;
  readonly #getAll: StatementSync;
  readonly #put: StatementSync;
  readonly #stale: StatementSync;
  readonly #staleOf: StatementSync;
  readonly #drop: StatementSync;
  readonly #under: StatementSync;
  readonly #anyUnder: StatementSync;
  /** When no file under a prefix had a claim; infinite once one had, and claims are looked for file by file. */
  readonly #freeAtMs = new Map<string, number>();

  constructor(db: DatabaseSync) {
    this.#get = db.prepare('SELECT url, line, key, stale FROM claim WHERE fold = ?');
    this.#getAll = db.prepare(
      'SELECT fold, url, line, key, stale FROM claim WHERE fold IN (SELECT value FROM json_each(?))',
    );
    this.#put = db.prepare(
      'INSERT INTO claim(url, fold, line, key, stale) VALUES (?, ?, ?, ?, 0) ON CONFLICT(fold) DO UPDATE SET url = excluded.url, line = excluded.line, key = excluded.key, stale = 0',
    );
    this.#stale = db.prepare('UPDATE claim SET stale = 1 WHERE fold = ? AND line = ? AND key = ?');
    this.#staleOf = db.prepare('SELECT url, line, key, stale FROM claim WHERE line = ? AND stale = 1');
    this.#drop = db.prepare('DELETE FROM claim WHERE fold = ?');
    this.#anyUnder = db.prepare('SELECT 1 FROM claim WHERE fold >= ? AND fold < ? LIMIT 1');
    this.#under = db.prepare('SELECT url, line, key FROM claim WHERE fold >= ? AND fold < ? AND stale = 0');
  }

  find(url: string): Claim | undefined {
    const raw = this.#get.get(foldUrl(url)) as RawClaim | undefined;
    return raw && { ...raw, stale: raw.stale === 1 };
  }

  /** Claims of many URLs in the order asked; one statement where that is cheaper. */
  findAll(urls: readonly string[]): (Claim | undefined)[] {
    if (urls.length < bulk) return urls.map((url) => this.find(url));
    const folds = urls.map(foldUrl);
    const found = new Map<string, Claim>();
    for (const raw of this.#getAll.all(JSON.stringify(folds)) as unknown as (RawClaim & { fold: string })[]) {
      const { fold, url, line, key, stale } = raw;
      found.set(fold, { url, line, key, stale: stale === 1 });
    }
    return folds.map((fold) => found.get(fold));
  }

  /**
   * True where no file has a claim under a prefix that ends with `/` or `:`.
   *
   * A look for each file would be a transaction for each; this asks again ten milliseconds later, and at once after a
   * claim of this process.
   */
  isFree(prefix: string): boolean {
    const nowMs = performance.now();
    const freeAtMs = this.#freeAtMs.get(prefix) ?? -Infinity;
    if (nowMs - freeAtMs < freeForMs) return freeAtMs !== Infinity;
    const fold = foldUrl(prefix);
    const isFree = this.#anyUnder.get(fold, `${fold}\u{10ffff}`) === undefined;
    this.#freeAtMs.set(prefix, isFree ? nowMs : Infinity);
    return isFree;
  }

  put(url: string, line: number, key: string): void {
    this.#freeAtMs.clear();
    this.#put.run(url, foldUrl(url), line, key);
  }

  /** Marks a file that its row no longer names; false where another row has taken it over since, whose it stays. */
  markStale(url: string, line: number, key: string): boolean {
    return this.#stale.run(foldUrl(url), line, key).changes > 0;
  }

  /** What a line has made and no row names any more. */
  staleOf(line: number): Claim[] {
    return (this.#staleOf.all(line) as unknown as RawClaim[]).map((raw) => ({ ...raw, stale: true }));
  }

  drop(url: string): void {
    this.#drop.run(foldUrl(url));
  }

  /** Live claims of every line whose URL starts with a prefix that ends with a slash. */
  under(prefix: string): Claim[] {
    const fold = foldUrl(prefix);
    const found = this.#under.all(fold, `${fold}\u{10ffff}`) as { url: string; line: number; key: string }[];
    return found.filter(({ url }) => url.startsWith(prefix)).map((raw) => ({ ...raw, stale: false }));
  }
}

/** What two URLs share when some disks would take them for one file. */
export function foldUrl(url: string): string {
  // ASCII lower-case is by far the commonest key and needs no work; other ASCII has one form only.
  if (/^[\x20-\x40\x5b-\x7e]*$/.test(url)) return url;
  return /^[\x20-\x7e]*$/.test(url) ? url.toLowerCase() : url.normalize('NFC').toLowerCase().normalize('NFC');
}
