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
  { round = exact, ignoreGround = false }: NetOptions = {},
): { readonly bottom: number; readonly top: number } {
  let bottom = 0;
  let top = 0;
  for (let column = 0; column + 1 < columns; column++) {
    for (let row = 0; row + 1 < rows; row++) {
      const at = row * columns + column;
      const below = at + columns;
      const across = below + 1;
      const beside = at + 1;
      const abZ = z[at]! - z[below]!;
      const cdZ = z[beside]! - z[across]!;
      const adX = x[at]! - x[across]!;
      const adY = y[at]! - y[across]!;
      const adZ = z[at]! - z[across]!;
      if (ignoreGround && Math.abs(abZ) + Math.abs(adZ) + Math.abs(cdZ) + z[at]! === 0) continue;
      const abX = x[at]! - x[below]!;
      const abY = y[at]! - y[below]!;
      const cdX = x[beside]! - x[across]!;
      const cdY = y[beside]! - y[across]!;
      // Half the length of each leg's cross product with the diagonal.
      const b1 = round(round(abY * adZ) - round(abZ * adY));
      const b2 = round(round(abZ * adX) - round(abX * adZ));
      const b3 = round(round(abX * adY) - round(abY * adX));
      bottom = round(
        bottom + round(0.5 * round(Math.sqrt(round(round(round(b1 * b1) + round(b2 * b2)) + round(b3 * b3))))),
      );
      const t1 = round(round(cdY * adZ) - round(cdZ * adY));
      const t2 = round(round(cdZ * adX) - round(cdX * adZ));
      const t3 = round(round(cdX * adY) - round(cdY * adX));
      top = round(top + round(0.5 * round(Math.sqrt(round(round(round(t1 * t1) + round(t2 * t2)) + round(t3 * t3))))));
    }
  }
  return { bottom, top };
}

function exact(value: number): number {
  return value;
}
