/** Two samples of numbers; neither empty. */
export interface Samples {
  readonly reference: readonly number[];
  readonly current: readonly number[];
}

const ascending = (one: number, other: number): number => one - other;

/**
 * Wasserstein distance (how far values have to be moved on average) over the standard deviation of the reference.
 *
 * As Evidently norms it, with a deviation of at least 0.001.
 */
export function normedWasserstein({ reference, current }: Samples): number {
  const [a, b] = [Float64Array.from(reference).sort(), Float64Array.from(current).sort()];
  let distance = 0;
  let [i, j] = [0, 0];
  let last = Math.min(a[0]!, b[0]!);
  while (i < a.length || j < b.length) {
    const value = Math.min(a[i] ?? Infinity, b[j] ?? Infinity);
    distance += Math.abs(i / a.length - j / b.length) * (value - last);
    while (i < a.length && a[i] === value) i++;
    while (j < b.length && b[j] === value) j++;
    last = value;
  }
  const mean = reference.reduce((sum, value) => sum + value, 0) / reference.length;
  const variance = reference.reduce((sum, value) => sum + (value - mean) ** 2, 0) / reference.length;
  return distance / Math.max(0.001, Math.sqrt(variance));
}

/**
 * Population stability index: sum of (q - p) ln(q / p) over ten bins with equal shares of the reference, shares of
 * nothing counted as 0.0001. By convention below 0.1 is stable, above 0.25 is not.
 */
export function stabilityIndex({ reference, current }: Samples): number {
  const sorted = reference.toSorted(ascending);
  const edges = Array.from({ length: 9 }, (_, at) => sorted[Math.floor(((at + 1) / 10) * sorted.length)]!);
  const shares = (values: readonly number[]): number[] => {
    const counts = new Array<number>(10).fill(0);
    for (const value of values) counts[edges.filter((edge) => value >= edge).length]!++;
    return counts.map((count) => Math.max(1e-4, count / values.length));
  };
  const [p, q] = [shares(reference), shares(current)];
  return q.reduce((sum, share, at) => sum + (share - p[at]!) * Math.log(share / p[at]!), 0);
}

/** Jensen-Shannon distance of two sets of counts, base 2: 0 for equal shares, 1 for nothing in common. */
export function jensenShannon(one: ArrayLike<number>, other: ArrayLike<number>): number {
  let [ones, others] = [0, 0];
  for (let at = 0; at < one.length; at++) {
    ones += one[at]!;
    others += other[at]!;
  }
  let divergence = 0;
  for (let at = 0; at < one.length; at++) {
    const [p, q] = [one[at]! / ones, other[at]! / others];
    const middle = (p + q) / 2;
    if (p > 0) divergence += (p * Math.log2(p / middle)) / 2;
    if (q > 0) divergence += (q * Math.log2(q / middle)) / 2;
  }
  // Rounding can leave a hair below nothing.
  return Math.sqrt(Math.max(0, divergence));
}

/** p-values adjusted for that many were looked at (Benjamini and Hochberg, 1995), in the order they came. */
export function adjusted(values: readonly number[]): number[] {
  const order = [...values.keys()].sort((one, other) => values[other]! - values[one]!);
  const result = new Array<number>(values.length);
  let least = 1;
  for (const [place, at] of order.entries()) {
    least = Math.min(least, (values[at]! * values.length) / (values.length - place));
    result[at] = least;
  }
  return result;
}
