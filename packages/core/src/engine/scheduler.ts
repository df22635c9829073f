import type { Queue } from '../lib/queue.ts';
import type { Failure } from '../model/failure.ts';
import type { Needs } from '../model/step.ts';
import type { Committer } from './commit.ts';
import type { RunControl } from './control.ts';
import type { Chunk, ChunkSink, Executor, StepAddress } from './executors/executor.ts';
import { chunkSize } from './chunk-size.ts';
import { type InHand, lineName, needsOf, type OpenChunk, sameNeeds } from './in-hand.ts';
import type { Limits } from './limits.ts';
import type { MapRun, Todo } from './map-run.ts';
import type { Settler } from './settle.ts';
import { toFailure } from './work/airlock.ts';
import type { ItemOutcome } from './work/run-item.ts';

/** Where items run, by kind; each is started when first needed. */
export interface Executors {
  readonly inline: Executor;
  readonly pool: Executor;
  /** One process for each item that may kill it. */
  readonly isolated: Executor;
}

const notStarted = { settled: false, timedOut: false, travels: false, timer: undefined, progressMs: 0 };

/** Hands items to executors: later maps first (so that little lies half-made), chunk by chunk, under all limits. */
export class Scheduler {
  readonly #maps: MapRun[] = [];
  readonly #executors: Executors;
  readonly #limits: Limits;
  readonly #committer: Committer;
  readonly #settler: Settler;
  readonly #control: RunControl;
  readonly #run: number;
  readonly #address: (map: MapRun) => StepAddress;
  readonly #averageMs = new Map<MapRun, number>();
  readonly #open = new Map<number, OpenChunk>();
  #poolChunks = 0;
  #isolatedItems = 0;
  #chunkId = 0;
  #scheduled = false;

  constructor(options: {
    executors: Executors;
    limits: Limits;
    committer: Committer;
    settler: Settler;
    control: RunControl;
    run: number;
    address: (map: MapRun) => StepAddress;
  }) {
    this.#executors = options.executors;
    this.#limits = options.limits;
    this.#committer = options.committer;
    this.#settler = options.settler;
    this.#control = options.control;
    this.#run = options.run;
    this.#address = options.address;
    options.control.onDrain(() => this.request());
  }

  add(map: MapRun): void {
    this.#maps.push(map);
  }

  enqueue(map: MapRun, todo: Todo): void {
    map.enqueue(todo);
    this.request();
  }

