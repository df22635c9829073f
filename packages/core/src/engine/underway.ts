import type { Failure } from '../model/failure.ts';
import type { Committer } from './commit.ts';
import type { RunControl } from './control.ts';
import type { ChunkSink } from './executors/executor.ts';
import type { InHand, OpenChunk } from './in-hand.ts';
import type { Limits } from './limits.ts';
import type { MapRun, Todo } from './map-run.ts';
import type { Settler } from './settle.ts';
import type { ItemOutcome } from './work/run-item.ts';

/** Who reads along sees no more than ten a second for each item, and a download says thousands. */
const progressMs = 100;
/** Work in this process that ignores its signal is settled without it after this long. */
const graceMs = 2_000;

/**
 * The chunks that executors have in hand: hears what comes of their items, ends those that take too long, and gives
 * back what they took of the limits.
 */
export class Underway {
  readonly #limits: Limits;
  readonly #committer: Committer;
  readonly #settler: Settler;
  readonly #control: RunControl;
  /** An item is to be tried again. */
  readonly #enqueue: (map: MapRun, todo: Todo) => void;
  /** Something has become free. */
  readonly #onFree: () => void;
  readonly #averageMs = new Map<MapRun, number>();
  readonly #open = new Map<number, OpenChunk>();
  poolChunks = 0;
  isolatedItems = 0;

  constructor(options: {
    limits: Limits;
    committer: Committer;
    settler: Settler;
    control: RunControl;
    enqueue: (map: MapRun, todo: Todo) => void;
    onFree: () => void;
  }) {
    this.#limits = options.limits;
    this.#committer = options.committer;
    this.#settler = options.settler;
    this.#control = options.control;
    this.#enqueue = options.enqueue;
    this.#onFree = options.onFree;
  }

  /** What an item of this map takes, of late; undefined before the first. */
  averageMs(map: MapRun): number | undefined {
    return this.#averageMs.get(map);
  }

  /** Takes a chunk in hand; returns what its executor is to tell. */
  open(open: OpenChunk): ChunkSink {
    this.#open.set(open.id, open);
    open.map.inHand += open.items.length;
    for (const { needs } of open.items) this.#limits.take(needs);
    if (open.kind === 'isolated') this.isolatedItems++;
    else if (open.kind === 'pool') this.poolChunks++;
    return this.#sink(open);
  }

  /** Ends everything in hand by force; their items stay undone and run again next time. */
  cancelAll(): void {
    for (const chunk of this.#open.values()) {
      for (const item of chunk.items) if (!item.settled) chunk.executor.cancel(chunk.id, item.index);
    }
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

  #progress(item: InHand, done: number, total?: number): void {
    const nowMs = performance.now();
    if (item.settled || nowMs - item.progressMs < progressMs) return;
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
    const settled = this.#settler.settle(map, item.todo, real, (todo) => this.#enqueue(map, todo));
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
    if (--chunk.running > 0) return;
    if (chunk.kind === 'isolated') {
      this.isolatedItems--;
      // The start of its process is in its time; the others' chunks would shrink for it.
      return;
    }
    if (chunk.kind === 'pool') this.poolChunks--;
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
      if (chunk.flight !== undefined) this.#committer.clearFlight(chunk.flight);
    }
    this.#onFree();
  }

  #timeOut(item: InHand): void {
    if (item.settled) return;
    item.timedOut = true;
    const { chunk } = item;
    chunk.executor.cancel(chunk.id, item.index);
    // A worker is ended with its item; inline work can only be asked, and is left behind when it does not listen.
    item.timer = setTimeout(() => {
      const failure: Failure = { code: 'step.timeout', timeoutMs: chunk.map.spec.step.spec.timeoutMs ?? 0 };
      if (chunk.kind === 'inline') this.#outcome(item, { ok: false, failure });
    }, graceMs);
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
        this.#enqueue(open.map, item.todo);
        this.#leave(item);
      }
    }
  }
}
