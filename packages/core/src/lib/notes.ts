type Listener = (message: string) => void;

/** What people should hear of though it is no failure: each text once, by who listens since last. */
export class Notes {
  readonly #told = new Set<string>();
  readonly #listeners: Listener[] = [];

  constructor(first: Listener) {
    this.#listeners.push(first);
  }

  tell(message: string): void {
    if (this.#told.has(message)) return;
    this.#told.add(message);
    this.#listeners.at(-1)?.(message);
  }

  /** Listens in the stead of others until disposed. */
  listen(listener: Listener): Disposable {
    this.#listeners.push(listener);
    return { [Symbol.dispose]: () => void this.#listeners.splice(this.#listeners.lastIndexOf(listener), 1) };
  }
}
