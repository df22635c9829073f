/** Checks that go on behind the planner, a few at a time; the first error of any is thrown where they are waited for. */
export class Behind {
  readonly #atOnce: number;
  readonly #checks = new Set<Promise<void>>();
  #failed: { readonly error: unknown } | undefined;

  constructor(atOnce: number) {
    this.#atOnce = atOnce;
  }

  add(check: Promise<void>): void {
    const tracked = check
      .catch((error: unknown) => {
        this.#failed ??= { error };
      })
      .finally(() => this.#checks.delete(tracked));
    this.#checks.add(tracked);
  }

  /** Resolves when another may be added. */
  async room(): Promise<void> {
    while (this.#checks.size >= this.#atOnce) await Promise.race(this.#checks);
  }

  throwIfFailed(): void {
    if (this.#failed !== undefined) throw this.#failed.error;
  }

  async end(): Promise<void> {
    await Promise.all(this.#checks);
    this.throwIfFailed();
  }
}
