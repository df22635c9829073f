const { abs, fround, sqrt } = Math;

/**
 * The area of the relief over a grid of pixels: two triangles for each square, those that lie flat at height 0 left out.
 *
 * Each step in single precision, column by column, as in features v4: another order gives another last digit.
 */
export function reliefArea(heights: Float64Array, size: { readonly columns: number; readonly rows: number }): number {
  const { columns, rows } = size;
  let bottom = 0;
  let top = 0;
  for (let column = 0; column + 1 < columns; column++) {
    for (let row = 0, at = column; row + 1 < rows; row++, at += columns) {
      const here = heights[at]!;
      const across = heights[at + columns + 1]!;
      const down = here - heights[at + columns]!;
      const up = heights[at + 1]! - across;
      const diagonal = here - across;
      if (abs(down) + abs(diagonal) + abs(up) + here === 0) continue;
      bottom = fround(bottom + triangle(fround(down), fround(diagonal)));
      top = fround(top + triangle(fround(up), fround(diagonal)));
    }
  }
  return fround(bottom + top);
}

// Half the length of a leg's cross product with the diagonal; both are one pixel long, so that its last part is 1.
function triangle(leg: number, diagonal: number): number {
  const side = fround(leg - diagonal);
  return fround(0.5 * fround(sqrt(fround(fround(fround(side * side) + fround(leg * leg)) + 1))));
}

/** A slice of a body of revolution: half a circle around its centre, at a place along the body. */
export interface Slice {
  readonly place: number;
  readonly centre: number;
  readonly radius: number;
}

/**
 * The area of the band between two slices whose half circles are cut into so many pieces: two triangles for each piece.
 *
 * The cross products of both with their diagonal differ only by the radius, because the sine of a piece's angle is the
 * same everywhere: sin a cos b - cos a sin b = sin(a - b). So one root serves both.
 */
export function bandArea(from: Slice, to: Slice, pieces: Pieces): number {
  const offset = from.centre - to.centre;
  const along = pieces.chord * (from.place - to.place);
  const slope = (from.radius - to.radius) * pieces.sine;
  const { steps } = pieces;
  let sum = 0;
  if (offset === 0) sum = steps.length * sqrt(slope * slope + along * along);
  else {
    for (let piece = 0; piece < steps.length; piece++) {
      const across = offset * steps[piece]! - slope;
      sum += sqrt(across * across + along * along);
    }
  }
  return 0.5 * (from.radius + to.radius) * sum;
}

/** Half a circle cut into equal pieces. */
export interface Pieces {
  /** The sine of each piece's first angle less that of its last. */
  readonly steps: Float64Array;
  /** The sine of the angle of a piece, and the length of its chord. */
  readonly sine: number;
  readonly chord: number;
}

/** Cuts half a circle of radius 1 into so many pieces. */
export function halfCircle(count: number): Pieces {
  const angle = Math.PI / count;
  const steps = Float64Array.from(
    { length: count },
    (_, piece) => Math.sin(piece * angle) - Math.sin((piece + 1) * angle),
  );
  return { steps, sine: Math.sin(angle), chord: 2 * Math.sin(angle / 2) };
}
