/**
 * How fast something grows, over the last seconds only: a slow start must not spoil the forecast for ever.
 */
export class Speed {
  // Long enough to smooth bursts of batches, short enough to notice a stalled network.
  static readonly windowMs = 15_000;
  readonly #samples: { atMs: number; value: number }[] = [];

  /** Notes a total at a time; totals only grow. */
  note(atMs: number, value: number): void {
    const last = this.#samples.at(-1);
    // Events come by the hundred per second; a tenth of a second is all the display can show.
    if (last !== undefined && atMs - last.atMs < 100) {
      last.value = value;
      return;
    }
    this.#samples.push({ atMs, value });
    while (this.#samples.length > 2 && atMs - (this.#samples[1] as { atMs: number }).atMs > Speed.windowMs)
      this.#samples.shift();
  }

  /** Returns units per second, or undefined until half a second of growth was seen. */
  perSecond(nowMs: number): number | undefined {
    const [first] = this.#samples;
    const last = this.#samples.at(-1);
    if (first === undefined || last === undefined || nowMs - first.atMs < 500 || last.value === first.value)
      return undefined;
    return ((last.value - first.value) / (nowMs - first.atMs)) * 1000;
  }
}
