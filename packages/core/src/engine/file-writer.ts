import { availableParallelism } from 'node:os';
import { SideThread } from '../lib/side-thread.ts';
import type { WriteReply, WriteRequest } from './write-worker.ts';

/** A small file to be published. */
export interface WriteJob {
  readonly bytes: Uint8Array;
  /** Where it is staged: on the file system of its target, and no file lies there. */
  readonly staged: string;
  readonly target: string;
  /** What lies at its target is replaced; else the file is put there only if nothing is. */
  readonly ours: boolean;
}

/** The version of each file in its order; undefined where it was not published, and is to be tried again. */
export type WrittenVersions = readonly (string | undefined)[];

// The thread is started for runs that write many files: the others would only pay for it.
const startAfterFiles = 256;
// Short enough that the thread does not wait for them, long enough that a message costs little beside them.
const filesPerMessage = 32;
const turnsWithoutMore = 2;
// With so much before it, the next file is written sooner here, at the same time.
const mostFiles = 256;
const mostBytes = 8 * 1024 * 1024;

interface Waiting {
  readonly count: number;
  readonly settle: (versions: WrittenVersions) => void;
}

/**
 * Writes and publishes small files in a thread of its own, while this one goes on with the items.
 *
 * System calls are most of what a small file costs, and one thread does them one after the other.
 */
export class FileWriter {
  readonly #startAfterFiles: number;
  /** The thread has died, or would have no processor of its own. */
  #isOff = availableParallelism() < 2;
  #seen = 0;
  #jobs: WriteJob[] = [];
  /** For more of them. */
  #isWaiting = false;
  #waiting: Waiting[] = [];
  /** Files and bytes handed over, and what of them is done: told at once, where answers wait for a turn of the event loop. */
  readonly #given = new Int32Array(2);
  readonly #done = new Int32Array(new SharedArrayBuffer(8));
  readonly #thread = new SideThread<WriteRequest, WriteReply>('engine/write-worker', this.#done);

  constructor(options: { readonly startAfterFiles?: number } = {}) {
    this.#startAfterFiles = options.startAfterFiles ?? startAfterFiles;
  }

  /** Takes files over; undefined when it has enough to do, or is not worth its start: the caller then writes them. */
  write(jobs: readonly WriteJob[]): Promise<WrittenVersions> | undefined {
    this.#seen += jobs.length;
    if (this.#isOff || this.#seen < this.#startAfterFiles || this.#isBehind()) return undefined;
    return new Promise((settle) => {
      if (!this.#isWaiting) this.#sendSoon();
      for (const job of jobs) {
        this.#jobs.push(job);
        this.#given[0]!++;
        this.#given[1]! += job.bytes.length;
      }
      this.#waiting.push({ count: jobs.length, settle });
      if (this.#jobs.length >= filesPerMessage) this.#send();
    });
  }

  async close(): Promise<void> {
    this.#isOff = true;
    await this.#thread.close();
  }

  // All four numbers wrap alike.
  #isBehind(): boolean {
    const behind = (which: 0 | 1): number => (this.#given[which]! - Atomics.load(this.#done, which)) | 0;
    return behind(0) >= mostFiles || behind(1) >= mostBytes;
  }

  /** Sends what has come once turns of the event loop bring no more: a message wakes a thread, which costs like a file. */
  #sendSoon(quietTurns = 0, count = 0): void {
    this.#isWaiting = true;
    setImmediate(() => {
      const { length } = this.#jobs;
      const quiet = length === count ? quietTurns + 1 : 0;
      if (length > 0 && quiet < turnsWithoutMore) return this.#sendSoon(quiet, length);
      this.#isWaiting = false;
      this.#send();
    });
  }

  #send(): void {
    const jobs = this.#jobs;
    if (jobs.length === 0) return;
    const waiting = this.#waiting;
    this.#jobs = [];
    this.#waiting = [];
    if (this.#isOff) return settleAll(waiting);
    const bytes = Buffer.allocUnsafeSlow(jobs.reduce((sum, job) => sum + job.bytes.length, 0));
    let at = 0;
    for (const job of jobs) {
      bytes.set(job.bytes, at);
      at += job.bytes.length;
    }
    const request: WriteRequest = {
      bytes,
      sizes: jobs.map((job) => job.bytes.length),
      staged: jobs.map(({ staged }) => staged),
      targets: jobs.map(({ target }) => target),
      ours: jobs.map(({ ours }) => ours),
    };
    this.#thread.ask(request, [bytes.buffer]).then(
      ({ versions }) => settleEach(waiting, versions),
      () => {
        // What was in its hands is written by who asked; a file that it has published already is found there, and adopted.
        this.#isOff = true;
        settleAll(waiting);
      },
    );
  }
}

function settleEach(waiting: readonly Waiting[], versions: Float64Array): void {
  let at = 0;
  for (const { count, settle } of waiting) {
    const own = versions.subarray(at, at + count);
    settle(Array.from(own, (version) => (Number.isNaN(version) ? undefined : String(version))));
    at += count;
  }
}

function settleAll(waiting: readonly Waiting[]): void {
  for (const { count, settle } of waiting) settle(Array.from({ length: count }, () => undefined));
}
