import { isDay } from './check-numbers.ts';
import type { Report } from './finding.ts';
import { type FieldTable, findField, type KnownField } from './known-fields.ts';
import { type SeabassFile, valueOf } from './read-seabass.ts';

export interface DataRules {
  readonly known: FieldTable;
  /** Whether these are all fields there are. */
  readonly isWhole: boolean;
  /** YYYYMMDD. */
  readonly today: string;
}

/** Names and units of the fields, and every value under them. */
export function checkData(file: SeabassFile, rules: DataRules, report: Report): void {
  const fields = listOf(file, 'fields');
  if (fields.length === 0) return;
  checkFields(file, rules, report);
  const known = fields.map((field) => findField(field.toLowerCase(), rules.known)?.field);
  const missing = valueOf(file, 'missing') ?? '-9999';
  const limits = [valueOf(file, 'below_detection_limit'), valueOf(file, 'above_detection_limit')];
  const rows = dataRows(file);
  if (rows.length === 0)
    report({ line: 0, severity: 'error', rule: 'no_data_found', message: 'there is no row of data behind the header' });
  for (const { number: line, cells } of rows) {
    const error = (rule: string, message: string): void => report({ line, severity: 'error', rule, message });
    if (cells.length !== fields.length) {
      error('bad_data_line', `${cells.length} values for ${fields.length} fields`);
      continue;
    }
    for (const [at, cell] of cells.entries()) {
      const [field, entry] = [fields[at]!, known[at]];
      if (/\s/.test(cell)) error('field_contained_whitespace', `${field} (${cell}) has blanks`);
      if (cell === '' || /^(nan|na|none|null|inf|-inf)$/i.test(cell))
        error('field_failed_to_parse', `${field} is '${cell}'; what is missing is written ${missing}`);
      else if (isSame(cell, missing)) {
        if (entry?.isNeeded === true) error('field_cant_be_missing', `${field} is missing`);
      } else if (entry !== undefined && !limits.some((limit) => isSame(cell, limit)))
        checkValue(field, cell, entry, { line, today: rules.today }, report);
    }
  }
}

function checkFields(file: SeabassFile, { known, isWhole }: DataRules, report: Report): void {
  const fields = listOf(file, 'fields');
  const units = listOf(file, 'units');
  const lineOf = (key: string): number => file.headers.find((header) => header.key === key)?.number ?? 0;
  const error = (key: string, rule: string, message: string): void =>
    report({ line: lineOf(key), severity: 'error', rule, message });
  if (fields.length !== units.length)
    error('units', 'unbalanced_units_and_fields', `${units.length} units for ${fields.length} fields`);
  const lower = fields.map((field) => field.toLowerCase());
  for (const [at, field] of fields.entries()) {
    if (lower.indexOf(lower[at]!) < at) error('fields', 'duplicate_fields_found', `the field ${field} is there twice`);
    const found = findField(lower[at]!, known);
    const unit = units[at] ?? '';
    if (found === undefined) {
      const message = `the field ${field} is not in the table${isWhole ? '' : ' of plankton fields; --fcheck gives the others'}`;
      const severity = isWhole ? 'error' : 'warning';
      report({ line: lineOf('fields'), severity, rule: 'fields_not_recognized', message });
      continue;
    }
    const { units: right } = found.field;
    if (unit !== '' && right.length > 0 && !right.some((one) => one.toLowerCase() === unit.toLowerCase()))
      error('units', 'field_has_wrong_unit', `the unit of ${field} is ${right.join(' or ')}, not ${unit}`);
    if (found.base !== undefined && !lower.includes(found.base))
      error('fields', 'suffix_doesnt_match', `${field} is there without the field it is about`);
  }
}

function checkValue(
  field: string,
  cell: string,
  { kind, least = -Infinity, most = Infinity }: KnownField,
  { line, today }: { readonly line: number; readonly today: string },
  report: Report,
): void {
  const error = (rule: string, message: string): void => report({ line, severity: 'error', rule, message });
  if (kind === 'text') return;
  if (kind === 'date') {
    if (!isDay(cell)) error('data_invalid_date', `${field} (${cell}) is no day (YYYYMMDD)`);
    else if (cell < '19750101' || cell > today)
      error('data_date_bounds_error', `${field} (${cell}) is not between 19750101 and today`);
    return;
  }
  if (kind === 'time') {
    if (!/^([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d+)?$/.test(cell))
      error('field_failed_to_parse', `${field} (${cell}) is no time (HH:MM:SS)`);
    return;
  }
  const value = Number(cell);
  if (!Number.isFinite(value) || /x/i.test(cell)) error('field_failed_to_parse', `${field} (${cell}) is no number`);
  else if (kind === 'positive' && value < 0) error('field_failed_to_parse', `${field} (${cell}) is less than 0`);
  else if (value < least || value > most) {
    const message = `${field} (${cell}) is outside the range that is expected, ${least} to ${most}`;
    report({ line, severity: 'warning', rule: 'field_out_of_bounds', message });
  }
}

/** Whether a cell is this value, however it is written: -9999 and -9999.0 are one. */
export function isSame(cell: string, value: string | undefined): boolean {
  return value !== undefined && (cell === value || (cell !== '' && Number(cell) === Number(value)));
}

/** The values of a header that is a list. */
export function listOf(file: SeabassFile, key: string): readonly string[] {
  const value = valueOf(file, key);
  return value === undefined ? [] : value.split(',').map((part) => part.trim());
}

/** The lines of data by cells; empty lines, comments and old tags are left out, which other rules name. */
export function dataRows(file: SeabassFile): readonly { readonly number: number; readonly cells: readonly string[] }[] {
  const delimiter = (valueOf(file, 'delimiter') ?? 'comma').toLowerCase();
  const by = delimiter === 'space' ? / +/ : delimiter === 'tab' ? '\t' : ',';
  return file.data.flatMap(({ number, text }) => {
    const row = text.trim();
    return row === '' || /^(!|\/(begin|end)_data)/i.test(row) ? [] : [{ number, cells: row.split(by) }];
  });
}
