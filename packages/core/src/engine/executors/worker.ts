import { isMainThread, parentPort } from 'node:worker_threads';
import type { DriverDefinition } from '../../model/driver.ts';
import { FailureError } from '../../model/failure.ts';
import type { Plugin } from '../../model/plugin.ts';
import { toFailure } from '../work/airlock.ts';
import type { Chunk, ChunkSink } from './executor.ts';
import type { FromWorker, ToWorker, WorkerInit } from './messages.ts';
import { Outbox } from './outbox.ts';
import { ThreadRunner } from './run-chunk.ts';
import { workDeps } from './work-deps.ts';

/** The other end of the pool: started as a thread or as a process, it runs chunks until told to close. */

const send = (message: FromWorker): void => {
  if (parentPort !== null) parentPort.postMessage(message);
  else process.send?.(message);
};

/** Set by `init`, the first message; chunks that arrive while it starts wait for it. */
let runner: Promise<ThreadRunner> | undefined;
let concurrency = 1;
/** Of items under way, by `chunk:index`; a cancel for one that is over finds none, and is late. */
const controllers = new Map<string, AbortController>();
const outbox = new Outbox(send);

function receive(message: ToWorker): void {
  switch (message.type) {
    case 'init':
      concurrency = message.init.concurrency;
      runner = start(message.init);
      runner.then(
        () => send({ type: 'ready' }),
        (error: unknown) => send({ type: 'broken', failure: toFailure(error, {}) }),
      );
      return;
    case 'chunk':
      void runChunk(message.chunk, message.batch);
      return;
    case 'cancel':
      controllers.get(`${message.chunk}:${message.index}`)?.abort();
      return;
    case 'ack':
      outbox.acked(message.tickets);
      return;
    case 'nack':
      outbox.refused(message.ticket, new FailureError(message.failure));
      return;
    case 'closeLine':
      void runner
        ?.then((ready) => ready.closeLine(message.line))
        .finally(() => send({ type: 'lineClosed', ticket: message.ticket }));
      return;
    case 'close':
      // `open` results are disposed before the wire is cut; if that hangs, the pool ends this worker by force.
      void Promise.resolve(runner?.then((ready) => ready.close())).finally(() => {
        if (isMainThread) process.disconnect?.();
        else parentPort?.close();
      });
  }
}

if (parentPort !== null) parentPort.on('message', receive);
else {
  process.on('message', (message) => receive(message as ToWorker));
  // The coordinator handles interrupts and tells us; a process whose coordinator was killed has no purpose left.
  for (const name of ['SIGINT', 'SIGHUP'] as const) process.on(name, () => undefined);
  process.on('disconnect', () => process.exit(0));
}

// A round trip for each row would cost more than a small row's work; so much of a killed item is made again at most.
const rowsAhead = 64;

async function start(init: WorkerInit): Promise<ThreadRunner> {
  // Stores that plugins bring are code, which no message carries: each worker imports them itself.
  const drivers: DriverDefinition[] = [];
  for (const entry of init.driverEntries)
    drivers.push(...((await import(entry)) as { default: Plugin }).default.stores);
  const note = (message: string): void => send({ type: 'note', message });
  return new ThreadRunner(workDeps(init, { drivers, note }), { rowsAhead });
}

// A loop over a zip's entries reports each of them, and a message wakes the main thread: on a machine whose cores all
// work, that costs the worker a third of a millisecond.
const progressMs = 250;

async function runChunk(chunk: Chunk, batch: boolean): Promise<void> {
  const progressDueMs = new Map<number, number>();
  const sink: ChunkSink = {
    outcome: (index, outcome) => outbox.outcome(chunk.id, index, outcome),
    yielded: (index, subKey, result, staged) => outbox.row(chunk.id, index, subKey, result, staged),
    // Only a timeout asks for it; one more message for each item is dear.
    started: (index) => {
      if (chunk.timed) send({ type: 'started', chunk: chunk.id, index });
    },
    log: (index, message) => send({ type: 'log', chunk: chunk.id, index, message }),
    progress(index, done, total) {
      const nowMs = performance.now();
      if (nowMs < (progressDueMs.get(index) ?? 0) && done !== total) return;
      progressDueMs.set(index, nowMs + progressMs);
      send({ type: 'progress', chunk: chunk.id, index, done, ...(total === undefined ? {} : { total }) });
    },
    died: (failure) => send({ type: 'broken', failure }),
  };
  try {
    const ready = await (runner as Promise<ThreadRunner>);
    if (batch) await withController(chunk, 0, (signal) => ready.batch(chunk, signal, sink));
    else await runItems(ready, chunk, sink);
  } catch (error) {
    send({ type: 'broken', failure: toFailure(error, {}) });
  }
  outbox.flush();
}

// Lanes instead of all at once: a chunk of 256 items must not open 256 files.
async function runItems(ready: ThreadRunner, chunk: Chunk, sink: ChunkSink): Promise<void> {
  let next = 0;
  const lane = async (): Promise<void> => {
    while (next < chunk.calls.length) {
      const index = next++;
      await withController(chunk, index, (signal) => ready.item(chunk, index, signal, sink));
    }
  };
  await Promise.all(Array.from({ length: Math.min(concurrency, chunk.calls.length) }, lane));
}

async function withController(
  chunk: Chunk,
  index: number,
  body: (signal: AbortSignal) => Promise<void>,
): Promise<void> {
  const id = `${chunk.id}:${index}`;
  const controller = new AbortController();
  controllers.set(id, controller);
  try {
    await body(controller.signal);
  } finally {
    controllers.delete(id);
  }
}
