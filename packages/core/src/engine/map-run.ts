import { Hasher } from '../lib/digest.ts';
import { Queue } from '../lib/queue.ts';
import type { MapCounts, Reason } from '../model/event.ts';
import { fail } from '../model/failure.ts';
import type { Step } from '../model/step.ts';
import type { Store } from '../model/store.ts';
import type { Rows, StoredOutput } from '../state/rows.ts';
import type { LineId } from '../state/state.ts';
import { BitSet, IntList } from './int-list.ts';
import { DecidedLater } from './decided-later.ts';

/** An item that has to be worked on. */
export interface Todo {
  readonly ord: number;
  readonly key: string;
  readonly item: unknown;
  /** What its row will store to compare by. */
  readonly text: string;
  /** Id of the row it replaces, or 0. */
  readonly seq: number;
  readonly oldOutputs: readonly StoredOutput[];
  readonly reason: Reason;
  /** Keys a generator committed before a crash, for the same fingerprint. */
  doneKeys?: readonly string[];
  attempt: number;
  /** Runs alone in a process of its own: its run, or its worker, died with it in hand. */
  suspect: boolean;
}

export interface MapSpec {
  readonly id: number;
  readonly name: string;
  readonly step: Step<never>;
  readonly place: string | undefined;
  readonly exact: boolean;
  readonly partial: boolean;
  readonly once: boolean;
  /** A step of the engine: it cannot be found by a worker, and is not the author's to publish or to suspect. */
  readonly internal: boolean;
}

/** Results kept as text for streaming readers; older ones are read back by row id. */
const recentResults = 2_048;

/** One `map` of a run: what is planned, what waits, what came of it. Pure state; planner and scheduler act on it. */
export class MapRun {
  readonly spec: MapSpec;
  readonly #rows: Rows;
  /** Set once the place is open and the line held. */
  line: LineId = { id: 0, plugin: '', step: '', place: '' };
  store: Store | undefined;
  uses: unknown = null;
  usesText = 'null';
  suspects = new Map<string, number>();
  /** The run's other maps on the line. */
  sharing: () => readonly MapRun[] = () => [];

  readonly queue = new Queue<Todo>();
  /** Beside the others and not among them: while the few processes for suspects are busy the rest goes on. */
  readonly suspectQueue = new Queue<Todo>();
  /** Items dispatched and not settled, and retries waiting for their time. */
  inHand = 0;
  readonly pendingKeys = new Set<string>();
  /** Rows of this run: found up to date, or made. */
  readonly used = new BitSet();
  /** Row id by ordinal; 0 while unknown or failed. */
  readonly seqs = new IntList();
  /** Where items stream in: the map they come from, and the row behind each item by ordinal. */
  upstream: MapRun | undefined;
  readonly origins = new IntList();
  /** Rows in the order they became known; generator items give their sub-rows instead. */
  readonly #emitted = new IntList();
  #recent: string[] = [];
  #recentFrom = 0;
  /** Items whose released bytes may be wanted by somebody: kept to be worked on again. */
  readonly released = new Map<string, Todo>();
  /** Told when such an item is done (or failed). */
  readonly redone = new Map<string, (ok: boolean) => void>();

  total = 0;
  expectedTotal: number | undefined;
  reused = 0;
  done = 0;
  failed = 0;
  sizeBytes = 0;
  planned = false;
  /** Dry run: items that would run, or an upstream that is not known whole. */
  unknown = 0;
  upstreamUnknown = false;
  upstreamFailed = 0;
  /** What ended the map as a whole (a duplicate key, a lost store), if anything did. */
  error: unknown;
  readonly reasons = new Map<string, number>();
  #wake: (() => void)[] = [];
  #closed = false;
  readonly #finished: Promise<void>;
  #resolveFinished: () => void = () => undefined;

