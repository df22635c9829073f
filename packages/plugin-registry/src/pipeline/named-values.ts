import { shownKey } from '@dataset-runner/core/plugin';
import { isList, isMap, isNumber, sameValue, toNumber, type Value, type ValueMap } from '../formats/value.ts';
import { pythonText } from './python-text.ts';

/** Values of parameter or metric files: file to dotted name to value. */
export type NamedValues = ReadonlyMap<string, ReadonlyMap<string, Value>>;

/** A file of values that is named and cannot be read. */
export interface UnreadFile {
  readonly file: string;
  /** A sentence that names the file. */
  readonly why: string;
}

/** What could be read, and what could not. */
export interface ValuesRead {
  readonly values: NamedValues;
  readonly unread: readonly UnreadFile[];
}

/** How one name differs between two sets of values; undefined stands for a name that is not there. */
export interface ValueChange {
  readonly file: string;
  readonly name: string;
  readonly before: Value | undefined;
  readonly after: Value | undefined;
}

/** The leaves of a map by dotted name; lists count as leaves. */
export function flatValues(values: ValueMap, prefix = ''): Map<string, Value> {
  const flat = new Map<string, Value>();
  for (const [key, value] of values) {
    if (isMap(value)) for (const [name, leaf] of flatValues(value, `${prefix}${key}.`)) flat.set(name, leaf);
    else flat.set(`${prefix}${key}`, value);
  }
  return flat;
}

/** What differs, by file and name. */
export function valueChanges(before: NamedValues, after: NamedValues): ValueChange[] {
  const files = [...new Set([...before.keys(), ...after.keys()])].sort();
  return files.flatMap((file) => {
    const [old, now] = [before.get(file), after.get(file)];
    const names = [...new Set([...(old?.keys() ?? []), ...(now?.keys() ?? [])])].sort();
    return names
      .map((name) => ({ file, name, before: old?.get(name), after: now?.get(name) }))
      .filter((change) => !sameValue(change.before, change.after));
  });
}

/** How much a number grew; undefined where one of the two is none, or endless. */
export function growth({ before, after }: ValueChange): number | undefined {
  const by = isNumber(before) && isNumber(after) ? toNumber(after) - toNumber(before) : Number.NaN;
  return Number.isFinite(by) ? by : undefined;
}

/** A value for people: a text as it is, a list as Python shows it, `-` for none. */
export function shownValue(value: Value | undefined): string {
  return value === undefined ? '-' : pythonText(value);
}

/** A value as JSON has it; numbers beyond doubles lose digits, and those JSON has not (a loss of `.nan`) are texts. */
export function plainValue(value: Value | undefined): unknown {
  if (value === undefined || value === null || typeof value !== 'object') return value ?? null;
  if (isNumber(value)) return Number.isFinite(toNumber(value)) ? toNumber(value) : pythonText(value);
  if (isList(value)) return value.map(plainValue);
  return isMap(value) ? Object.fromEntries([...value].map(([key, child]) => [key, plainValue(child)])) : value.text;
}

/**
 * Rows as columns of equal width, each on one line whatever is in a cell; numbers are not aligned apart, for names and
 * values stand mixed.
 */
export function columns(cells: readonly (readonly string[])[]): string {
  const rows = cells.map((row) => row.map(shownKey));
  const widths = (rows[0] ?? []).map((_, at) =>
    rows.reduce((widest, row) => Math.max(widest, (row[at] ?? '').length), 0),
  );
  return rows
    .map((row) =>
      row
        .map((cell, at) => cell.padEnd(widths[at] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
