import type { ItemOutcome } from '../work/run-item.ts';
import type { Staged } from '../work/staged.ts';
import type { FromWorker, YieldedRow } from './messages.ts';

// What is known travels together: one message each would cost eight times the work of a small item.
const gatherMs = 5;

interface Waiting {
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/** Gathers what a worker has to say of its chunks, and hears what became of the rows. */
export class Outbox {
  readonly #send: (message: FromWorker) => void;
  /** By chunk. */
  #outcomes = new Map<number, (readonly [index: number, outcome: ItemOutcome])[]>();
  /** By chunk and item: the coordinator records the rows of one item in their order. */
  #rows = new Map<string, { readonly chunk: number; readonly index: number; readonly rows: YieldedRow[] }>();
  /** Rows without an answer, by ticket. */
  readonly #waiting = new Map<number, Waiting>();
  #tickets = 0;
  #sentAtMs = 0;
  #scheduled = false;

  constructor(send: (message: FromWorker) => void) {
    this.#send = send;
  }

  outcome(chunk: number, index: number, outcome: ItemOutcome): void {
    const gathered = this.#outcomes.get(chunk);
    if (gathered === undefined) this.#outcomes.set(chunk, [[index, outcome]]);
    else gathered.push([index, outcome]);
    if (performance.now() - this.#sentAtMs > gatherMs) this.flush();
  }

  /** Resolves when the coordinator has the row on its way to the state, rejects with what it was refused for. */
  row(chunk: number, index: number, subKey: string, result: string, staged: readonly Staged[]): Promise<void> {
    const ticket = ++this.#tickets;
    const id = `${chunk}:${index}`;
    const row: YieldedRow = { subKey, result, staged, ticket };
    const gathered = this.#rows.get(id);
    if (gathered === undefined) this.#rows.set(id, { chunk, index, rows: [row] });
    else gathered.rows.push(row);
    // Noted before anything is sent, so that no answer can come too early.
    const recorded = new Promise<void>((resolve, reject) => this.#waiting.set(ticket, { resolve, reject }));
    // A generator that computes for long between its rows lets no timer run: then each row goes at once.
    if (performance.now() - this.#sentAtMs > gatherMs) this.flush();
    else if (!this.#scheduled) {
      this.#scheduled = true;
      setImmediate(() => {
        this.#scheduled = false;
        this.flush();
      });
    }
    return recorded;
  }

  acked(tickets: readonly number[]): void {
    for (const ticket of tickets) {
      this.#waiting.get(ticket)?.resolve();
      this.#waiting.delete(ticket);
    }
  }

  refused(ticket: number, error: unknown): void {
    this.#waiting.get(ticket)?.reject(error);
    this.#waiting.delete(ticket);
  }

  /** Sends all there is; rows before outcomes, so that no item is over before its rows are known. */
  flush(): void {
    const rows = this.#rows;
    const outcomes = this.#outcomes;
    if (rows.size > 0) this.#rows = new Map();
    if (outcomes.size > 0) this.#outcomes = new Map();
    for (const { chunk, index, rows: some } of rows.values()) this.#send({ type: 'yielded', chunk, index, rows: some });
    for (const [chunk, some] of outcomes) this.#send({ type: 'outcomes', chunk, outcomes: some });
    this.#sentAtMs = performance.now();
  }
}