  constructor(spec: MapSpec, rows: Rows) {
    this.spec = spec;
    this.#rows = rows;
    this.#finished = new Promise((resolve) => {
      this.#resolveFinished = resolve;
    });
  }

  get version(): number {
    return this.spec.step.spec.version ?? 1;
  }

  get isGenerator(): boolean {
    return (
      (this.spec.step.spec.work as { constructor?: { name?: string } }).constructor?.name === 'AsyncGeneratorFunction'
    );
  }

  get keepsRows(): boolean {
    return this.spec.step.spec.rows !== false;
  }

  /**
   * Whether a later run has to know what this one had in hand when it died: to take what was published for its own, and
   * to find out an item that kills its process.
   */
  get isNoted(): boolean {
    return this.keepsRows || !this.spec.internal;
  }

  /** True for a row that a map of this line has made, or found up to date, in this run. */
  hasConfirmed(seq: number): boolean {
    return this.used.has(seq) || this.sharing().some((other) => other.used.has(seq));
  }

  queued(): number {
    return this.queue.length + this.suspectQueue.length;
  }

  enqueue(todo: Todo): void {
    (todo.suspect ? this.suspectQueue : this.queue).push(todo);
  }

  /** Drops what waits; for interrupted runs. */
  abandonQueue(): void {
    this.queue.clear();
    this.suspectQueue.clear();
  }

  /** A result is known: readers may have it. */
  emit(seq: number, result: string): void {
    this.#emitted.push(seq);
    this.#recent.push(result);
    if (this.#recent.length > recentResults * 2) {
      this.#recent = this.#recent.slice(recentResults);
      this.#recentFrom += recentResults;
    }
    this.wake();
  }

  wake(): void {
    if (this.#wake.length === 0) return;
    const waiting = this.#wake;
    this.#wake = [];
    for (const resolve of waiting) resolve();
  }

  /** Resolves at the next change of anything a waiter may wait for. */
  changed(): Promise<void> {
    return new Promise((resolve) => this.#wake.push(resolve));
  }

  get closed(): boolean {
    return this.#closed;
  }

  /** Planned, and nothing waits or runs. */
  get idle(): boolean {
    return this.planned && this.queued() === 0 && this.inHand === 0;
  }

  /** Said once, by whoever saw it idle and did what comes at its end. */
  close(): void {
    this.#closed = true;
    this.#resolveFinished();
    this.wake();
  }

  finished(): Promise<void> {
    return this.#finished;
  }

  get incomplete(): number {
    return this.failed + this.upstreamFailed;
  }

  /** Waits for the end and throws what stands between these results and being whole. */
  async barrier(): Promise<void> {
    await this.#finished;
    if (this.error !== undefined) throw this.error;
    if (this.unknown > 0 || this.upstreamUnknown) throw new DecidedLater(this.spec.name);
    if (this.incomplete > 0 && !this.spec.partial) {
      throw fail('step.incomplete', { map: this.spec.name, failed: this.incomplete });
    }
  }

  /** Results in completion order, as they come, in batches, each with its text and the ids of its rows. */
  async *stream(): AsyncGenerator<{
    readonly items: readonly unknown[];
    readonly texts: readonly string[];
    readonly origins: readonly number[];
  }> {
    if (!this.keepsRows)
      throw fail('step.undeclared', {
        name: this.spec.name,
        what: 'keeps no rows, so its results cannot be handed on',
      });
    let cursor = 0;
    for (;;) {
      if (cursor < this.#emitted.length) {
        const to = Math.min(cursor + 512, this.#emitted.length);
        const texts = this.#resultTexts(cursor, to);
        const items = texts.map((text): unknown => JSON.parse(text));
        const origins = this.#emitted.slice(cursor, to);
        cursor = to;
        yield { items, texts, origins };
      } else if (this.#closed) {
        if (this.error !== undefined) throw this.error;
        return;
      } else await this.changed();
    }
  }

  #resultTexts(from: number, to: number): string[] {
    if (from >= this.#recentFrom) return this.#recent.slice(from - this.#recentFrom, to - this.#recentFrom);
    return this.#rows.resultsBySeq(this.#emitted.slice(from, to)).map((row) => row.result);
  }

  /** Row ids of all results in item order; a generator item stands for its sub-rows. Only after the barrier. */
  resultSeqs(): Int32Array<SharedArrayBuffer> {
    const list = new IntList();
    const ordered = this.#seqsInItemOrder();
    for (let from = 0; from < ordered.length; from += 512) {
      const seqs = ordered.slice(from, from + 512).filter((seq) => seq !== 0);
      if (!this.isGenerator) for (const seq of seqs) list.push(seq);
      else
        for (const row of this.#rows.bySeq(seqs))
          for (const child of this.#rows.childIds(this.line.id, row.key)) list.push(child.seq);
    }
    const shared = new Int32Array(new SharedArrayBuffer(list.length * 4));
    for (let i = 0; i < list.length; i++) shared[i] = list.at(i);
    return shared;
  }

  // Items that streamed in came in completion order, which differs from run to run; theirs is the order of
  // the results they were made of.
  #seqsInItemOrder(): IntList {
    if (this.upstream === undefined) return this.seqs;
    const position = new Map<number, number>();
    for (const [i, seq] of this.upstream.resultSeqs().entries()) position.set(seq, i);
    const ords = Array.from({ length: this.seqs.length }, (_, ord) => ord);
    ords.sort((a, b) => (position.get(this.origins.at(a)) ?? 0) - (position.get(this.origins.at(b)) ?? 0));
    const ordered = new IntList();
    for (const ord of ords) ordered.push(this.seqs.at(ord));
    return ordered;
  }

  /** Results in item order, read back page by page. Only after the barrier. */
  *results(): Generator<{ readonly key: string; readonly result: string; readonly outputs: readonly StoredOutput[] }> {
    const seqs = this.resultSeqs();
    for (let from = 0; from < seqs.length; from += 512) yield* this.#rows.bySeq([...seqs.subarray(from, from + 512)]);
  }

  /** Over keys and results in item order. Only after the barrier. */
  digest(): `sha256:${string}` {
    const hasher = new Hasher();
    const seqs = this.resultSeqs();
    for (let from = 0; from < seqs.length; from += 512)
      for (const { key, result } of this.#rows.resultsBySeq([...seqs.subarray(from, from + 512)]))
        hasher.update(`${JSON.stringify(key)}:${result}\n`);
    return hasher.digest() as `sha256:${string}`;
  }

  because(reason: Reason): void {
    this.reasons.set(reason.because, (this.reasons.get(reason.because) ?? 0) + 1);
  }

  counts(): MapCounts {
    return {
      total: Math.max(this.total, this.expectedTotal ?? 0),
      planned: this.planned || this.expectedTotal !== undefined,
      reused: this.reused,
      done: this.done,
      failed: this.failed,
      pending: this.unknown + this.queued() + this.inHand,
      sizeBytes: this.sizeBytes,
    };
  }
}
