import { csvTable } from '@dataset-runner/kit/csv-rows';
import { publishFailures } from '../publish/failures.ts';
import { type BinMetadata, columnNames, measuredAlong, quantityOf, unknownMetadata } from './bin-metadata.ts';
import { type DayOrder, dayOrderOf, isNumericDate, yearFirst } from './day-order.ts';
import { isNothing, placeOf } from './read-metadata.ts';

type Along = (typeof measuredAlong)[number];

/** What was measured along a way, sorted by time; a quantity has points only where it was measured. */
export type Track = { readonly [name in Along]: readonly { readonly ms: number; readonly value: number }[] };

const timeNames = ['time', 'datetime', 'date_time', 'timestamp', 'utc', 'gps_time'];

export interface TrackOptions {
  /** What failures call the file. */
  readonly file: string;
  /** The order of day and month in dates that have the year last; without it other rows decide. */
  readonly dates?: DayOrder | undefined;
}

/**
 * Reads a table of positions and measurements by time. Times without a zone are UTC. Throws as `readMetadata` does, and
 * `ifcb.metadata-date` for dates that may be read in two ways.
 */
export function readTrack(input: string | Uint8Array, { file, dates }: TrackOptions): Track {
  const { columns, rows } = csvTable(input, { file });
  const time = placeOf(columns, timeNames);
  if (time < 0) throw publishFailures['metadata-column']({ file, wanted: timeNames, found: columns });
  const places = measuredAlong.map((name) => [name, placeOf(columns, columnNames[name])] as const);
  const track: Record<Along, { ms: number; value: number }[]> = {
    latitude: [],
    longitude: [],
    depth: [],
    temperature: [],
    salinity: [],
  };
  const timeOf = ({ line, cells }: { readonly line: number; readonly cells: readonly string[] }) => ({
    file,
    line,
    column: columns[time]!,
    value: cells[time]!,
  });
  // Rows further down may decide, so all of them are looked at when the first such date is met, and only then.
  let order: { readonly of: DayOrder | undefined } | undefined;
  for (const row of rows) {
    const { line, cells } = row;
    const cell = timeOf(row);
    if (isNumericDate(cell.value))
      order ??= { of: dayOrderOf(Array.from(csvTable(input, { file }).rows, timeOf), dates) };
    const ms = readTime(yearFirst(cell.value, order?.of));
    if (Number.isNaN(ms)) throw publishFailures['metadata-value'](cell);
    for (const [name, at] of places) {
      const text = cells[at]?.trim() ?? '';
      if (isNothing(text)) continue;
      const value = quantityOf(name, text);
      if (value === undefined)
        throw publishFailures['metadata-value']({ file, line, column: columns[at]!, value: text });
      track[name].push({ ms, value });
    }
  }
  for (const points of Object.values(track)) points.sort((a, b) => a.ms - b.ms);
  return track;
}

// A zone at the end of a time; `31-01-2024` ends in none.
const zone = /(?:Z|UTC?|GMT|[ECMP][SD]T)$|(?::\d{2}(?:\.\d+)?|UTC|GMT)\s*[+-]\d{1,2}(?::?\d{2})?$/i;

/** `2024/01/31 12:00:00`, ISO 8601 and what Date reads; UTC when it names no zone. NaN for anything else. */
export function readTime(text: string): number {
  const time = withoutRemark(withTwoDigits(text.trim()));
  const [, day, clock] = /^(\d{4}[-/]\d{2}[-/]\d{2})(?:[T ](\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?))?/.exec(time) ?? [];
  if (day === undefined) {
    // A count of days or seconds; Date would take it for a year.
    if (/^[\d.]*$/.test(time)) return Number.NaN;
    // Date reads other forms in the zone of the machine, which has nothing to do with the data.
    return Date.parse(zone.test(time) ? time : `${time} UTC`);
  }
  const date = day.replaceAll('/', '-');
  // Date takes the 30th of February for the 1st of March.
  const dayMs = Date.parse(`${date}T00:00:00Z`);
  if (Number.isNaN(dayMs) || !new Date(dayMs).toISOString().startsWith(date)) return Number.NaN;
  const isPlain = time.length === day.length + (clock === undefined ? 0 : clock.length + 1);
  if (isPlain) return clock === undefined ? dayMs : Date.parse(`${date}T${clock}Z`);
  return Date.parse(zone.test(time) ? time : `${time} UTC`);
}

// `2024/1/5` as `2024-01-05`.
function withTwoDigits(time: string): string {
  return time.replace(/^\d{4}[-/]\d{1,2}[-/]\d{1,2}(?=[T\s]|$)/, (day) =>
    day
      .split(/[-/]/)
      .map((part) => part.padStart(2, '0'))
      .join('-'),
  );
}

// `GMT+0100 (CET)`: Date passes over what stands in parentheses, also where it is all there is of a zone.
function withoutRemark(time: string): string {
  const [, before, remark] = /^(.*\S)\s*\(([^()]*)\)$/.exec(time) ?? [];
  if (before === undefined) return time;
  return zone.test(before) ? before : `${before} ${remark}`;
}

/**
 * What a track says of a moment, linear between the two points around it. Null before the first point, after the last,
 * and between points further apart than `maxGapMs`: a position that nobody measured is not made up.
 */
export function alongTrack(track: Track, ms: number, { maxGapMs }: { readonly maxGapMs: number }): BinMetadata {
  const values = measuredAlong.map((name) => [name, at(track[name], ms, maxGapMs, name === 'longitude')]);
  return { ...unknownMetadata, ...(Object.fromEntries(values) as Pick<BinMetadata, Along>) };
}

function at(points: Track[Along], ms: number, maxGapMs: number, isLongitude: boolean): number | null {
  let [low, high] = [0, points.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (points[middle]!.ms < ms) low = middle + 1;
    else high = middle;
  }
  const [before, after] = [points[low - 1], points[low]];
  if (after?.ms === ms) return after.value;
  if (before === undefined || after === undefined || after.ms - before.ms > maxGapMs) return null;
  let step = after.value - before.value;
  // The short way around, also over the date line.
  if (isLongitude && Math.abs(step) > 180) step -= Math.sign(step) * 360;
  const between = before.value + (step * (ms - before.ms)) / (after.ms - before.ms);
  const value = isLongitude && Math.abs(between) > 180 ? between - Math.sign(between) * 360 : between;
  // The last digits are those of computing: 12.149999999999999 is not what a table should say.
  return Number(value.toPrecision(12));
}
