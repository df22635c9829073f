/** The median: of an even count the mean of the two in the middle. Reorders the values. NaN when there are none. */
export function median(values: Float64Array): number {
  const middle = values.length >> 1;
  const upper = select(values, middle);
  if (values.length % 2 === 1 || values.length === 0) return upper;
  // What lies before the place is not larger; the largest of it is the other one.
  let lower = values[0]!;
  for (let at = 1; at < middle; at++) if (values[at]! > lower) lower = values[at]!;
  return (lower + upper) / 2;
}

// Hoare's selection: afterwards nothing before `place` is larger, and nothing behind it smaller, than what stands there.
function select(values: Float64Array, place: number): number {
  let [left, right] = [0, values.length - 1];
  while (left < right) {
    const pivot = values[(left + right) >> 1]!;
    let [low, high] = [left, right];
    while (low <= high) {
      while (values[low]! < pivot) low++;
      while (values[high]! > pivot) high--;
      if (low <= high) {
        const held = values[low]!;
        values[low++] = values[high]!;
        values[high--] = held;
      }
    }
    if (place <= high) right = high;
    else if (place >= low) left = low;
    else break;
  }
  return values[place] ?? Number.NaN;
}
