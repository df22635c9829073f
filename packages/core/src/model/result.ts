import type { Digest } from '../lib/digest.ts';

/** One committed row as readers see it. */
export interface Row<R> {
  readonly key: string;
  readonly result: R;
}

/**
 * The handle a `map` returns at once: what its items gave, as they finish.
 *
 * Handed on un-awaited it streams in completion order; iterating it gives item order and waits. Awaiting it,
 * `toArray()`, `digest()` and use inside a `once` item are barriers: they fail with `step.incomplete` when an
 * item failed, unless the map was made with `partial: 'allow'`.
 */
export interface Results<R> extends PromiseLike<void>, AsyncIterable<R> {
  readonly $type: 'runner.results';
  readonly name: string;
  /** In item order. */
  toArray(): Promise<R[]>;
  /** Over keys and results in item order. */
  digest(): Promise<Digest>;
  /** Items that succeeded; a barrier. */
  count(): Promise<number>;
}

/** How Results arrive inside a `work`: rows read on demand in flat memory. */
export interface ResultsReader<R> extends AsyncIterable<Row<R>> {
  readonly count: number;
  /** The result of an item; of a generator's row by `item/key`, as iteration names it. */
  get(key: string): R | undefined;
}

export function isResults(value: unknown): value is Results<unknown> {
  return typeof value === 'object' && value !== null && (value as { $type?: unknown }).$type === 'runner.results';
}

/** The type an item has inside `work`: Results become readers, at any depth of plain objects. */
export type AsSeenByWork<I> =
  I extends Results<infer R>
    ? ResultsReader<R>
    : I extends readonly unknown[]
      ? I
      : I extends object
        ? { readonly [K in keyof I]: AsSeenByWork<I[K]> }
        : I;

/** The type an item has inside `run`: wherever `work` sees a reader, `run` hands a Results. */
export type AsGivenByRun<I> =
  I extends ResultsReader<infer R>
    ? Results<R>
    : I extends readonly unknown[]
      ? I
      : I extends object
        ? { readonly [K in keyof I]: AsGivenByRun<I[K]> }
        : I;
