/** The middle and the ends of a few measurements of the same thing. */
export interface Spread {
  readonly median: number;
  readonly min: number;
  readonly max: number;
  readonly runs: number;
}

export function spread(values: readonly number[]): Spread {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (index: number): number => sorted[index] ?? Number.NaN;
  const middle = (sorted.length - 1) / 2;
  const median = (at(Math.floor(middle)) + at(Math.ceil(middle))) / 2;
  return { median, min: at(0), max: at(sorted.length - 1), runs: sorted.length };
}

/** The same measurements in another unit. */
export function scaled({ median, min, max, runs }: Spread, factor: number): Spread {
  return { median: median * factor, min: min * factor, max: max * factor, runs };
}

/**
 * Measures several things in turn, A B A B: a machine that slows down then slows them all, and the ratios hold.
 *
 * Returns what each gave, round by round.
 */
export async function inTurn<const M extends { readonly [name: string]: (round: number) => Promise<unknown> }>(
  rounds: number,
  measures: M,
): Promise<{ readonly [N in keyof M]: readonly Awaited<ReturnType<M[N]>>[] }> {
  const results: { [name: string]: unknown[] } = {};
  for (let round = 0; round < rounds; round++) {
    for (const [name, measure] of Object.entries(measures)) (results[name] ??= []).push(await measure(round));
  }
  return results as { [N in keyof M]: Awaited<ReturnType<M[N]>>[] };
}
