import { readFileSync } from 'node:fs';
import { feature } from 'topojson-client';
import { pt, svgUri } from './svg.ts';

/** A bin on the map. */
export interface Place {
  readonly latitude: number;
  readonly longitude: number;
  /** Decides the size of its mark; areas are proportional. */
  readonly images: number;
}

type Topology = Parameters<typeof feature>[0];
type Ring = readonly (readonly number[])[];

interface Frame {
  readonly west: number;
  readonly north: number;
  readonly width: number;
  readonly height: number;
  /** Pixels of a degree of latitude; a degree of longitude has `squeeze` of it. */
  readonly scale: number;
  readonly squeeze: number;
}

const width = 900;
const leastDegrees = 4;
const largestMark = 14;

/**
 * Draws where bins were taken, over the coastline of Natural Earth at 1:110 million (npm `world-atlas`): far too coarse
 * to navigate by. Plate carrée, true to scale at the middle latitude; undefined without places.
 */
export function drawMap(places: readonly Place[]): string | undefined {
  if (places.length === 0) return undefined;
  const cut = widestGap(places.map(({ longitude }) => longitude));
  const eastward = places.map((place) =>
    place.longitude < cut ? { ...place, longitude: place.longitude + 360 } : place,
  );
  const frame = frameOf(eastward);
  const x = (longitude: number): number => (longitude - frame.west) * frame.scale * frame.squeeze;
  const y = (latitude: number): number => (frame.north - latitude) * frame.scale;
  // The frame may reach over the date line, on either side.
  const land = landRings();
  const rings = [-720, -360, 0, 360, 720].flatMap((turn) =>
    land.map((ring) => ring.map(([lon, lat]) => [lon! + turn, lat!])).filter((ring) => touches(frame, ring)),
  );
  const path = rings.map((ring) => `M${ring.map(([lon, lat]) => `${pt(x(lon!))} ${pt(y(lat!))}`).join('L')}Z`).join('');
  const most = places.reduce((largest, { images }) => Math.max(largest, images), 1);
  const marks = eastward.map(({ latitude, longitude, images }) => {
    const radius = Math.max(2.5, largestMark * Math.sqrt(images / most));
    return `<circle cx="${pt(x(longitude))}" cy="${pt(y(latitude))}" r="${pt(radius)}" fill="var(--mark)" fill-opacity=".55" stroke="var(--mark)"/>`;
  });
  const size = { width: frame.width, height: frame.height };
  const sea = `<rect width="${size.width}" height="${pt(size.height)}" fill="var(--sea)"/>`;
  return svgUri(
    size,
    `${sea}<path d="${path}" fill="var(--land)" stroke="var(--line)" fill-rule="evenodd"/>${gridOf(frame, x, y)}${marks.join('')}`,
  );
}

/** The longitude east of the widest stretch without places: from there on they are all together, also over the date line. */
function widestGap(longitudes: readonly number[]): number {
  const sorted = [...new Set(longitudes)].sort((a, b) => a - b);
  let [cut, widest] = [sorted[0]!, sorted[0]! + 360 - sorted.at(-1)!];
  for (const [at, longitude] of sorted.entries()) {
    const gap = longitude - (sorted[at - 1] ?? longitude);
    if (gap > widest) [cut, widest] = [longitude, gap];
  }
  return cut;
}

