/** Points in space in rows and columns, each row's neighbours joined to squares with the next row's. */
export interface Net {
  readonly x: Float64Array;
  readonly y: Float64Array;
  readonly z: Float64Array;
  readonly rows: number;
  readonly columns: number;
}

export interface NetOptions {
  /** Applied to every value on the way; default none. */
  readonly round?: (value: number) => number;
  /** Leave out squares that lie flat at height 0. */
  readonly ignoreGround?: boolean;
}

/** The summed area of the two triangles of every square of a net, column by column. */
export function netArea(
  { x, y, z, rows, columns }: Net,
  { round = (value) => value, ignoreGround = false }: NetOptions = {},
): { readonly bottom: number; readonly top: number } {
  let [bottom, top] = [0, 0];
  for (let column = 0; column + 1 < columns; column++) {
    for (let row = 0; row + 1 < rows; row++) {
      const at = row * columns + column;
      const below = at + columns;
      const across = below + 1;
      const beside = at + 1;
      const [abZ, adZ, cdZ] = [z[at]! - z[below]!, z[at]! - z[across]!, z[beside]! - z[across]!];
      const isGround = Math.abs(abZ) + Math.abs(adZ) + Math.abs(cdZ) + z[at]! === 0;
      if (ignoreGround && isGround) continue;
      const [adX, adY] = [x[at]! - x[across]!, y[at]! - y[across]!];
      bottom = round(bottom + half(x[at]! - x[below]!, y[at]! - y[below]!, abZ));
      top = round(top + half(x[beside]! - x[across]!, y[beside]! - y[across]!, cdZ));

      // Half the length of the cross product with the diagonal.
      function half(legX: number, legY: number, legZ: number): number {
        const one = round(round(legY * adZ) - round(legZ * adY));
        const two = round(round(legZ * adX) - round(legX * adZ));
        const three = round(round(legX * adY) - round(legY * adX));
        return round(0.5 * round(Math.sqrt(round(round(round(one * one) + round(two * two)) + round(three * three)))));
      }
    }
  }
  return { bottom, top };
}
