import type { Queue } from '../lib/queue.ts';
import type { Needs } from '../model/step.ts';
import type { Committer } from './commit.ts';
import type { RunControl } from './control.ts';
import type { Chunk, Executor, StepAddress } from './executors/executor.ts';
import { chunkSize } from './chunk-size.ts';
import { lineName, needsOf, type OpenChunk, sameNeeds } from './in-hand.ts';
import type { Limits } from './limits.ts';
import type { MapRun, Todo } from './map-run.ts';
import type { Settler } from './settle.ts';
import { Underway } from './underway.ts';
import { toFailure } from './work/airlock.ts';

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
  readonly #underway: Underway;
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
    this.#underway = new Underway({
      ...options,
      enqueue: (map, todo) => this.enqueue(map, todo),
      onFree: () => this.request(),
    });
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
    this.#underway.cancelAll();
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
      averageMs: this.#underway.averageMs(map),
      queued: queue.length,
      isolatedItems: this.#underway.isolatedItems,
      poolChunks: this.#underway.poolChunks,
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
    const kind = todos[0]?.suspect === true ? 'isolated' : needs.cpu === true ? 'pool' : 'inline';
    const executor = this.#executors[kind];
    // On disk before the work begins: what it publishes and a kill leaves unrecorded is then known to be ours.
    const keys = todos.map((todo) => todo.key);
    const flight = map.isNoted ? this.#committer.noteFlight(map.line.id, this.#run, keys) : undefined;
    const id = ++this.#chunkId;
    const startedMs = performance.now();
    const running = todos.length;
    const open: OpenChunk = { id, map, kind, executor, items: [], flight, startedMs, running, left: running };
    for (const [index, todo] of todos.entries()) open.items.push({ todo, needs, chunk: open, index, ...notStarted });
    const sink = this.#underway.open(open);
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
    executor.run(chunk, sink);
  }
}
