/** A growing list of int32 (row ids, ordinals): four bytes an entry, where an array of a million numbers costs eight and more. */
export class IntList {
  #data = new Int32Array(64);
  length = 0;

  push(value: number): void {
    if (this.length === this.#data.length) this.#grow(this.length + 1);
    this.#data[this.length++] = value;
  }

  /** Setting past the end fills the gap with 0. */
  set(index: number, value: number): void {
    if (index >= this.#data.length) this.#grow(index + 1);
    this.#data[index] = value;
    if (index >= this.length) this.length = index + 1;
  }

  at(index: number): number {
    return this.#data[index] ?? 0;
  }

  slice(from: number, to: number): number[] {
    return [...this.#data.subarray(from, Math.min(to, this.length))];
  }

  #grow(least: number): void {
    const grown = new Int32Array(Math.max(least, this.#data.length * 2));
    grown.set(this.#data);
    this.#data = grown;
  }
}

/** A set of small whole numbers as bits: a million row ids in 125 kB. */
export class BitSet {
  #bits = new Uint32Array(64);
  size = 0;

  has(value: number): boolean {
    return (((this.#bits[value >>> 5] ?? 0) >>> (value & 31)) & 1) === 1;
  }

  add(value: number): void {
    const word = value >>> 5;
    if (word >= this.#bits.length) {
      const grown = new Uint32Array(Math.max(word + 1, this.#bits.length * 2));
      grown.set(this.#bits);
      this.#bits = grown;
    }
    if (this.has(value)) return;
    this.#bits[word] = (this.#bits[word] as number) | (1 << (value & 31));
    this.size++;
  }

  /** What is in any of them. */
  static union(sets: readonly BitSet[]): BitSet {
    const all = new BitSet();
    all.#bits = new Uint32Array(Math.max(...sets.map((set) => set.#bits.length)));
    for (const set of sets) set.#bits.forEach((word, i) => (all.#bits[i] = (all.#bits[i] as number) | word));
    for (let word of all.#bits) for (; word !== 0; word &= word - 1) all.size++;
    return all;
  }
}
