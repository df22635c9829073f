import { fail, type Failure, failureAt } from '../model/failure.ts';
import type { StoredOutput } from '../state/rows.ts';
import { subKeySeparator } from '../state/rows.ts';
import type { State } from '../state/state.ts';
import type { Committer } from './commit.ts';
import type { RunControl } from './control.ts';
import { lineName } from './in-hand.ts';
import type { MapRun, Todo } from './map-run.ts';
import type { Publisher } from './publish.ts';
import { claimUrl, type Publishing } from './publishing.ts';
import { dropUnyielded, takeBack } from './take-back.ts';
import { toFailure } from './work/airlock.ts';
import { dropScratch, type ItemOutcome } from './work/run-item.ts';
import type { Staged } from './work/staged.ts';
import { YieldBook } from './yields.ts';

const defaultRetries = 2;
const firstRetryMs = 500;
const longestRetryMs = 60_000;

/** Turns outcomes into rows: publish, record, tell; or retry; or a named failure. */
export class Settler {
  readonly #state: State;
  readonly #committer: Committer;
  readonly #publisher: Publisher;
  readonly #control: RunControl;
  readonly #options: {
    readonly run: number;
    readonly overwrite: boolean;
    readonly verify: boolean;
    readonly scratchDir: string;
    readonly task: { readonly plugin: string; readonly task: string };
    readonly redact: (failure: Failure) => Failure;
    readonly onIdle: (map: MapRun) => void;
  };
  /** All of this run; of the failures themselves only the first hundred are kept here, the rest in the state. */
  failures = 0;
  readonly #yields: YieldBook;
  readonly firstFailures: Failure[] = [];

  constructor(
    state: State,
    committer: Committer,
    publisher: Publisher,
    control: RunControl,
    options: {
      run: number;
      overwrite: boolean;
      verify: boolean;
      scratchDir: string;
      task: { plugin: string; task: string };
      redact: (failure: Failure) => Failure;
      onIdle: (map: MapRun) => void;
    },
  ) {
    this.#state = state;
    this.#committer = committer;
    this.#publisher = publisher;
    this.#control = control;
    this.#options = options;
    this.#yields = new YieldBook(state, committer);
  }

  /** Returns a promise only where publishing needs one (remote places). */
  settle(map: MapRun, todo: Todo, outcome: ItemOutcome, retry: (todo: Todo) => void): Promise<void> | undefined {
    if (!outcome.ok) {
      return this.#fail(map, todo, outcome.failure, retry);
    }
    let outputs: StoredOutput[] | Promise<StoredOutput[]>;
    try {
      outputs = outcome.staged.length === 0 ? [] : this.#publish(map, todo, outcome.staged);
    } catch (error) {
      return this.#fail(map, todo, toFailure(error, {}), retry);
    }
    if (Array.isArray(outputs)) {
      this.#record(map, todo, outcome, outputs);
      return undefined;
    }
    return outputs.then(
      (published) => this.#record(map, todo, outcome, published),
      (error: unknown) => this.#fail(map, todo, toFailure(error, {}), retry),
    );
  }

  /**
   * A generator's yield: a row of its own under the item, published and on its way to the state.
   *
   * Returns a promise only where publishing needs one. Rows behind a refused one are refused like it: the generator
   * yielded them before it could hear of that.
   */
  yielded(map: MapRun, todo: Todo, subKey: string, result: string, staged: readonly Staged[]): Promise<void> | void {
    const yields = this.#yields.of(map, todo);
    if (yields.refused !== undefined) throw yields.refused;
    const key = `${todo.key}${subKeySeparator}${subKey}`;
    const old = yields.old.get(key);
    const sub: Todo = { ...todo, key, seq: old?.seq ?? 0, oldOutputs: old?.outputs ?? [] };
    const refuse = (error: unknown): never => {
      yields.refused = error;
      throw error;
    };
    const write = (outputs: readonly StoredOutput[]): void => {
      // Its worker died while it was published, and the item has been started over: the row comes again.
      if (this.#yields.of(map, todo) !== yields) return;
      yields.keys.add(subKey);
      this.#write(map, sub, result, undefined, outputs, (seq) => {
        // A retried item may yield again what its first attempt gave away already.
        if (map.used.has(seq)) return;
        map.used.add(seq);
        map.emit(seq, result);
      });
    };
    let outputs: StoredOutput[] | Promise<StoredOutput[]>;
    try {
      if (yields.keys.has(subKey)) throw fail('item.duplicate', { key: subKey, map: map.spec.name });
      outputs = this.#publish(map, sub, staged);
    } catch (error) {
      return refuse(error);
    }
    if (Array.isArray(outputs)) return write(outputs);
    return outputs.then(write, refuse);
  }

  /** The item is worked on again in this run: what its last attempt has yielded counts as done. */
  startOver(todo: Todo): void {
    this.#yields.startOver(todo);
  }

  log(map: MapRun, key: string, message: string): void {
    this.#state.runs.addLog(this.#options.run, map.spec.id, key, message);
    this.#control.emit({ type: 'item.log', map: map.spec.id, key, message });
  }

  closeIfIdle(map: MapRun): void {
    if (!map.closed && map.idle) this.#options.onIdle(map);
  }

  #publish(map: MapRun, todo: Todo, staged: readonly Staged[]): StoredOutput[] | Promise<StoredOutput[]> {
    if (map.store === undefined || map.spec.place === undefined || staged.length === 0) return [];
    const to: Publishing = {
      line: map.line,
      key: todo.key,
      place: map.spec.place,
      store: map.store,
      // Without rows the inventory tells what is there, and what is there is nobody's by our own account.
      inherited: map.keepsRows && map.suspects.has(todo.key.split(subKeySeparator)[0] as string),
      overwrite: this.#options.overwrite,
      recorded: map.keepsRows,
      verify: this.#options.verify,
      isConfirmed: (key) => {
        // A row of an earlier run proves nothing: its item may be gone, and then its file may be replaced.
        const row = this.#state.rows.find(map.line.id, [key]).get(key);
        return row !== undefined && map.hasConfirmed(row.seq);
      },
    };
    return this.#publisher.publish(to, staged);
  }

  #record(map: MapRun, todo: Todo, outcome: ItemOutcome & { ok: true }, outputs: readonly StoredOutput[]): void {
    try {
      this.#recordRow(map, todo, outcome, outputs);
    } catch (error) {
      // The state could not be written. The item is out of hand all the same, or the run would wait for it for ever.
      this.#control.drain({ broken: error });
    }
  }

  #recordRow(map: MapRun, todo: Todo, outcome: ItemOutcome & { ok: true }, outputs: readonly StoredOutput[]): void {
    // A bounded batch of yields may still wait; rows are recorded in order, so the item's own row comes last.
    if (map.isGenerator) dropUnyielded(this.#state, this.#committer, map, todo);
    this.#write(map, todo, outcome.result, outcome.sources, outputs, (seq) => {
      map.used.add(seq);
      map.seqs.set(todo.ord, seq);
      map.pendingKeys.delete(todo.key);
      map.done++;
      // An item made again for its released bytes has given its result to everybody already.
      const again = map.redone.get(todo.key);
      if (again !== undefined) again(true);
      else if (map.isGenerator) this.#emitSkipped(map, todo);
      else map.emit(seq, outcome.result);
      if (outcome.scratched) dropScratchOf(this.#options.scratchDir, map, todo);
    });
  }

  #write(
    map: MapRun,
    todo: Todo,
    result: string,
    sources: { readonly [url: string]: string } | undefined,
    outputs: readonly StoredOutput[],
    committed: (seq: number) => void,
  ): void {
    // Outputs that the item made last time and not this time lose their owner with the row that named them.
    const place = map.spec.place ?? '';
    for (const output of outputs) map.sizeBytes += output[1];
    const kept = new Set(outputs.map((output) => output[0]));
    const dropped = todo.oldOutputs.filter((output) => !kept.has(output[0]));
    const urls = outputs.map(([key, , , , kind]) => claimUrl(place, key, kind));
    if (!map.keepsRows) {
      this.#committer.unclaim(urls, map.line.id, todo.key);
      if (map.suspects.has(todo.key)) this.#committer.note(() => this.#state.flights.forgive(map.line.id, todo.key));
      return committed(0);
    }
    this.#committer.add({
      row: {
        seq: todo.seq,
        line: map.line.id,
        key: todo.key,
        item: todo.text,
        version: map.version,
        uses: map.usesText,
        result,
        outputs,
        sources,
        run: this.#options.run,
      },
      urls,
      staleUrls: dropped.map(([key, , , , kind]) => claimUrl(place, key, kind)),
      forgive: map.suspects.has(todo.key),
      committed,
    });
  }

  // Rows of an earlier attempt that the generator skipped by `done(key)` are results of this run all the same.
  #emitSkipped(map: MapRun, todo: Todo): void {
    if (todo.doneKeys === undefined) return;
    const keys = todo.doneKeys.map((sub) => `${todo.key}${subKeySeparator}${sub}`);
    for (const row of this.#state.rows.find(map.line.id, keys).values()) {
      if (map.used.has(row.seq)) continue;
      map.used.add(row.seq);
      map.emit(row.seq, row.result);
    }
  }

  #fail(map: MapRun, todo: Todo, raw: Failure, retry: (todo: Todo) => void): Promise<void> | undefined {
    const retries = map.spec.step.spec.retries ?? defaultRetries;
    const at = { ...this.#options.task, step: map.spec.step.name, item: todo.key };
    const failure = this.#options.redact(failureAt(raw, at));
    if (failure.transient === true && todo.attempt < retries && !this.#control.draining) {
      todo.attempt++;
      this.startOver(todo);
      // It counts as in hand while it waits: a map whose last item is about to be tried again is not over.
      const waitMs = retryDelayMs(todo.attempt, failure);
      this.#control.emit({
        type: 'item.retry',
        map: map.spec.id,
        key: todo.key,
        attempt: todo.attempt,
        waitMs,
        failure,
      });
      map.inHand++;
      setTimeout(() => {
        map.inHand--;
        retry(todo);
      }, waitMs);
      return undefined;
    }
    // Ended by us, not by a fault of its own: it runs again next time.
    if (this.#control.interrupted) return undefined;
    if (!map.isGenerator || map.spec.step.spec.takesBack?.(raw) !== true) return this.#failed(map, todo, failure);
    return takeBack(this.#state, this.#committer, map, todo)
      .catch((error: unknown) => this.log(map, todo.key, `its files were not removed: ${(error as Error).message}`))
      .then(() => {
        dropScratchOf(this.#options.scratchDir, map, todo);
        return this.#failed(map, todo, failure);
      });
  }

  #failed(map: MapRun, todo: Todo, failure: Failure): undefined {
    map.failed++;
    map.redone.get(todo.key)?.(false);
    map.pendingKeys.delete(todo.key);
    this.failures++;
    if (this.firstFailures.length < 100) this.firstFailures.push(failure);
    // With the next group of rows: a thousand failures must not be a thousand transactions.
    this.#committer.note(() => {
      this.#state.runs.addFailure(this.#options.run, map.spec.id, todo.key, failure);
      if (failure.code === 'item.crashed') this.#state.flights.accuse(map.line.id, todo.key);
      else if (map.suspects.has(todo.key)) this.#state.flights.forgive(map.line.id, todo.key);
    });
    this.#control.emit({ type: 'item.failed', map: map.spec.id, key: todo.key, failure });
    if (this.#control.onFailure === 'stop') this.#control.drain({});
  }
}

function dropScratchOf(scratchDir: string, map: MapRun, todo: Todo): void {
  dropScratch(scratchDir, lineName(map), todo.key);
}

// Exponential with full jitter, never shorter than what the far end asked for.
function retryDelayMs(attempt: number, failure: Failure): number {
  const ceiling = Math.min(longestRetryMs, firstRetryMs * 2 ** (attempt - 1));
  const least = Math.min(failure.retryAfterMs ?? 0, longestRetryMs);
  return Math.round(Math.max(least, ceiling * (0.5 + Math.random() / 2)));
}
