import { Worker, type Transferable } from 'node:worker_threads';
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
  readonly #workerData: unknown;
  #worker: Worker | undefined;
  /** In the order of their requests. */
  #waiting: Waiting<Reply>[] = [];

  /** `path` of its module, as {@link workerUrl} takes it; its module is given `workerData`. */
  constructor(path: string, workerData?: unknown) {
    this.#path = path;
    this.#workerData = workerData;
  }

  /**
   * Rejects when the thread has ended, as it does where there is no memory for it; the next request starts another.
   *
   * What is in `transfer` is the thread's from then on.
   */
  ask(request: Request, transfer?: readonly Transferable[]): Promise<Reply> {
    const worker = (this.#worker ??= this.#start());
    const reply = new Promise<Reply>((resolve, reject) => this.#waiting.push({ resolve, reject }));
    worker.ref();
    worker.postMessage(request, transfer);
    return reply;
  }

  /** Ends the thread; what it has not answered rejects. */
  async close(): Promise<void> {
    await this.#worker?.terminate();
  }

  #start(): Worker {
    const worker = new Worker(workerUrl(this.#path), { workerData: this.#workerData });
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
