/** Hands over what others push, in the order they do, until they say that nothing more will come. */
export class InTurn<T> {
  readonly #waiting: T[] = [];
  #over = false;
  #wake: () => void = () => undefined;

  push(one: T): void {
    this.#waiting.push(one);
    this.#wake();
  }

  end(): void {
    this.#over = true;
    this.#wake();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<T, void, undefined> {
    for (;;) {
      const one = this.#waiting.shift();
      if (one !== undefined) yield one;
      else if (this.#over) return;
      else await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }
}
