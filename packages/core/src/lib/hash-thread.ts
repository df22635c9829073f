import { Worker } from 'node:worker_threads';
import type { HashReply, HashRequest } from './hash-worker.ts';
import { workerUrl } from './worker-url.ts';

interface Waiting {
  readonly resolve: (reply: HashReply) => void;
  readonly reject: (error: Error) => void;
}

/** The thread that hashes, started with the first bytes; one for the process. */
export class HashThread {
  #worker: Worker | undefined;
  /** In the order of their requests. */
  #waiting: Waiting[] = [];

  /** Rejects when the thread has ended, as it does where there is no memory for it; the next request starts another. */
  ask(request: HashRequest): Promise<HashReply> {
    const worker = (this.#worker ??= this.#start());
    const reply = new Promise<HashReply>((resolve, reject) => this.#waiting.push({ resolve, reject }));
    // A thread that has something to do keeps the program alive until it has answered.
    worker.ref();
    worker.postMessage(request);
    return reply;
  }

  #start(): Worker {
    const worker = new Worker(workerUrl('lib/hash-worker'));
    let why: unknown;
    worker.on('message', (reply: HashReply) => {
      this.#waiting.shift()?.resolve(reply);
      if (this.#waiting.length === 0) worker.unref();
    });
    worker.on('error', (error) => {
      why = error;
    });
    worker.on('exit', () => {
      this.#worker = undefined;
      for (const { reject } of this.#waiting.splice(0))
        reject(new Error('the hashing thread has ended', { cause: why }));
    });
    return worker;
  }
}
