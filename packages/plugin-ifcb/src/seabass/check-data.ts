import type { Report } from './finding.ts';
import type { FieldTable } from './known-fields.ts';
import { type SeabassFile, valueOf } from './read-seabass.ts';

/** Names and units of the fields, and every value under them. */
export function checkData(
  file: SeabassFile,
  { fields: known, isWhole }: { readonly fields: FieldTable; readonly isWhole: boolean },
  report: Report,
): void {
  const fields = listOf(file, 'fields');
  const units = listOf(file, 'units');
  const lineOf = (key: string): number => file.headers.find((header) => header.key === key)?.number ?? 0;
  const error = (line: number, rule: string, message: string): void =>
    report({ line, severity: 'error', rule, message });
  if (fields.length === 0) return;
  if (fields.length !== units.length)
    error(lineOf('units'), 'unbalanced_units_and_fields', `${units.length} units for ${fields.length} fields`);
  const lower = fields.map((field) => field.toLowerCase());
  for (const [at, field] of fields.entries()) {
    if (lower.indexOf(lower[at]!) < at)
      error(lineOf('fields'), 'duplicate_fields_found', `the field ${field} is there twice`);
    const entry = known.get(lower[at]!);
    const unit = units[at] ?? '';
    if (entry === undefined) {
      const message = `the field ${field} is not in the table${isWhole ? '' : ' of plankton fields; --fcheck gives the others'}`;
      report({
        line: lineOf('fields'),
        severity: isWhole ? 'error' : 'warning',
        rule: 'fields_not_recognized',
        message,
      });
    } else if (unit !== '' && unit.toLowerCase() !== entry.unit.toLowerCase())
      error(lineOf('units'), 'field_has_wrong_unit', `the unit of ${field} is ${entry.unit}, not ${unit}`);
  }
  const kinds = lower.map((field) => known.get(field)?.kind ?? 'text');
  const missing = valueOf(file, 'missing') ?? '-9999';
  for (const { number: line, cells } of dataRows(file)) {
    if (cells.length !== fields.length) {
      error(line, 'bad_data_line', `${cells.length} values for ${fields.length} fields`);
      continue;
    }
    for (const [at, cell] of cells.entries()) {
      const field = fields[at]!;
      if (/\s/.test(cell)) error(line, 'field_contained_whitespace', `${field} (${cell}) has blanks`);
      if (cell === '' || /^(nan|na|none|null|inf|-inf)$/i.test(cell)) {
        error(line, 'field_failed_to_parse', `${field} is '${cell}'; what is missing is written ${missing}`);
      } else if (kinds[at] !== 'text' && cell !== missing) {
        const value = Number(cell);
        if (!Number.isFinite(value)) error(line, 'field_failed_to_parse', `${field} (${cell}) is no number`);
        else if (kinds[at] === 'positive' && value < 0)
          error(line, 'field_failed_to_parse', `${field} (${cell}) is less than 0`);
      }
    }
  }
}

/** The values of a header that is a list. */
export function listOf(file: SeabassFile, key: string): readonly string[] {
  const value = valueOf(file, key);
  return value === undefined ? [] : value.split(',').map((part) => part.trim());
}

/** The lines of data by cells, empty lines left out. */
export function dataRows(file: SeabassFile): readonly { readonly number: number; readonly cells: readonly string[] }[] {
  const delimiter = (valueOf(file, 'delimiter') ?? 'comma').toLowerCase();
  const by = delimiter === 'space' ? / +/ : delimiter === 'tab' ? '\t' : ',';
  return file.data.flatMap(({ number, text }) => {
    const row = text.trim();
    return row === '' || /^[!/]/.test(row) ? [] : [{ number, cells: row.split(by) }];
  });
}
