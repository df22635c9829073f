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
  const frame = frameOf(places);
  const x = (longitude: number): number => (longitude - frame.west) * frame.scale * frame.squeeze;
  const y = (latitude: number): number => (frame.north - latitude) * frame.scale;
  const rings = landRings().filter((ring) => ring.some(([lon, lat]) => inside(frame, lon!, lat!)) || ring.length > 100);
  const path = rings.map((ring) => `M${ring.map(([lon, lat]) => `${pt(x(lon!))} ${pt(y(lat!))}`).join('L')}Z`).join('');
  const most = places.reduce((largest, { images }) => Math.max(largest, images), 1);
  const marks = places.map(({ latitude, longitude, images }) => {
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
  if (height <= most) return { west, north, width, height: Math.max(height, width / 4), scale, squeeze };
  const smaller = most / (north - south);
  const degrees = width / (smaller * squeeze);
  return { west: (west + east) / 2 - degrees / 2, north, width, height: most, scale: smaller, squeeze };
}

function inside({ west, north, height, scale, squeeze }: Frame, lon: number, lat: number): boolean {
  return lon >= west && lon <= west + width / (scale * squeeze) && lat <= north && lat >= north - height / scale;
}

function gridOf(frame: Frame, x: (lon: number) => number, y: (lat: number) => number): string {
  const { west, north, height, scale, squeeze } = frame;
  const east = west + width / (scale * squeeze);
  const south = north - height / scale;
  const step = [1, 2, 5, 10, 20, 30, 60].find((degrees) => (east - west) / degrees <= 8) ?? 60;
  const lines: string[] = [];
  for (let lon = Math.ceil(west / step) * step; lon < east; lon += step)
    lines.push(
      `<path d="M${pt(x(lon))} 0V${pt(height)}" stroke="var(--line)" stroke-opacity=".4"/><text x="${pt(x(lon) + 3)}" y="${pt(height - 5)}">${Math.abs(lon)}°${lon < 0 ? 'W' : 'E'}</text>`,
    );
  for (let lat = Math.ceil(south / step) * step; lat < north; lat += step)
    lines.push(
      `<path d="M0 ${pt(y(lat))}H${width}" stroke="var(--line)" stroke-opacity=".4"/><text x="4" y="${pt(y(lat) - 4)}">${Math.abs(lat)}°${lat < 0 ? 'S' : 'N'}</text>`,
    );
  return lines.join('');
}

function landRings(): readonly Ring[] {
  const file = new URL(import.meta.resolve('world-atlas/land-110m.json'));
  const topology = JSON.parse(readFileSync(file, 'utf8')) as Topology;
  const land = feature(topology, topology.objects['land']!);
  const shapes = land.type === 'FeatureCollection' ? land.features : [land];
  return shapes.flatMap(({ geometry }): readonly Ring[] =>
    geometry.type === 'MultiPolygon'
      ? geometry.coordinates.flat()
      : geometry.type === 'Polygon'
        ? geometry.coordinates
        : [],
  );
}
