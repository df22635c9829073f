import { parse, TomlDate, TomlError, type TomlTable, type TomlValue } from 'smol-toml';
import { LineFault } from './line-fault.ts';
import { float, int, type Value, type ValueMap } from './value.ts';

/**
 * Reads a TOML file. Throws a {@link LineFault}.
 *
 * Keys keep their order, but for whole numbers (`10 = "x"`): those come first in their table, the smallest before the
 * others. DVC compares maps in any order, so that only shows where a whole table is written.
 */
export function readToml(text: string): ValueMap {
  try {
    // Numbers would lose the difference of 1 and 1.0.
    return mapOfTable(parse(text, { integersAsBigInt: true }));
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    throw new LineFault(error.message.split('\n')[0] ?? '', error.line);
  }
}

function mapOfTable(table: TomlTable): ValueMap {
  return new Map(Object.entries(table).map(([key, value]) => [key, valueOf(value)]));
}

function valueOf(value: TomlValue): Value {
  if (typeof value === 'bigint') return int(value);
  if (typeof value === 'number') return float(value);
  if (typeof value !== 'object') return value;
  if (value instanceof TomlDate) return { type: 'other', what: 'the date', text: value.toISOString() };
  return Array.isArray(value) ? value.map(valueOf) : mapOfTable(value);
}
