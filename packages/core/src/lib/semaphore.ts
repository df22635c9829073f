/**
 * A semaphore whose waiters are served first come, first served; its limit may change while it is in use.
 *
 * A waiter whose signal aborts leaves the queue at once and never gets a slot.
 */
export class Semaphore {
  #limit: number;
  #active = 0;
  readonly #waiting = new Set<() => void>();

  constructor(limit: number) {
    this.#limit = limit;
  }

  get active(): number {
    return this.#active;
  }

  get limit(): number {
    return this.#limit;
  }

  /** Slots above a lowered limit are not taken away; they are just not given out again. */
  set limit(limit: number) {
    this.#limit = Math.max(1, limit);
    this.#wake();
  }

  /** Resolves when a slot is free and taken; rejects with the signal's reason. */
  async acquire(signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    if (this.#active < this.#limit && this.#waiting.size === 0) {
      this.#active++;
      return;
    }
    await new Promise<void>((resolve, reject) => {
      const granted = (): void => {
        signal?.removeEventListener('abort', aborted);
        resolve();
      };
      const aborted = (): void => {
        this.#waiting.delete(granted);
        reject(signal?.reason as Error);
      };
      this.#waiting.add(granted);
      signal?.addEventListener('abort', aborted, { once: true });
    });
  }

  release(): void {
    this.#active--;
    this.#wake();
  }

  /**
   * Does `work` for each item, in slots. After a failure no more is begun, and the failure is thrown when all that had
   * begun is over: nothing goes on behind the back of who was told.
   */
  async each<T>(items: Iterable<T>, work: (item: T) => Promise<unknown>, signal?: AbortSignal): Promise<void> {
    let failed: { readonly error: unknown } | undefined;
    const one = (item: T): Promise<void> =>
      this.run(async () => {
        if (failed === undefined) await work(item);
      }, signal).catch((error: unknown) => void (failed ??= { error }));
    await Promise.all(Array.from(items, one));
    if (failed !== undefined) throw failed.error;
  }

  /** Runs `work` in a slot and frees it whatever happens. */
  async run<T>(work: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    await this.acquire(signal);
    try {
      return await work();
    } finally {
      this.release();
    }
  }

  // The slot is counted here, not by the woken waiter: between the two a newcomer could take it as well.
  #wake(): void {
    for (const granted of this.#waiting) {
      if (this.#active >= this.#limit) return;
      this.#waiting.delete(granted);
      this.#active++;
      granted();
    }
  }
}
