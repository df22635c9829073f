import { Worker } from 'node:worker_threads';
import { workerUrl } from './worker-url.ts';

interface Waiting<Reply> {
  readonly resolve: (reply: Reply) => void;
  readonly reject: (error: Error) => void;
}

/**
 * A thread beside this one that answers requests in their order; started with the first.
 *
 * Idle, it keeps no program alive; with something to do it does, until it has answered.
 */
export class SideThread<Request, Reply> {
  readonly #path: string;
  #worker: Worker | undefined;
  /** In the order of their requests. */
  #waiting: Waiting<Reply>[] = [];

  /** `path` of its module, as {@link workerUrl} takes it. */
  constructor(path: string) {
    this.#path = path;
  }

  /** Rejects when the thread has ended, as it does where there is no memory for it; the next request starts another. */
  ask(request: Request): Promise<Reply> {
    const worker = (this.#worker ??= this.#start());
    const reply = new Promise<Reply>((resolve, reject) => this.#waiting.push({ resolve, reject }));
    worker.ref();
    worker.postMessage(request);
    return reply;
  }

  /** Ends the thread; what it has not answered rejects. */
  async close(): Promise<void> {
    await this.#worker?.terminate();
  }

  #start(): Worker {
    const worker = new Worker(workerUrl(this.#path));
    let why: unknown;
    worker.on('message', (reply: Reply) => {
      this.#waiting.shift()?.resolve(reply);
      if (this.#waiting.length === 0) worker.unref();
    });
    worker.on('error', (error) => {
      why = error;
    });
    worker.on('exit', () => {
      this.#worker = undefined;
      for (const { reject } of this.#waiting.splice(0))
        reject(new Error(`the thread of ${this.#path} has ended`, { cause: why }));
    });
    return worker;
  }
}
