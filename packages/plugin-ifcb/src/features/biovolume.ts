import { squaredDistances } from './distance.ts';
import { fillHoles, type Mask, perimeterOf } from './mask.ts';
import { bandArea, halfCircle, reliefArea, type Slice } from './surface-area.ts';

/** A particle's body, guessed from its outline; pixels, square and cubic pixels. */
export interface Body {
  readonly volume: number;
  readonly representativeWidth: number;
  readonly surfaceArea: number;
}

const { fround } = Math;
/** A quarter of a degree each. */
const pieces = halfCircle(720);

/**
 * The body of revolution of a mask that lies on its long side: every column is a circle.
 *
 * Source: Sosik and Kilfoyle, as `sor_volume_surface_area` of features v4.
 */
export function bodyOfRevolution({ data, width, height }: Mask): Body {
  const radii: number[] = [];
  const centres: number[] = [];
  for (let x = 0; x < width; x++) {
    let [count, top] = [0, -1];
    for (let y = 0; y < height; y++) {
      if (data[y * width + x] === 0) continue;
      if (top < 0) top = y;
      count++;
    }
    if (count === 0) continue;
    radii.push(count / 2);
    centres.push(top + 1 + count / 2);
  }
  const slices = radii.length;
  if (slices >= 2) {
    centres[0] = centres[1]!;
    centres[slices - 1] = centres[slices - 2]!;
  }
  // The outermost slices reach to the edge of their pixels.
  const places = radii.map((_, index) => index + 1);
  places[0]! -= 0.5;
  places[slices - 1]! += 0.5;
  const ends = Math.PI * radii[0]! ** 2 + Math.PI * radii[slices - 1]! ** 2;
  let [volume, side] = [0, 0];
  for (let slice = 1; slice < slices; slice++) {
    side += bandArea(sliceAt(slice - 1), sliceAt(slice), pieces);
    const [here, before] = [Math.PI * radii[slice]! ** 2, Math.PI * radii[slice - 1]! ** 2];
    volume += ((places[slice]! - places[slice - 1]!) / 3) * (here + before + Math.sqrt(here * before));
  }
  return {
    volume,
    representativeWidth: radii.reduce((sum, radius) => sum + 2 * radius, 0) / slices,
    surfaceArea: 2 * side + ends,
  };

  function sliceAt(slice: number): Slice {
    return { place: places[slice]!, centre: centres[slice]!, radius: radii[slice]! };
  }
}

/**
 * The body whose thickness at a pixel is its distance to the outline, for shapes no revolution fits.
 *
 * Single precision and column by column, like features v4. Source: Moberg and Sosik, "Distance maps to estimate cell
 * volume from two-dimensional plankton images" (2012).
 */
export function bodyOfDistances(mask: Mask): Body {
  const { width, height } = mask;
  const outline = perimeterOf(mask);
  const squared = squaredDistances(outline);
  const inside = fillHoles(outline).data;
  const thickness = new Float64Array(squared.length);
  let [sum, count] = [0, 0];
  for (let x = 0; x < width; x++) {
    for (let at = x; at < squared.length; at += width) {
      if (inside[at] === 0) continue;
      const depth = Math.sqrt(squared[at]!) + 1;
      thickness[at] = fround(depth);
      sum = fround(sum + fround(depth));
      count++;
    }
  }
  const mean = fround(sum / fround(count));
  const x = fround(fround(4 * mean) - 2);
  const square = fround(x * x);
  const share = fround(square / fround(fround(square + fround(2 * x)) + 0.5));
  const volume = fround(fround(fround(share * fround(Math.PI / 2)) * 2) * sum);
  const root2 = fround(Math.SQRT2);
  const lower = fround(fround(fround(fround(2 * root2) * x) / 2) + fround(fround(1 + root2) / 2));
  const slope = fround(fround(fround(fround(Math.PI) * x) / 2) / lower);
  const surface = reliefArea(thickness, { columns: width, rows: height });
  return { volume, representativeWidth: x, surfaceArea: fround(fround(2 * slope) * surface) };
}
