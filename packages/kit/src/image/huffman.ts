/** A prefix code: for each symbol its bits as deflate wants them (last first) times 16, plus their number; 0 when unused. */
export type PrefixCode = Int32Array;

// Nobody keeps them: a code is made when the function returns.
const sorted = new Uint32Array(512);
const depths = new Int32Array(512);
const counts = new Int32Array(33);

/**
 * Fills in the length in bits of each symbol's code, none above `limit`; 0 for symbols that do not occur.
 *
 * `uses` says how often each occurs, at most 2^23 times each and 512 symbols; `lengths` is as long. Of the least total length but where `limit`
 * cuts. Method: Moffat and Katajainen, "In-place calculation of minimum-redundancy codes" (1995).
 */
export function codeLengths(uses: Uint32Array, limit: number, lengths: Uint8Array): void {
  lengths.fill(0);
  let count = 0;
  // Use and symbol in one number: sorting numbers needs no function.
  for (let symbol = 0; symbol < uses.length; symbol++)
    if (uses[symbol] !== 0) sorted[count++] = uses[symbol]! * 512 + symbol;
  sorted.subarray(0, count).sort();
  if (count === 1) lengths[sorted[0]! & 511] = 1;
  if (count < 2) return;
  for (let index = 0; index < count; index++) depths[index] = sorted[index]! >>> 9;
  joinPairs(count);
  toDepths(count);
  counts.fill(0);
  for (let index = 0; index < count; index++) counts[Math.min(limit, depths[index]!)]!++;
  keepWithin(limit);
  // The most used symbols get the short codes.
  for (let length = 1, index = count; length <= limit; length++)
    for (let left = counts[length]!; left > 0; left--) lengths[sorted[--index]! & 511] = length;
}

/** Turns uses into parents: each step joins the two rarest of leaves and joints. */
function joinPairs(count: number): void {
  depths[0] = depths[0]! + depths[1]!;
  for (let root = 0, leaf = 2, next = 1; next < count - 1; next++) {
    if (leaf >= count || depths[root]! < depths[leaf]!) {
      depths[next] = depths[root]!;
      depths[root++] = next;
    } else depths[next] = depths[leaf++]!;
    if (leaf >= count || (root < next && depths[root]! < depths[leaf]!)) {
      depths[next] = depths[next]! + depths[root]!;
      depths[root++] = next;
    } else depths[next] = depths[next]! + depths[leaf++]!;
  }
}

/** Turns parents into the depths of the leaves, the rarest and deepest first. */
function toDepths(count: number): void {
  depths[count - 2] = 0;
  for (let next = count - 3; next >= 0; next--) depths[next] = depths[depths[next]!]! + 1;
  let root = count - 2;
  let next = count - 1;
  for (let open = 1, joints = 0, depth = 0; open > 0; open = 2 * joints, joints = 0, depth++) {
    while (root >= 0 && depths[root] === depth) {
      joints++;
      root--;
    }
    for (; open > joints; open--) depths[next--] = depth;
  }
}

/** Lengthens short codes until there is room for those that were cut to `limit`. */
function keepWithin(limit: number): void {
  let taken = 0;
  for (let length = 1; length <= limit; length++) taken += counts[length]! << (limit - length);
  for (; taken > 1 << limit; taken--) {
    counts[limit]!--;
    let length = limit - 1;
    while (counts[length] === 0) length--;
    counts[length]!--;
    counts[length + 1]! += 2;
  }
}

/** Fills in the codes that these lengths stand for; `codes` is as long. Method: RFC 1951, section 3.2.2. */
export function codesOf(lengths: Uint8Array, codes: PrefixCode): void {
  const next = counts;
  next.fill(0);
  for (let symbol = 0; symbol < lengths.length; symbol++) next[lengths[symbol]! + 1]!++;
  // Symbols that do not occur have no code.
  next[1] = 0;
  for (let length = 2; length <= 16; length++) next[length] = (next[length]! + next[length - 1]!) << 1;
  for (let symbol = 0; symbol < lengths.length; symbol++) {
    const length = lengths[symbol]!;
    codes[symbol] = length === 0 ? 0 : (reversed(next[length]!++, length) << 4) | length;
  }
}

/** The lowest `width` bits, at most 16, in the other order. */
function reversed(bits: number, width: number): number {
  let all = ((bits >> 1) & 0x5555) | ((bits & 0x5555) << 1);
  all = ((all >> 2) & 0x3333) | ((all & 0x3333) << 2);
  all = ((all >> 4) & 0x0f0f) | ((all & 0x0f0f) << 4);
  all = ((all >> 8) & 0x00ff) | ((all & 0x00ff) << 8);
  return all >> (16 - width);
}
