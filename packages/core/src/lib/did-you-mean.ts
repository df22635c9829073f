/**
 * Returns the known name that was most likely meant, or undefined when none is near.
 *
 * Near means at most a third of the letters wrong (swapped neighbours count once, case not at all), or the
 * whole of a part: `build` finds `diatom:build` when nothing else ends in it.
 */
export function didYouMean(name: string, known: Iterable<string>): string | undefined {
  const wanted = name.toLowerCase();
  if (wanted === '') return undefined;
  const limit = Math.min(3, Math.max(1, Math.floor(wanted.length / 3)));
  let best: string | undefined;
  let bestDistance = limit + 1;
  const parts: string[] = [];
  for (const candidate of known) {
    const lower = candidate.toLowerCase();
    if (lower !== wanted && lower.split(':').includes(wanted)) parts.push(candidate);
    if (Math.abs(lower.length - wanted.length) >= bestDistance) continue;
    const distance = editDistance(wanted, lower);
    // A name of two letters is not "near" every other name of two letters.
    if (distance < bestDistance && distance < Math.max(wanted.length, lower.length)) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best ?? (parts.length === 1 ? parts[0] : undefined);
}

/** `; did you mean x?`, or the known names when none is near and they are few. */
export function suggestion(name: string, known: readonly string[]): string {
  const meant = didYouMean(name, known);
  if (meant !== undefined) return `; did you mean ${meant}?`;
  return known.length > 0 && known.length <= 12 ? `; known are ${known.join(', ')}` : '';
}

/** Insertions, deletions, replacements and swaps of neighbours that lead from one text to the other. */
export function editDistance(from: string, to: string): number {
  // Three rows are enough: a swap looks back two.
  let beforeLast: number[] = [];
  let last = Array.from({ length: to.length + 1 }, (_, i) => i);
  for (let i = 1; i <= from.length; i++) {
    const row = [i];
    for (let j = 1; j <= to.length; j++) {
      const same = from[i - 1] === to[j - 1];
      let cost = Math.min((last[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (last[j - 1] ?? 0) + (same ? 0 : 1));
      const swapped = i > 1 && j > 1 && from[i - 1] === to[j - 2] && from[i - 2] === to[j - 1];
      if (swapped) cost = Math.min(cost, (beforeLast[j - 2] ?? 0) + 1);
      row.push(cost);
    }
    beforeLast = last;
    last = row;
  }
  return last[to.length] ?? 0;
}