function frameOf(places: readonly Place[]): Frame {
  const bounds = (values: readonly number[], least: number): readonly [number, number] => {
    // Every bin of many years is too many for the arguments of one call.
    const low = values.reduce((least, value) => Math.min(least, value));
    const high = values.reduce((most, value) => Math.max(most, value));
    const pad = Math.max((high - low) * 0.2, (least - (high - low)) / 2);
    return [low - pad, high + pad];
  };
  const [west, east] = bounds(
    places.map(({ longitude }) => longitude),
    leastDegrees * 2,
  );
  const [south, north] = bounds(
    places.map(({ latitude }) => latitude),
    leastDegrees,
  );
  const squeeze = Math.max(0.2, Math.cos((((south + north) / 2) * Math.PI) / 180));
  const scale = width / ((east - west) * squeeze);
  const height = (north - south) * scale;
  // A meridian of stations would be a page long: more sea to its sides instead.
  const most = width * 0.8;
  if (height <= most) {
    const least = Math.max(height, width / 4);
    return { west, north: north + (least - height) / 2 / scale, width, height: least, scale, squeeze };
  }
  const smaller = most / (north - south);
  const degrees = width / (smaller * squeeze);
  return { west: (west + east) / 2 - degrees / 2, north, width, height: most, scale: smaller, squeeze };
}

/** Whether a ring may be seen: a large one has no point in a small frame that it crosses. */
function touches({ west, north, height, scale, squeeze }: Frame, ring: Ring): boolean {
  const [east, south] = [west + width / (scale * squeeze), north - height / scale];
  const [lons, lats] = [ring.map(([lon]) => lon!), ring.map(([, lat]) => lat!)];
  return (
    Math.max(...lons) >= west && Math.min(...lons) <= east && Math.max(...lats) >= south && Math.min(...lats) <= north
  );
}

function gridOf(frame: Frame, x: (lon: number) => number, y: (lat: number) => number): string {
  const { west, north, height, scale, squeeze } = frame;
  const east = west + width / (scale * squeeze);
  const south = north - height / scale;
  const step = [1, 2, 5, 10, 20, 30, 60].find((degrees) => (east - west) / degrees <= 8) ?? 60;
  const lines: string[] = [];
  for (let lon = Math.ceil(west / step) * step; lon < east; lon += step)
    lines.push(
      `<path d="M${pt(x(lon))} 0V${pt(height)}" stroke="var(--line)" stroke-opacity=".4"/><text x="${pt(x(lon) + 3)}" y="${pt(height - 5)}">${meridian(lon)}</text>`,
    );
  for (let lat = Math.ceil(Math.max(south, -90) / step) * step; lat < Math.min(north, 90.1); lat += step)
    lines.push(
      `<path d="M0 ${pt(y(lat))}H${width}" stroke="var(--line)" stroke-opacity=".4"/><text x="4" y="${pt(y(lat) - 4)}">${Math.abs(lat)}°${lat < 0 ? 'S' : 'N'}</text>`,
    );
  return lines.join('');
}

/** A longitude by its name, also one that the frame has beyond the date line. */
function meridian(longitude: number): string {
  const lon = longitude - 360 * Math.round(longitude / 360);
  return Math.abs(lon) === 180 ? '180°' : `${Math.abs(lon)}°${lon < 0 ? 'W' : 'E'}`;
}

function landRings(): readonly Ring[] {
  const file = new URL(import.meta.resolve('world-atlas/land-110m.json'));
  const topology = JSON.parse(readFileSync(file, 'utf8')) as Topology;
  const land = feature(topology, topology.objects['land']!);
  const shapes = land.type === 'FeatureCollection' ? land.features : [land];
  const rings = shapes.flatMap(({ geometry }): readonly Ring[] =>
    geometry.type === 'MultiPolygon'
      ? geometry.coordinates.flat()
      : geometry.type === 'Polygon'
        ? geometry.coordinates
        : [],
  );
  return rings.map(unbroken);
}

/**
 * A ring that goes on over the date line: the coast of Siberia jumps from 180 to -180 there, and would lie as a band of
 * land and sea all around the earth.
 */
function unbroken(ring: Ring): Ring {
  let turn = 0;
  const points = ring.map(([lon = 0, lat = 0], at) => {
    const before = ring[at - 1]?.[0] ?? lon;
    if (Math.abs(lon - before) > 180) turn += lon < before ? 360 : -360;
    return [lon + turn, lat];
  });
  // Antarctica goes around, and ends below.
  return turn === 0 ? points : [...points, [points.at(-1)![0]!, -90], [points[0]![0]!, -90]];
}
