import { troubleOf } from '../trouble.ts';

/** How a bucket is made that is wanted and not there. */
export interface MadeOnDemandOptions {
  /** False: a missing bucket is trouble like any other. */
  readonly isMade: boolean;
  /** Makes it; that another writer was faster is no error. */
  make(signal: AbortSignal | undefined): Promise<void>;
}

/** A bucket or container that comes with the first write and is taken for an empty one until then. */
export class MadeOnDemand {
  readonly #options: MadeOnDemandOptions;

  constructor(options: MadeOnDemandOptions) {
    this.#options = options;
  }

  /** A write: asked once more when the bucket was missing and could be made. */
  async write<T>(signal: AbortSignal | undefined, ask: () => Promise<T>): Promise<T> {
    try {
      return await ask();
    } catch (error) {
      if (!this.#isYetToCome(error)) throw error;
      await this.#options.make(signal);
      return ask();
    }
  }

  /** A look: `undefined` when the bucket is yet to come, for nothing is in it. */
  async orEmpty<T>(ask: () => Promise<T>): Promise<T | undefined> {
    try {
      return await ask();
    } catch (error) {
      if (this.#isYetToCome(error)) return undefined;
      throw error;
    }
  }

  #isYetToCome(error: unknown): boolean {
    return this.#options.isMade && troubleOf(error)?.kind === 'no-bucket';
  }
}
