import type { Mask } from './mask.ts';

// Neighbours counter-clockwise from the east, one bit each: E, NE, N, NW, W, SW, S, SE.
const isRemovable = [removable(false), removable(true)] as const;

/**
 * Thins a mask by so many rounds: each takes away pixels of one side, then of the other, and breaks nothing apart.
 *
 * Source: Guo and Hall, "Parallel thinning with two-subiteration algorithms" (1989), as MATLAB's bwmorph 'thin'.
 */
export function thin({ data, width, height }: Mask, rounds: number): Mask {
  let now: Uint8Array = data.slice();
  for (let pass = 0; pass < 2 * rounds; pass++) {
    const table = isRemovable[pass % 2]!;
    const next = now.slice();
    for (let y = 0, at = 0; y < height; y++) {
      for (let x = 0; x < width; x++, at++) if (now[at] === 1 && table[neighbours(x, y)] === 1) next[at] = 0;
    }
    now = next;
  }
  return { data: now, width, height };

  function neighbours(x: number, y: number): number {
    const at = y * width + x;
    const [west, east, north, south] = [x > 0, x < width - 1, y > 0, y < height - 1];
    return (
      (east ? now[at + 1]! : 0) |
      ((north && east ? now[at - width + 1]! : 0) << 1) |
      ((north ? now[at - width]! : 0) << 2) |
      ((north && west ? now[at - width - 1]! : 0) << 3) |
      ((west ? now[at - 1]! : 0) << 4) |
      ((south && west ? now[at + width - 1]! : 0) << 5) |
      ((south ? now[at + width]! : 0) << 6) |
      ((south && east ? now[at + width + 1]! : 0) << 7)
    );
  }
}

/** For each of the 256 neighbourhoods, whether its pixel goes; conditions G1, G2 and G3, or G3' in the second pass. */
function removable(isSecond: boolean): Uint8Array {
  return Uint8Array.from({ length: 256 }, (_, code) => {
    const bit = (index: number): boolean => ((code >> (index & 7)) & 1) === 1;
    let [crossings, before, behind] = [0, 0, 0];
    for (const side of [0, 2, 4, 6]) {
      if (!bit(side) && (bit(side + 1) || bit(side + 2))) crossings++;
      if (bit(side + 1) || bit(side)) before++;
      if (bit(side + 1) || bit(side + 2)) behind++;
    }
    const few = Math.min(before, behind);
    const side = isSecond ? 4 : 0;
    const isHeld = (bit(side + 1) || bit(side + 2) || !bit(side + 7)) && bit(side);
    return crossings === 1 && (few === 2 || few === 3) && !isHeld ? 1 : 0;
  });
}
