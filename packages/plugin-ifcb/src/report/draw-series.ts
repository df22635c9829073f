import { pt, svgUri } from './svg.ts';

/** One quantity over time. */
export interface Series {
  readonly name: string;
  /** Sorted by time, milliseconds since 1970 UTC. */
  readonly points: readonly { readonly ms: number; readonly value: number }[];
}

const width = 900;
const rowHeight = 74;
const left = 190;
const right = 14;

/** Draws each series in a row of its own, all on one time axis, each from 0 to its own largest value. */
export function drawSeries(series: readonly Series[]): string | undefined {
  // Sorted, so the ends are the ends; all moments of many years are too many for the arguments of one call.
  const ends = series.flatMap(({ points }) => points.slice(0, 1).concat(points.slice(-1)));
  const [first, last] = [Math.min(...ends.map(({ ms }) => ms)), Math.max(...ends.map(({ ms }) => ms))];
  // One moment makes no series.
  if (ends.length === 0 || first === last) return undefined;
  const x = (ms: number): number => left + ((ms - first) / (last - first)) * (width - left - right);
  const rows = series.map(({ name, points }, row) => {
    const base = (row + 1) * rowHeight - 14;
    const most = points.reduce((largest, { value }) => Math.max(largest, value), 0);
    const at = points.map(({ ms, value }) => `${pt(x(ms))} ${pt(base - (value / (most || 1)) * (rowHeight - 26))}`);
    const dots = at
      .map((place) => `<circle cx="${place.replace(' ', '" cy="')}" r="2.2" fill="var(--mark)"/>`)
      .join('');
    const line = `<path d="M${at.join('L')}" fill="none" stroke="var(--mark)" stroke-width="1.3"/>`;
    const axis = `<path d="M${left} ${base}H${width - right}" stroke="var(--line)"/>`;
    const label = `<text class="name" x="0" y="${base - 18}">${escapeXml(name)}</text><text x="0" y="${base - 2}">up to ${Number(most.toPrecision(3))}</text>`;
    return `${axis}${line}${points.length > 400 ? '' : dots}${label}`;
  });
  const height = series.length * rowHeight + 22;
  const day = (ms: number): string => new Date(ms).toISOString().slice(0, 16).replace('T', ' ');
  const moments = `<text x="${left}" y="${height - 8}">${day(first)}</text><text x="${width - right}" y="${height - 8}" text-anchor="end">${day(last)} UTC</text>`;
  return svgUri({ width, height }, `${rows.join('')}${moments}`);
}

function escapeXml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
}
