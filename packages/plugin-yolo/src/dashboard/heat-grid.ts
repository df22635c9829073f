/**
 * How often boxes cover each cell of a grid, as a share of the boxes; rows from the top.
 *
 * Two-dimensional differences, summed up at the end: four additions a box, however large it is. The page runs this very
 * function too, so it refers to nothing outside of itself.
 *
 * `boxes` holds left, top, right, bottom of one box after another, as shares.
 */
export function heatGrid(boxes: ArrayLike<number>, grid: number): Float64Array {
  const wide = grid + 1;
  const differences = new Float64Array(wide * wide);
  const cell = (share: number): number => Math.min(grid - 1, Math.max(0, Math.floor(share * grid)));
  for (let at = 0; at + 3 < boxes.length; at += 4) {
    const [left, top] = [cell(boxes[at]!), cell(boxes[at + 1]!)];
    // A box that ends on a line between two cells does not cover the second.
    const right = Math.max(left, Math.ceil(Math.min(1, boxes[at + 2]!) * grid) - 1) + 1;
    const bottom = Math.max(top, Math.ceil(Math.min(1, boxes[at + 3]!) * grid) - 1) + 1;
    differences[top * wide + left]!++;
    differences[top * wide + right]!--;
    differences[bottom * wide + left]!--;
    differences[bottom * wide + right]!++;
  }
  const count = Math.max(1, Math.floor(boxes.length / 4));
  const heat = new Float64Array(grid * grid);
  const above = new Float64Array(grid);
  for (let y = 0; y < grid; y++) {
    let row = 0;
    for (let x = 0; x < grid; x++) {
      row += differences[y * wide + x]!;
      above[x]! += row;
      heat[y * grid + x] = above[x]! / count;
    }
  }
  return heat;
}
