import { defineFailures } from '@dataset-runner/core/plugin';

interface Place {
  readonly file: string;
  /** 1-based, of the file; the header is line 1. */
  readonly line: number;
}

/** What can be wrong with a table or its file. */
export const tableFailures = defineFailures('table', {
  'header-missing': {
    about: 'A CSV file has no header line, or columns are missing from it.',
    message: (of: { readonly file: string; readonly missing: readonly string[]; readonly found: readonly string[] }) =>
      of.found.length === 0
        ? `${of.file} is empty: it has no header line`
        : `${of.file}: no column ${of.missing.map((name) => `'${name}'`).join(', ')}; its columns are ${of.found.join(', ')}`,
    hint: () => 'The first line of the file must name the columns, separated as the rest of it is.',
  },
  'header-duplicate': {
    about: 'Two columns of a CSV file have the same name.',
    message: (of: { readonly file: string; readonly name: string }) =>
      `${of.file}: two columns are called '${of.name}'`,
  },
  'row-invalid': {
    about: 'A line of a CSV file cannot be read as a row.',
    message: (of: Place & { readonly why: string }) => `${of.file}, line ${of.line}: ${of.why}`,
  },
  'value-invalid': {
    about: 'A value does not fit the type of its column.',
    message: (of: { readonly column: string; readonly row: number; readonly type: string; readonly found: string }) =>
      `row ${of.row} of column '${of.column}' is ${of.found}, which is no ${of.type}`,
  },
  'parquet-invalid': {
    about: 'A file is not Parquet, or of a kind that cannot be read.',
    message: (of: { readonly why: string }) => of.why,
  },
});
