import type { Mask } from './mask.ts';

/** A point of a mask: the centre of a pixel. */
export type Point = readonly [x: number, y: number];

/** The convex hull of a mask's pixel centres, counter-clockwise, without points on its sides. Method: Andrew's chains. */
export function convexHull({ data, width, height }: Mask): readonly Point[] {
  // Only the first and last pixel of a row can be a corner; rows come sorted.
  const points: Point[] = [];
  for (let y = 0; y < height; y++) {
    const row = data.subarray(y * width, (y + 1) * width);
    const first = row.indexOf(1);
    if (first < 0) continue;
    points.push([first, y]);
    const last = row.lastIndexOf(1);
    if (last !== first) points.push([last, y]);
  }
  if (points.length < 3) return points;
  const lower = chain(points);
  const upper = chain(points.toReversed());
  return [...lower.slice(0, -1), ...upper.slice(0, -1)];
}

function chain(points: readonly Point[]): Point[] {
  const kept: Point[] = [];
  for (const point of points) {
    while (kept.length > 1 && cross(kept.at(-2)!, kept.at(-1)!, point) <= 0) kept.pop();
    kept.push(point);
  }
  return kept;
}

function cross(o: Point, a: Point, b: Point): number {
  return (a[0] - o[0]) * (b[1] - o[1]) - (a[1] - o[1]) * (b[0] - o[0]);
}

/** Length of the hull, and the area it covers when its pixels are squares: half a pixel more along the whole length. */
export function hullMeasures(hull: readonly Point[]): { readonly perimeter: number; readonly area: number } {
  let [perimeter, twice] = [0, 0];
  for (const [index, [x, y]] of hull.entries()) {
    const [nextX, nextY] = hull[(index + 1) % hull.length]!;
    perimeter += Math.hypot(nextX - x, nextY - y);
    twice += x * nextY - nextX * y;
  }
  return { perimeter, area: Math.abs(twice) / 2 + perimeter / 2 };
}

/** Smallest and largest extent over all whole degrees, with what the square pixels at both ends add. */
export function feretDiameters(hull: readonly Point[]): { readonly min: number; readonly max: number } {
  let [min, max] = [Infinity, 0];
  // The other half of the circle has the same extents.
  for (let degree = 0; degree < 180; degree++) {
    const angle = (-degree * Math.PI) / 180;
    const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
    let [low, high] = [Infinity, -Infinity];
    for (const [x, y] of hull) {
      const along = x * cos - y * sin;
      if (along < low) low = along;
      if (along > high) high = along;
    }
    const extent = high - low + Math.abs(cos) + Math.abs(sin);
    if (extent < min) min = extent;
    if (extent > max) max = extent;
  }
  return { min, max };
}
