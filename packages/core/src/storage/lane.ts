import { sleep } from '../lib/retry.ts';
import { Semaphore } from '../lib/semaphore.ts';

/**
 * How many requests one service gets at a time; it learns from the service's own "slow down".
 *
 * A throttled answer halves the limit and stops new requests for the time the service named; each full round
 * of successes raises it by one again. All stores of one host share a lane.
 */
export class Lane {
  readonly #max: number;
  readonly #slots: Semaphore;
  #successes = 0;
  #closedUntilMs = 0;

  constructor(maxParallel: number) {
    this.#max = maxParallel;
    this.#slots = new Semaphore(maxParallel);
  }

  /** Requests allowed at a time right now. */
  get limit(): number {
    return this.#slots.limit;
  }

  async run<T>(work: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    await this.#slots.acquire(signal);
    try {
      // In the slot, so that those behind wait their turn instead of all starting when the pause ends.
      const pauseMs = this.#closedUntilMs - Date.now();
      if (pauseMs > 0) await sleep(pauseMs, signal);
      const result = await work();
      this.#succeeded();
      return result;
    } finally {
      this.#slots.release();
    }
  }

  throttled(retryAfterMs = 0): void {
    this.#successes = 0;
    this.#slots.limit = Math.floor(this.#slots.limit / 2);
    // At most a minute: a longer wish is the retry's to give up on, not every other caller's to sit out.
    this.#closedUntilMs = Math.max(this.#closedUntilMs, Date.now() + Math.min(retryAfterMs, 60_000));
  }

  #succeeded(): void {
    if (this.#slots.limit >= this.#max) return;
    this.#successes++;
    if (this.#successes < this.#slots.limit) return;
    this.#successes = 0;
    this.#slots.limit++;
  }
}
