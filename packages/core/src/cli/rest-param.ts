import type { FlagSpec } from '../config/flags.ts';

/** The last positional param when it is a list: it takes all words that are left. */
export function restParam(params: readonly FlagSpec[]): FlagSpec | undefined {
  const places = params.filter((spec) => spec.positional !== undefined);
  const last = places.toSorted((a, b) => (a.positional ?? 0) - (b.positional ?? 0)).at(-1);
  return last?.multiple === true ? last : undefined;
}
