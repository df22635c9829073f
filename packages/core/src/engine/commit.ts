import type { Claims } from '../state/claims.ts';
import { foldUrl } from '../state/claims.ts';
import type { RowWrite } from '../state/rows.ts';
import type { State } from '../state/state.ts';

/** A row whose outputs are published, about to be recorded. */
export interface PendingRow {
  readonly row: RowWrite;
  /** URLs of its outputs, which become the line's. */
  readonly urls: readonly string[];
  /** URLs its predecessor had and it has not. */
  readonly staleUrls: readonly string[];
  /** The item was a suspect (its run died with it in hand) and is cleared. */
  readonly forgive: boolean;
  readonly committed: (seq: number) => void;
}

const commitEveryMs = 10;
const commitEveryRows = 1_000;

/**
 * Records rows in groups: at once when the last commit is at least 10 ms old, else after 10 ms or 1,000 rows.
 *
 * So slow items lose nothing but what is in flight when the process is killed, and a stream of tiny ones
 * costs 2 us a row. Rows become visible in the order they were added, so a row never precedes what it is made of.
 */
export class Committer {
  readonly #state: State;
  #rows: PendingRow[] = [];
  #flightsToClear: number[] = [];
  /** Other small records (failures) that go with the next group. */
  #notes: (() => void)[] = [];
  /** Claims of outputs not yet recorded, by folded URL: two items that are in hand at once may write the same key. */
  readonly #claims = new Map<string, { readonly line: number; readonly key: string; readonly url: string }>();
  #lastMs = 0;
  #timer: NodeJS.Timeout | undefined;
  /** What a failing transaction (a full disk) was; every later call throws it again. */
  #broken: unknown;
  readonly #onBroken: (error: unknown) => void;

  constructor(state: State, onBroken: (error: unknown) => void) {
    this.#state = state;
    this.#onBroken = onBroken;
  }

  add(pending: PendingRow): void {
    this.#rows.push(pending);
    this.#touch();
  }

  /** Makes an output's claim known before its row is recorded; `PendingRow.urls` makes it last, `unclaim` ends it. */
  claim(url: string, line: number, key: string): void {
    this.#claims.set(foldUrl(url), { line, key, url });
  }

  /** Ends an item's claims: its outputs were not published, or no row will name them. */
  unclaim(urls: readonly string[], line: number, key: string): void {
    for (const url of urls) {
      const fold = foldUrl(url);
      const claim = this.#claims.get(fold);
      if (claim?.line === line && claim.key === key) this.#claims.delete(fold);
    }
  }

  pendingClaim(url: string): { readonly line: number; readonly key: string; readonly url: string } | undefined {
    return this.#claims.size === 0 ? undefined : this.#claims.get(foldUrl(url));
  }

  /** Records something else with the next group; `write` runs inside its transaction. */
  note(write: () => void): void {
    this.#notes.push(write);
    this.#touch();
  }

  clearFlight(id: number): void {
    this.#flightsToClear.push(id);
    this.#touch();
  }

  /** Notes a flight on disk before its work starts, taking along what waits to be recorded. */
  noteFlight(line: number, run: number, keys: readonly string[]): number {
    let id = 0;
    this.flush(() => {
      id = this.#state.flights.note(line, run, keys);
    });
    return id;
  }

  /** Records everything now, in one transaction with `also`. */
  flush(also?: () => void): void {
    if (this.#broken !== undefined) throw this.#broken;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const nothing = this.#rows.length === 0 && this.#flightsToClear.length === 0 && this.#notes.length === 0;
    if (nothing && also === undefined) return;
    const rows = this.#rows;
    const flights = this.#flightsToClear;
    this.#rows = [];
    this.#flightsToClear = [];
    const notes = this.#notes;
    this.#notes = [];
    let seqs: number[] = [];
    try {
      this.#state.transaction(() => {
        seqs = rows.map((pending) => this.#write(pending));
        for (const write of notes) write();
        for (const id of flights) this.#state.flights.clear(id);
        also?.();
      });
    } catch (error) {
      this.#broken = error;
      this.#onBroken(error);
      throw error;
    }
    for (const { urls, row } of rows) this.unclaim(urls, row.line, row.key);
    this.#lastMs = performance.now();
    for (let i = 0; i < rows.length; i++) rows[i]?.committed(seqs[i] as number);
  }

  close(): void {
    clearTimeout(this.#timer);
  }

  #write(pending: PendingRow): number {
    const { row } = pending;
    const claims: Claims = this.#state.claims;
    for (const url of pending.staleUrls) claims.markStale(url, row.line, row.key);
    for (const url of pending.urls) claims.put(url, row.line, row.key);
    if (pending.forgive) this.#state.flights.forgive(row.line, row.key);
    return this.#state.rows.write(row);
  }

  #touch(): void {
    if (this.#rows.length + this.#notes.length >= commitEveryRows) return this.#flushQuietly();
    if (this.#timer !== undefined) return;
    const sinceMs = performance.now() - this.#lastMs;
    if (sinceMs >= commitEveryMs) this.#flushQuietly();
    else this.#timer = setTimeout(() => this.#flushQuietly(), commitEveryMs - sinceMs);
  }

  // Callers in the middle of an item cannot use the error; the run hears of it through onBroken and ends.
  #flushQuietly(): void {
    try {
      this.flush();
    } catch {
      // Said by onBroken.
    }
  }
}
