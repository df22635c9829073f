/** First in, first out, in constant time however long it is. */
export class Queue<T> {
  readonly #entries: T[] = [];
  #head = 0;

  get length(): number {
    return this.#entries.length - this.#head;
  }

  push(entry: T): void {
    this.#entries.push(entry);
  }

  peek(): T | undefined {
    return this.#entries[this.#head];
  }

  take(): T | undefined {
    const entry = this.#entries[this.#head];
    if (this.length === 0) return undefined;
    this.#head++;
    // Shifting an array of thousands is linear; the head is cut off now and then instead.
    if (this.#head > 1_024 && this.#head * 2 > this.#entries.length) {
      this.#entries.splice(0, this.#head);
      this.#head = 0;
    }
    return entry;
  }

  clear(): void {
    this.#entries.length = 0;
    this.#head = 0;
  }
}
