import { toFailure } from '../work/airlock.ts';
import type { Chunk, ChunkSink, Executor } from './executor.ts';
import type { FromWorker, WorkerInit, YieldedRow } from './messages.ts';
import { startProcess, startThread, type Transport } from './transport.ts';

/** How long a cancelled item may take to notice its signal before its worker is ended. */
const graceMs = 1_000;

interface OpenChunk {
  readonly chunk: Chunk;
  readonly sink: ChunkSink;
  /** Items without an outcome. */
  left: number;
  /** Of each generator item: settled when the rows that came so far are recorded or refused. */
  readonly recording: Map<number, Promise<void>>;
}

interface PoolWorker {
  readonly transport: Transport;
  /** In its hands, by id; all of them are lost with it. */
  readonly chunks: Map<number, OpenChunk>;
  /** Who waits for a line to be closed there, by ticket. */
  readonly closing: Map<number, () => void>;
}

export interface PoolOptions {
  readonly size: number;
  readonly init: WorkerInit;
  /** In processes instead of threads. */
  readonly isolate: boolean;
  /** Hears what drivers in the workers have to say. */
  readonly note: (message: string) => void;
}

/** Runs chunks in worker threads, or in child processes for items suspected of killing theirs. */
export class PoolExecutor implements Executor {
  readonly #size: number;
  readonly #init: WorkerInit;
  readonly #note: (message: string) => void;
  readonly #start: typeof startThread;
  readonly #workers: PoolWorker[] = [];
  #ticket = 0;
  #closed = false;

  constructor(options: PoolOptions) {
    this.#size = options.size;
    this.#init = options.init;
    this.#note = options.note;
    this.#start = options.isolate ? startProcess : startThread;
  }

  run(chunk: Chunk, sink: ChunkSink): void {
    const worker = this.#leastBusy();
    worker.chunks.set(chunk.id, { chunk, sink, left: chunk.calls.length, recording: new Map() });
    // The step itself (`local`) is code and stays here; the worker imports its own.
    const { local, ...step } = chunk.step;
    worker.transport.send({ type: 'chunk', chunk: { ...chunk, step }, batch: local?.spec.batch !== undefined });
  }

  // A thread cannot be interrupted in the middle of a computation: after the grace it goes with all it has in hand, and
  // the scheduler makes suspects of the other items.
  cancel(chunkId: number, index: number): void {
    const worker = this.#workers.find((candidate) => candidate.chunks.has(chunkId));
    if (worker === undefined) return;
    worker.transport.send({ type: 'cancel', chunk: chunkId, index });
    setTimeout(() => {
      if (worker.chunks.has(chunkId)) worker.transport.kill();
    }, graceMs).unref();
  }

  /** Resolves when every worker has disposed what `open` made; a worker that is gone counts as done. */
  async closeLine(line: string): Promise<void> {
    await Promise.all(
      this.#workers.map(
        (worker) =>
          new Promise<void>((resolve) => {
            const ticket = ++this.#ticket;
            worker.closing.set(ticket, resolve);
            worker.transport.send({ type: 'closeLine', line, ticket });
          }),
      ),
    );
  }

  async close(): Promise<void> {
    this.#closed = true;
    for (const worker of this.#workers.splice(0)) {
      worker.transport.send({ type: 'close' });
      // A worker that still computes something nobody waits for must not keep the program alive.
      setTimeout(() => worker.transport.kill(), graceMs).unref();
    }
  }

  // Workers are started one by one as work comes: a run with three items never pays for eight.
  #leastBusy(): PoolWorker {
    const idle = this.#workers.find((worker) => worker.chunks.size === 0);
    if (idle !== undefined) return idle;
    if (this.#workers.length < this.#size) return this.#startWorker();
    return this.#workers.reduce((best, worker) => (worker.chunks.size < best.chunks.size ? worker : best));
  }

  #startWorker(): PoolWorker {
    const chunks = new Map<number, OpenChunk>();
    const closing = new Map<number, () => void>();
    const transport = this.#start({
      message: (message) => this.#receive(worker, message),
      gone: (how) => this.#gone(worker, how),
    });
    const worker: PoolWorker = { transport, chunks, closing };
    transport.send({ type: 'init', init: this.#init });
    this.#workers.push(worker);
    return worker;
  }

  #receive(worker: PoolWorker, message: FromWorker): void {
    switch (message.type) {
      case 'outcomes': {
        const open = worker.chunks.get(message.chunk);
        if (open === undefined) return;
        open.left -= message.outcomes.length;
        // Before the sink hears of it: it may dispatch the next chunk at once, and this worker is free.
        if (open.left <= 0) worker.chunks.delete(message.chunk);
        for (const [index, outcome] of message.outcomes) open.sink.outcome(index, outcome);
        return;
      }
      case 'yielded': {
        const { index, rows } = message;
        const open = worker.chunks.get(message.chunk);
        const record = (): Promise<void> => recordRows(worker, message.chunk, index, rows);
        const before = open?.recording.get(index);
        // One item's rows are recorded in their order, also where publishing one of them takes long.
        const recording = before === undefined ? record() : before.then(record);
        open?.recording.set(index, recording);
        return;
      }
      case 'started':
        return worker.chunks.get(message.chunk)?.sink.started(message.index);
      case 'log':
        return worker.chunks.get(message.chunk)?.sink.log(message.index, message.message);
      case 'progress':
        return worker.chunks.get(message.chunk)?.sink.progress(message.index, message.done, message.total);
      case 'note':
        return this.#note(message.message);
      case 'lineClosed':
        worker.closing.get(message.ticket)?.();
        worker.closing.delete(message.ticket);
        return;
      case 'broken':
        // It could not start (a plugin's store driver throws on import), so none of its chunks can run there.
        for (const open of worker.chunks.values()) open.sink.died(message.failure);
        worker.chunks.clear();
        return;
      case 'ready':
        return;
    }
  }

  #gone(worker: PoolWorker, how: string): void {
    // Out of the list first: what the sinks are told may start the next chunk at once, and not here.
    const at = this.#workers.indexOf(worker);
    if (at >= 0) this.#workers.splice(at, 1);
    for (const resolve of worker.closing.values()) resolve();
    if (this.#closed) return;
    const lost = [...worker.chunks.values()];
    worker.chunks.clear();
    for (const open of lost) open.sink.died({ code: 'item.crashed', how });
  }
}

/** Never rejects: what a row is refused for is told to the generator that yielded it. */
async function recordRows(
  worker: PoolWorker,
  chunk: number,
  index: number,
  rows: readonly YieldedRow[],
): Promise<void> {
  const tickets: number[] = [];
  for (const { subKey, result, staged, ticket } of rows) {
    try {
      // No more once the worker is gone: the item is started over by then, and its rows come again.
      const recorded = worker.chunks.get(chunk)?.sink.yielded(index, subKey, result, staged);
      if (recorded !== undefined) await recorded;
      tickets.push(ticket);
    } catch (error) {
      worker.transport.send({ type: 'nack', ticket, failure: toFailure(error, {}) });
    }
  }
  worker.transport.send({ type: 'ack', tickets });
}
