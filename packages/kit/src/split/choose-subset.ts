/**
 * Chooses whole groups whose sizes add up to `want`, or come as near as any choice can.
 *
 * Takes the groups in the order given, so a shuffled list gives a random choice. Exact by dynamic programming
 * (subset sum) over the last stretch; only where that table would pass `tableLimit` cells is it first-fit, which may
 * miss by less than the largest group. Of two equally near sums, `preferAbove` takes the larger.
 * Returns indices into `sizes`, ascending.
 */
export function chooseSubset(
  sizes: readonly number[],
  want: number,
  options: { readonly preferAbove?: boolean } = {},
): number[] {
  if (want <= 0 || sizes.length === 0) return [];
  const largest = sizes.reduce((most, size) => Math.max(most, size), 0);
  const chosen: number[] = [];
  const open: number[] = [];
  let left = want;
  // Far from the goal any group fits; the table is only needed to land on it.
  const landing = 8 * largest;
  for (const [index, size] of sizes.entries()) {
    if (largest === 1 ? left > 0 : left - size >= landing) {
      chosen.push(index);
      left -= size;
    } else open.push(index);
  }
  if (left > 0)
    for (const index of land(sizes, open, left, left + largest, options.preferAbove ?? false)) chosen.push(index);
  return chosen.sort((one, other) => one - other);
}

const tableLimit = 2e7;
const unreached = -1;

function land(
  sizes: readonly number[],
  open: readonly number[],
  want: number,
  limit: number,
  preferAbove: boolean,
): number[] {
  if (open.length * limit > tableLimit) return firstFit(sizes, open, want);
  /** By sum: the place in `open` of the group that first made it possible. */
  const reachedBy = new Int32Array(limit + 1).fill(unreached);
  reachedBy[0] = open.length;
  for (const [place, index] of open.entries()) {
    const size = sizes[index]!;
    // Downwards, so that a group is not taken twice.
    for (let sum = limit; sum >= size; sum--) {
      if (reachedBy[sum] === unreached && reachedBy[sum - size] !== unreached) reachedBy[sum] = place;
    }
    if (reachedBy[want] !== unreached) break;
  }
  let sum = nearestReached(reachedBy, want, preferAbove);
  const chosen: number[] = [];
  while (sum > 0) {
    const index = open[reachedBy[sum]!]!;
    chosen.push(index);
    sum -= sizes[index]!;
  }
  return chosen;
}

function nearestReached(reachedBy: Int32Array, want: number, preferAbove: boolean): number {
  for (let off = 0; ; off++) {
    const candidates = preferAbove ? [want + off, want - off] : [want - off, want + off];
    for (const sum of candidates) if (sum >= 0 && sum < reachedBy.length && reachedBy[sum] !== unreached) return sum;
  }
}

function firstFit(sizes: readonly number[], open: readonly number[], want: number): number[] {
  let left = want;
  return open.filter((index) => {
    const fits = sizes[index]! <= left;
    if (fits) left -= sizes[index]!;
    return fits;
  });
}
