import type { Report } from './finding.ts';
import { type HeaderLine, type SeabassFile, valueOf } from './read-seabass.ts';

/** Dates, times, positions and depths of the header, each alone and one against the other. `today` is YYYYMMDD. */
export function checkNumbers(file: SeabassFile, { today }: { readonly today: string }, report: Report): void {
  const missing = valueOf(file, 'missing') ?? '-9999';
  for (const header of file.headers) {
    const found = troubleOf(header, { missing, today });
    if (found !== undefined) report({ line: header.number, severity: 'error', ...found });
  }
  const number = (key: string): number => Number.parseFloat(valueOf(file, key) ?? '');
  const lineOf = (key: string): number => file.headers.find((header) => header.key === key)?.number ?? 0;
  if (number('north_latitude') < number('south_latitude')) {
    const message = '/north_latitude is south of /south_latitude';
    report({ line: lineOf('north_latitude'), severity: 'error', rule: 'header_value_comparison_problem', message });
  }
  if (number('east_longitude') < number('west_longitude')) {
    const message = '/east_longitude is less than /west_longitude: right only across the date line';
    report({ line: lineOf('east_longitude'), severity: 'warning', rule: 'crossing_date_line_warning', message });
  }
  const [start, end] = [momentOf(file, 'start'), momentOf(file, 'end')];
  if (isAfter(start, end)) {
    const message = `it starts (${start.day}${start.clock}) after its end (${end.day}${end.clock})`;
    report({ line: lineOf('start_date'), severity: 'error', rule: 'header_start_after_finish', message });
  }
  const cruise = valueOf(file, 'cruise');
  if (cruise !== undefined && cruise.toLowerCase() === valueOf(file, 'experiment')?.toLowerCase()) {
    const message = `/cruise is the same as /experiment (${cruise}); it is to be a part of it`;
    report({ line: lineOf('cruise'), severity: 'error', rule: 'cruise_same_as_experiment', message });
  }
}

const clock = /^([01]\d|2[0-3]):[0-5]\d:[0-5]\d\[GMT\]$/;

/** A day and a time of the header; '' for what is none, which has a finding of its own. */
interface Moment {
  readonly day: string;
  readonly clock: string;
}

function momentOf(file: SeabassFile, part: 'start' | 'end'): Moment {
  const [day = '', time = ''] = [valueOf(file, `${part}_date`), valueOf(file, `${part}_time`)];
  return { day: isDay(day) ? day : '', clock: clock.test(time) ? time : '' };
}

function isAfter(one: Moment, other: Moment): boolean {
  if (one.day === '' || other.day === '') return false;
  return one.day === other.day ? other.clock !== '' && one.clock > other.clock : one.day > other.day;
}

const weather = ['cloud_percent', 'wind_speed', 'wave_height'];

type Found = { readonly rule: string; readonly message: string } | undefined;

function troubleOf(
  { key, value = '' }: HeaderLine,
  { missing, today }: { readonly missing: string; readonly today: string },
): Found {
  if (value === '') return undefined;
  const shown = `/${key}=${value}`;
  if (key.endsWith('_date')) {
    if (!isDay(value)) return { rule: 'invalid_date', message: `${shown} is no day (YYYYMMDD)` };
    if (value < '19750101' || value > today)
      return { rule: 'number_out_of_bounds_error', message: `${shown} is not between 19750101 and today` };
  }
  if (/^(start|end)_time$/.test(key) && !clock.test(value))
    return { rule: 'invalid_time', message: `${shown} is no time (HH:MM:SS[GMT])` };
  if (/_(latitude|longitude)$/.test(key)) {
    if (value === missing || /^na$/i.test(value))
      return { rule: 'lat_or_lon_missing', message: `${shown}: a position cannot be missing` };
    const [, degrees] = /^(-?\d+(?:\.\d+)?)\[DEG\]$/.exec(value) ?? [];
    if (degrees === undefined)
      return { rule: 'invalid_header_location_format', message: `${shown} is no position (49.9041[DEG])` };
    const most = key.endsWith('latitude') ? 90 : 180;
    if (Math.abs(Number(degrees)) > most)
      return { rule: 'number_out_of_bounds_error', message: `${shown} is beyond ${most} degrees` };
  }
  const isDepth = key.endsWith('_depth');
  if ((isDepth || weather.includes(key)) && !/^na$/i.test(value) && value !== missing) {
    if (!Number.isFinite(Number(value))) return { rule: 'invalid_float', message: `${shown} is no number` };
    if (isDepth && Number(value) < 0) return { rule: 'number_out_of_bounds_error', message: `${shown} is less than 0` };
  }
  return undefined;
}

/** Whether YYYYMMDD is a day of the calendar. */
export function isDay(text: string): boolean {
  const [, year, month, day] = /^(\d{4})(\d{2})(\d{2})$/.exec(text) ?? [];
  if (year === undefined) return false;
  const date = new Date(Date.UTC(Number(year), Number(month) - 1, Number(day)));
  return date.getUTCMonth() === Number(month) - 1 && date.getUTCDate() === Number(day);
}
