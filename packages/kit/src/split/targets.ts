import { type Part, restIndex } from './parts.ts';

/** Wanted items by part, then by class. */
export type Targets = readonly (readonly number[])[];

/**
 * What every part wants of every class, fractions kept.
 *
 * Totals are spread over what counts and shares leave of each class. A class that cannot fill the parts beside the
 * rest and leave it anything (only when small classes are to be split all the same) is cut: those get half of it.
 */
export function wantedTargets(parts: readonly Part[], sizes: readonly number[]): number[][] {
  const free = sizes.map((size) => Math.max(0, size - parts.reduce((used, part) => used + ownWish(part, size), 0)));
  const allFree = free.reduce((total, size) => total + size, 0);
  const rest = restIndex(parts);
  const wanted = parts.map((part) =>
    sizes.map((size, label) =>
      part.kind === 'total' ? (allFree === 0 ? 0 : (part.size * free[label]!) / allFree) : ownWish(part, size),
    ),
  );
  for (const [label, size] of sizes.entries()) {
    const others = wanted.reduce((total, row, part) => (part === rest ? total : total + row[label]!), 0);
    const cut = others >= size && parts[rest]!.kind === 'rest' && others > 0 ? Math.floor(size / 2) / others : 1;
    for (const [part, row] of wanted.entries()) row[label] = part === rest ? size - others * cut : row[label]! * cut;
  }
  return wanted;
}

/**
 * Rounds targets so that every class adds up to its size and every part to its own largest-remainder size.
 *
 * A class ends within one item of its target in every part but the one that takes the rest.
 */
export function wholeTargets(parts: readonly Part[], wanted: Targets, sizes: readonly number[]): number[][] {
  const all = sizes.reduce((total, size) => total + size, 0);
  const goals = largestRemainder(
    wanted.map((row) => row.reduce((total, size) => total + size, 0)),
    all,
  );
  const rest = restIndex(parts);
  const left = [...sizes];
  /** By class, what rounding has taken from it so far; it goes first the next time. */
  const owed = sizes.map(() => 0);
  const whole: number[][] = wanted.map(() => []);
  for (const [part, row] of wanted.entries()) {
    if (part === rest) continue;
    const rounded = largestRemainder(row, goals[part]!, left, owed);
    whole[part] = rounded;
    for (const [label, size] of rounded.entries()) {
      left[label]! -= size;
      owed[label]! += row[label]! - size;
    }
  }
  whole[rest] = left;
  return whole;
}

/**
 * Rounds numbers to whole ones that add up to `total`: each down, then one more for the largest fractions.
 *
 * None exceeds its cap. Ties go to the larger `owed`, then to the first.
 */
export function largestRemainder(
  wanted: readonly number[],
  total: number,
  caps: readonly number[] = wanted.map(() => Infinity),
  owed: readonly number[] = wanted.map(() => 0),
): number[] {
  // 0.1 * 30 is 3.0000000000000004 and 0.7 * 10 is 7 minus a hair: both are whole numbers here.
  const rounded = wanted.map((size, index) => Math.min(Math.floor(size + 1e-9), caps[index]!));
  let missing = total - rounded.reduce((sum, size) => sum + size, 0);
  const fraction = wanted.map((size) => Math.round((size - Math.floor(size + 1e-9)) * 1e9));
  const order = [...wanted.keys()].sort(
    (one, other) => fraction[other]! - fraction[one]! || owed[other]! - owed[one]! || one - other,
  );
  for (const index of order) {
    if (missing <= 0) break;
    if (rounded[index]! >= caps[index]!) continue;
    rounded[index]! += 1;
    missing--;
  }
  return rounded;
}

function ownWish(part: Part, size: number): number {
  if (part.kind === 'count') return part.size;
  return part.kind === 'share' ? part.size * size : 0;
}
