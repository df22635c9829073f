import { Semaphore } from '../../lib/semaphore.ts';

/** Requests under way, a few at a time; the first failure stops the rest. */
export class Sending {
  readonly #slots: Semaphore;
  readonly #signal: AbortSignal | undefined;
  readonly #under = new Set<Promise<void>>();
  #failure: { readonly error: unknown } | undefined;

  constructor(atOnce: number, signal: AbortSignal | undefined) {
    this.#slots = new Semaphore(atOnce);
    this.#signal = signal;
  }

  /** Waits for a slot, not for the request. Throws the failure of an earlier one. */
  async start(request: () => Promise<unknown>): Promise<void> {
    await this.#slots.acquire(this.#signal);
    this.throwIfFailed();
    const sent = this.#run(request);
    this.#under.add(sent);
    void sent.then(() => this.#under.delete(sent));
  }

  /** Resolves when nothing is under way any more, whatever came of it. */
  async ended(): Promise<void> {
    await Promise.all(this.#under);
  }

  throwIfFailed(): void {
    if (this.#failure !== undefined) throw this.#failure.error;
  }

  async #run(request: () => Promise<unknown>): Promise<void> {
    try {
      await request();
    } catch (error) {
      this.#failure ??= { error };
    } finally {
      this.#slots.release();
    }
  }
}