  /** Fails an item that was never started (what it reads could not be made again). */
  refuse(map: MapRun, todo: Todo, error: unknown): true {
    void this.#settler.settle(map, todo, { ok: false, failure: toFailure(error, {}) }, (again) =>
      this.enqueue(map, again),
    );
    return true;
  }

  /** No more items of this line come: what `open` made for them is disposed. */
  async closeLine(map: MapRun): Promise<void> {
    const line = lineName(map);
    await Promise.all(Object.values(this.#executors).map((executor: Executor) => executor.closeLine(line)));
  }

  /** Looks for work to hand out, once per turn of the event loop however often it is asked. */
  request(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      this.#dispatchAll();
    });
  }

  /** Ends everything in hand by force; their items stay undone and run again next time. */
  cancelAll(): void {
    for (const chunk of this.#open.values()) {
      for (const item of chunk.items) if (!item.settled) chunk.executor.cancel(chunk.id, item.index);
    }
  }

  #dispatchAll(): void {
    try {
      for (let i = this.#maps.length - 1; i >= 0; i--) {
        const map = this.#maps[i] as MapRun;
        if (this.#control.draining) map.abandonQueue();
        else {
          // Suspects first: they are few, and behind a long queue one of them would still run when all else is done.
          while (this.#dispatch(map, map.suspectQueue));
          while (this.#dispatch(map, map.queue));
        }
        this.#settler.closeIfIdle(map);
      }
    } catch (error) {
      // The state could not be written (a full disk): nothing more may start without a note of it.
      this.#control.drain({ broken: error });
    }
  }

  /** Starts one chunk; false when nothing more of this queue may start now. */
  #dispatch(map: MapRun, queue: Queue<Todo>): boolean {
    const first = queue.peek();
    if (first === undefined) return false;
    const needs = needsOf(map, first);
    const size = chunkSize({
      spec: map.spec.step.spec,
      suspect: first.suspect,
      needs,
      free: this.#limits.free(needs),
      averageMs: this.#averageMs.get(map),
      queued: queue.length,
      isolatedItems: this.#isolatedItems,
      poolChunks: this.#poolChunks,
      poolSize: this.#limits.poolSize,
    });
    if (size < 1) return false;
    const todos: Todo[] = [];
    for (let next = queue.peek(); next !== undefined && todos.length < size; next = queue.peek()) {
      if (typeof map.spec.step.spec.needs === 'function' && todos.length > 0 && !sameNeeds(needs, needsOf(map, next)))
        break;
      todos.push(queue.take() as Todo);
    }
    this.#start(map, todos, needs);
    return true;
  }

  #start(map: MapRun, todos: readonly Todo[], needs: Needs): void {
    const suspect = todos[0]?.suspect === true;
    const pooled = needs.cpu === true;
    const executor = suspect ? this.#executors.isolated : pooled ? this.#executors.pool : this.#executors.inline;
    const flight = this.#committer.noteFlight(
      map.line.id,
      this.#run,
      todos.map((todo) => todo.key),
    );
    const id = ++this.#chunkId;
    const open: OpenChunk = { id, map, executor, items: [], flight, startedMs: performance.now(), left: todos.length };
    for (const [index, todo] of todos.entries()) {
      const item = { todo, needs, chunk: open, index, ...notStarted };
      open.items.push(item);
      this.#limits.take(needs);
    }
    map.inHand += todos.length;
    if (suspect) this.#isolatedItems++;
    else if (pooled) this.#poolChunks++;
    this.#open.set(id, open);
    const chunk: Chunk = {
      id,
      step: this.#address(map),
      line: lineName(map),
      place: map.spec.place,
      uses: map.uses,
      usesText: map.usesText,
      timed: map.spec.step.spec.timeoutMs !== undefined,
      calls: todos.map(({ key, item, doneKeys }) => ({ key, item, ...(doneKeys === undefined ? {} : { doneKeys }) })),
    };
    executor.run(chunk, this.#sink(open));
  }

  #sink(open: OpenChunk): ChunkSink {
    const { map } = open;
    const at = (index: number): InHand => open.items[index] as InHand;
    const { timeoutMs } = map.spec.step.spec;
    return {
      started: (index) => {
        if (timeoutMs !== undefined) at(index).timer = setTimeout(() => this.#timeOut(at(index)), timeoutMs);
      },
      outcome: (index, outcome) => this.#outcome(at(index), outcome),
      yielded: (index, subKey, result, staged) => this.#settler.yielded(map, at(index).todo, subKey, result, staged),
      log: (index, message) => this.#settler.log(map, at(index).todo.key, message),
      progress: (index, done, total) => this.#progress(at(index), done, total),
      died: (failure) => this.#died(open, failure),
    };
  }

  // At most ten a second for each item: who reads along sees no more, and a download says thousands.
  #progress(item: InHand, done: number, total?: number): void {
    const nowMs = performance.now();
    if (item.settled || nowMs - item.progressMs < 100) return;
    item.progressMs = nowMs;
    const { map } = item.chunk;
    this.#control.emit({
      type: 'item.progress',
      map: map.spec.id,
      key: item.todo.key,
      done,
      ...(total === undefined ? {} : { total }),
    });
  }

  #outcome(item: InHand, outcome: ItemOutcome): void {
    if (item.settled) return;
    this.#release(item);
    // Bytes that travel while they are published are the item's work: it keeps its slots until then.
    item.travels = outcome.ok && outcome.staged.some((output) => output.kind === 'copy');
    if (!item.travels) this.#limits.give(item.needs);
    const { map } = item.chunk;
    const { timeoutMs } = map.spec.step.spec;
    const real: ItemOutcome = item.timedOut
      ? { ok: false, failure: { code: 'step.timeout', timeoutMs: timeoutMs ?? 0 } }
      : outcome;
    const settled = this.#settler.settle(map, item.todo, real, (todo) => this.enqueue(map, todo));
    if (settled === undefined) this.#leave(item);
    else void settled.then(() => this.#leave(item));
  }

  /** The item no longer runs. */
  #release(item: InHand): void {
    item.settled = true;
    clearTimeout(item.timer);
    if (item.progressMs > 0) {
      this.#control.emit({
        type: 'item.progress',
        map: item.chunk.map.spec.id,
        key: item.todo.key,
        done: 0,
        ended: true,
      });
    }
    const { chunk } = item;
    if (!chunk.items.every((other) => other.settled)) return;
    if (chunk.executor === this.#executors.isolated) {
      this.#isolatedItems--;
      // The start of its process is in its time; the others' chunks would shrink for it.
      return;
    }
    if (item.needs.cpu === true) this.#poolChunks--;
    const averageMs = (performance.now() - chunk.startedMs) / chunk.items.length;
    const before = this.#averageMs.get(chunk.map) ?? averageMs;
    this.#averageMs.set(chunk.map, before * 0.7 + averageMs * 0.3);
  }

  /** The item's row is with the committer (or it failed): when all of a chunk are, its flight has landed. */
  #leave(item: InHand): void {
    const { chunk } = item;
    if (item.travels) this.#limits.give(item.needs);
    chunk.map.inHand--;
    chunk.left--;
    if (chunk.left === 0) {
      this.#open.delete(chunk.id);
      this.#committer.clearFlight(chunk.flight);
    }
    this.request();
  }

  #timeOut(item: InHand): void {
    if (item.settled) return;
    item.timedOut = true;
    const { chunk } = item;
    chunk.executor.cancel(chunk.id, item.index);
    // Inline work that ignores its signal cannot be ended; it is settled without it.
    item.timer = setTimeout(() => {
      const failure: Failure = { code: 'step.timeout', timeoutMs: chunk.map.spec.step.spec.timeoutMs ?? 0 };
      if (chunk.executor === this.#executors.inline) this.#outcome(item, { ok: false, failure });
    }, 2_000);
  }

  // A lone item is the killer and is named; of several nobody knows, so each gets a process of its own.
  #died(open: OpenChunk, failure: Failure): void {
    const lost = open.items.filter((item) => !item.settled);
    const alone = open.items.length === 1 && (open.items[0]?.todo.suspect === true || failure.code !== 'item.crashed');
    for (const item of lost) {
      if (alone || item.timedOut || this.#control.draining) this.#outcome(item, { ok: false, failure });
      else {
        this.#release(item);
        this.#limits.give(item.needs);
        item.todo.suspect = true;
        this.#settler.startOver(item.todo);
        this.enqueue(open.map, item.todo);
        this.#leave(item);
      }
    }
  }
}
