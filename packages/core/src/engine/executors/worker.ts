import { isMainThread, parentPort } from 'node:worker_threads';
import type { DriverDefinition } from '../../model/driver.ts';
import { FailureError } from '../../model/failure.ts';
import type { Plugin } from '../../model/plugin.ts';
import { toFailure } from '../work/airlock.ts';
import type { ItemOutcome } from '../work/run-item.ts';
import type { Chunk, ChunkSink } from './executor.ts';
import type { FromWorker, ToWorker, WorkerInit } from './messages.ts';
import { ThreadRunner } from './run-chunk.ts';
import { workDeps } from './work-deps.ts';

/** The other end of the pool: started as a thread or as a process, it runs chunks until told to close. */

const send = (message: FromWorker): void => {
  if (parentPort !== null) parentPort.postMessage(message);
  else process.send?.(message);
};

let runner: Promise<ThreadRunner> | undefined;
let concurrency = 1;
const controllers = new Map<string, AbortController>();
const waiting = new Map<number, { readonly resolve: () => void; readonly reject: (error: unknown) => void }>();
let tickets = 0;

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
      waiting.get(message.ticket)?.resolve();
      waiting.delete(message.ticket);
      return;
    case 'nack':
      waiting.get(message.ticket)?.reject(new FailureError(message.failure));
      waiting.delete(message.ticket);
      return;
    case 'closeLine':
      void runner
        ?.then((ready) => ready.closeLine(message.line))
        .finally(() => send({ type: 'lineClosed', ticket: message.ticket }));
      return;
    case 'close':
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
  process.on('SIGINT', () => undefined);
  process.on('disconnect', () => process.exit(0));
}

async function start(init: WorkerInit): Promise<ThreadRunner> {
  const drivers: DriverDefinition[] = [];
  for (const entry of init.driverEntries)
    drivers.push(...((await import(entry)) as { default: Plugin }).default.stores);
  return new ThreadRunner(workDeps(init, drivers));
}

// Outcomes travel together: one message each would cost eight times the work of a small item.
const gatherMs = 5;

async function runChunk(chunk: Chunk, batch: boolean): Promise<void> {
  let gathered: (readonly [number, ItemOutcome])[] = [];
  let sentAt = performance.now();
  const flush = (): void => {
    if (gathered.length > 0) send({ type: 'outcomes', chunk: chunk.id, outcomes: gathered });
    gathered = [];
    sentAt = performance.now();
  };
  const sink: ChunkSink = {
    outcome(index, outcome) {
      gathered.push([index, outcome]);
      if (performance.now() - sentAt > gatherMs) flush();
    },
    yielded(index, subKey, result, staged) {
      const ticket = ++tickets;
      flush();
      send({ type: 'yielded', chunk: chunk.id, index, subKey, result, staged, ticket });
      return new Promise<void>((resolve, reject) => waiting.set(ticket, { resolve, reject }));
    },
    // Only a timeout asks for it; one more message for each item is dear.
    started: (index) => {
      if (chunk.timed) send({ type: 'started', chunk: chunk.id, index });
    },
    log: (index, message) => send({ type: 'log', chunk: chunk.id, index, message }),
    progress: (index, done, total) =>
      send({ type: 'progress', chunk: chunk.id, index, done, ...(total === undefined ? {} : { total }) }),
    died: (failure) => send({ type: 'broken', failure }),
  };
  try {
    const ready = await (runner as Promise<ThreadRunner>);
    if (batch) await withController(chunk, 0, (signal) => ready.batch(chunk, signal, sink));
    else await runItems(ready, chunk, sink);
  } catch (error) {
    send({ type: 'broken', failure: toFailure(error, {}) });
  }
  flush();
}

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
