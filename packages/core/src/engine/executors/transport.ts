import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { workerUrl } from '../../lib/worker-url.ts';
import type { FromWorker, ToWorker } from './messages.ts';

/** A worker at the other end of a wire: a thread, or a process of its own for items that may kill it. */
export interface Transport {
  send(message: ToWorker): void;
  /** Ends it by force, at once. */
  kill(): void;
}

export interface TransportHandlers {
  readonly message: (message: FromWorker) => void;
  /** It is gone; `how` says why in words. */
  readonly gone: (how: string) => void;
}

// JavaScript heap of one worker; buffers and native memory lie outside it.
const heapLimitMb = 2_048;
// Young objects of one thread. Left to itself V8 lets this grow with the machine, and buffers of dead objects with it.
const youngLimitMb = 24;

export function startThread(handlers: TransportHandlers): Transport {
  // Memory beyond this ends the thread with ERR_WORKER_OUT_OF_MEMORY instead of the whole run.
  const worker = new Worker(workerUrl('engine/executors/worker'), {
    resourceLimits: { maxOldGenerationSizeMb: heapLimitMb, maxYoungGenerationSizeMb: youngLimitMb },
  });
  let how: string | undefined;
  worker.on('message', handlers.message);
  worker.on('error', (error: NodeJS.ErrnoException) => {
    how =
      error.code === 'ERR_WORKER_OUT_OF_MEMORY'
        ? 'it used up the memory of its worker'
        : `its worker died: ${error.message}`;
  });
  worker.on('exit', (code) => handlers.gone(how ?? `its worker ended with code ${code}`));
  return {
    send: (message) => worker.postMessage(message, []),
    kill: () => void worker.terminate(),
  };
}

export function startProcess(handlers: TransportHandlers): Transport {
  const child = fork(fileURLToPath(workerUrl('engine/executors/worker')), [], {
    execArgv: [...process.execArgv, `--max-old-space-size=${heapLimitMb}`],
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  let gone = false;
  const tell = (how: string): void => {
    if (gone) return;
    gone = true;
    handlers.gone(how);
  };
  child.on('message', (message) => handlers.message(message as FromWorker));
  child.on('error', (error) => tell(`its process could not be started: ${error.message}`));
  child.on('exit', (code, signal) =>
    tell(signal === null ? `its process ended with code ${code}` : `its process was ended by ${signal}`),
  );
  return {
    // Shared memory cannot cross to another process: the ids are copied.
    send: (message) => {
      if (child.connected) child.send(unshare(message) as ToWorker, () => undefined);
    },
    kill: () => void child.kill('SIGKILL'),
  };
}

function unshare(value: unknown): unknown {
  if (value instanceof SharedArrayBuffer) return new Uint8Array(value.slice(0)).slice().buffer;
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return value;
  if (Array.isArray(value)) return value.map(unshare);
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, unshare(member)]));
}
