import { type Body, bodyOfDistances, bodyOfRevolution } from './biovolume.ts';
import { convexHull, feretDiameters, hullMeasures } from './hull.ts';
import { areaOf, type Mask, perimeterOf } from './mask.ts';
import { rotated } from './rotate.ts';

/** Names of what is measured of one blob, in the order of the files; lengths are pixels, the orientation degrees. */
export const blobColumns = [
  'Area',
  'Biovolume',
  'BoundingBox_xwidth',
  'BoundingBox_ywidth',
  'ConvexArea',
  'ConvexPerimeter',
  'Eccentricity',
  'EquivDiameter',
  'Extent',
  'MajorAxisLength',
  'MinorAxisLength',
  'Orientation',
  'Perimeter',
  'RepresentativeWidth',
  'Solidity',
  'SurfaceArea',
  'maxFeretDiameter',
  'minFeretDiameter',
] as const;

/** One blob's measures. */
export type BlobFeatures = { readonly [name in (typeof blobColumns)[number]]: number };

/** Measures one blob from its mask, cut to its box. Formulas: ifcb-features v4. */
export function measureBlob(mask: Mask): BlobFeatures {
  const area = areaOf(mask);
  const outline = perimeterOf(mask);
  const perimeter = benkridPerimeter(outline);
  const hull = convexHull(outline);
  // Pixels in one line have no hull; the blob stands for itself.
  const convex = hull.length < 3 ? { perimeter, area } : hullMeasures(hull);
  const feret = feretDiameters(hull);
  const spread = moments(mask, area);
  const { major, minor } = axes(spread, area);
  const eccentricity = Math.sqrt(Math.max(0, 1 - (minor / major) ** 2));
  const diameter = Math.sqrt((4 * area) / Math.PI);
  const orientation = orientationOf(spread);
  const isRound = convex.area / area < 1.2 || (eccentricity < 0.8 && diameter / major > 0.8);
  const body: Body = isRound ? bodyOfRevolution(rotated(mask, orientation)) : bodyOfDistances(mask);
  return {
    Area: area,
    Biovolume: body.volume,
    BoundingBox_xwidth: mask.width,
    BoundingBox_ywidth: mask.height,
    ConvexArea: convex.area,
    ConvexPerimeter: convex.perimeter,
    Eccentricity: eccentricity,
    EquivDiameter: diameter,
    Extent: area / mask.data.length,
    MajorAxisLength: major,
    MinorAxisLength: minor,
    Orientation: orientation,
    Perimeter: perimeter,
    RepresentativeWidth: body.representativeWidth,
    Solidity: area / convex.area,
    SurfaceArea: body.surfaceArea,
    maxFeretDiameter: feret.max,
    minFeretDiameter: feret.min,
  };
}

/** Sums of squares and products of the distances from the centre of mass. */
interface Moments {
  readonly xx: number;
  readonly yy: number;
  readonly xy: number;
}

function moments({ data, width }: Mask, area: number): Moments {
  let [sumX, sumY] = [0, 0];
  for (let at = 0; at < data.length; at++) {
    if (data[at] === 0) continue;
    sumX += at % width;
    sumY += Math.floor(at / width);
  }
  const [meanX, meanY] = [sumX / area, sumY / area];
  let [xx, yy, xy] = [0, 0, 0];
  for (let at = 0; at < data.length; at++) {
    if (data[at] === 0) continue;
    const [dx, dy] = [(at % width) - meanX, Math.floor(at / width) - meanY];
    xx += dx * dx;
    yy += dy * dy;
    xy += dx * dy;
  }
  return { xx, yy, xy };
}

/** Four standard deviations along and across, from the eigenvalues of the sample covariance. */
function axes({ xx, yy, xy }: Moments, area: number): { readonly major: number; readonly minor: number } {
  const mean = (xx + yy) / 2;
  const spread = Math.hypot((xx - yy) / 2, xy);
  const large = mean + spread;
  // The product of both is the determinant, which loses fewer digits than a difference of nearly equal numbers.
  const small = large === 0 ? 0 : Math.max(0, (xx * yy - xy * xy) / large);
  return { major: 4 * Math.sqrt(large / (area - 1)), minor: 4 * Math.sqrt(small / (area - 1)) };
}

/** Degrees above the horizontal, in (-90, 90]. */
function orientationOf({ xx, yy, xy }: Moments): number {
  const degrees = -0.5 * ((Math.atan2(2 * xy, xx - yy) * 180) / Math.PI);
  return degrees <= -90 ? degrees + 180 : degrees;
}

const weights = new Float64Array(50);
for (const code of [5, 7, 15, 17, 25, 27]) weights[code] = 1;
for (const code of [21, 33]) weights[code] = Math.SQRT2;
for (const code of [13, 23]) weights[code] = (1 + Math.SQRT2) / 2;

/** The length of an outline: each of its pixels counts by how it goes on. Source: Benkrid and Crookes (2000). */
function benkridPerimeter({ data, width, height }: Mask): number {
  const at = (x: number, y: number): number => (x < 0 || x >= width || y < 0 || y >= height ? 0 : data[y * width + x]!);
  let length = 0;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      // A pixel off the outline has an even code, and those weigh nothing.
      if (data[y * width + x] === 0) continue;
      const beside = at(x - 1, y) + at(x + 1, y) + at(x, y - 1) + at(x, y + 1);
      const corners = at(x - 1, y - 1) + at(x + 1, y - 1) + at(x - 1, y + 1) + at(x + 1, y + 1);
      length += weights[Math.min(49, 1 + 2 * beside + 10 * corners)]!;
    }
  }
  return length;
}
