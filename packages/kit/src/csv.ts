import { pipeline, Readable } from 'node:stream';
import { CsvError, parse } from 'csv-parse';
import { readHeader } from './csv-header.ts';
import { csvTexts } from './csv-text.ts';
import { tableFailures } from './table-failures.ts';

export interface CsvReadOptions {
  /** What failures call the file. */
  readonly file: string;
  /** Columns that must be there; others are allowed. */
  readonly required?: readonly string[];
  /** Default `,`. */
  readonly delimiter?: string;
}

export interface CsvRow {
  /** The line of the file on which the row ends, 1-based, the header included: quoted values may span lines. */
  readonly line: number;
  /** Column name to text, nothing trimmed; an empty cell is ''. */
  readonly values: { readonly [column: string]: string };
}

/**
 * Reads CSV row by row, strictly: UTF-8, one header line, as many cells in every row as columns, quotes as in RFC 4180.
 *
 * Takes text, bytes, or a stream of either (of any length: memory stays flat). A byte order mark and empty lines are
 * skipped; lines may end in different ways. Throws `table.header-missing`, `table.header-duplicate` or `table.row-invalid` with the line.
 */
export async function* readCsv(
  input: string | Uint8Array | AsyncIterable<string | Uint8Array>,
  options: CsvReadOptions,
): AsyncGenerator<CsvRow> {
  const { file } = options;
  const chunks = typeof input === 'string' || input instanceof Uint8Array ? [input] : input;
  // The parser counts a CRLF inside quotes as two lines. Corrected while it parses: a later error overtakes rows.
  let counted = 0;
  // Of rows that are parsed and not yet taken.
  const ends: number[] = [];
  const parser = parse({
    bom: true,
    skip_empty_lines: true,
    delimiter: options.delimiter ?? ',',
    // Left to the parser, the end of the first line decides, and later ones of another kind end up in the cells.
    record_delimiter: ['\r\n', '\n', '\r'],
    on_record: (record, { lines }) => {
      for (const cell of record) if (cell.includes('\r\n')) counted += cell.split('\r\n').length - 1;
      ends.push(lines - counted);
      return record;
    },
  });
  // The source's own error destroys the parser with it, so the loop below throws it; nothing is left to handle here.
  pipeline(Readable.from(csvTexts(chunks, file), { objectMode: true }), parser, () => {});
  let columns: readonly string[] | undefined;
  try {
    for await (const parsed of parser) {
      const record = parsed as readonly string[];
      const line = ends.shift()!;
      if (columns === undefined) columns = readHeader(record, options);
      else
        yield {
          line,
          values: Object.fromEntries(columns.map((name, place) => [name, record[place]!])),
        };
    }
  } catch (error) {
    if (error instanceof CsvError) {
      const why = error.message.replace(/ on line \d+$/, '');
      throw tableFailures['row-invalid']({ file, line: Number(error['lines'] ?? 0) - counted, why });
    }
    throw error;
  }
  if (columns === undefined) readHeader([], { required: ['at least one'], ...options });
}

export interface CsvWriteOptions {
  /** Column names, in this order; a row's other properties are left out. */
  readonly columns: readonly string[];
  /**
   * `escape` (default) puts `'` before a text that a spreadsheet would run as a formula: one that begins with = + - @,
   * a tab or a carriage return and is no plain number. `keep` writes texts as they are, for programs only.
   */
  readonly formulas?: 'escape' | 'keep';
}

export type Cell = string | number | bigint | boolean | null | undefined;

/**
 * Writes rows as CSV lines (RFC 4180 quoting, line feeds, UTF-8 without a mark), the header first.
 *
 * null, undefined and NaN become empty cells; numbers are written in JavaScript's shortest exact form.
 */
export function* writeCsv(
  rows: Iterable<{ readonly [column: string]: Cell }>,
  options: CsvWriteOptions,
): Generator<string> {
  const escapes = options.formulas !== 'keep';
  const line = (cells: readonly Cell[]): string => `${cells.map((cell) => formatCell(cell, escapes)).join(',')}\n`;
  yield line(options.columns);
  for (const row of rows) yield line(options.columns.map((name) => row[name]));
}

function formatCell(cell: Cell, escapes: boolean): string {
  if (cell === null || cell === undefined || Number.isNaN(cell)) return '';
  const text = String(cell);
  // Only texts can carry a formula, and -3.5 written as text is still a number.
  const isFormula =
    escapes &&
    typeof cell === 'string' &&
    /^[=+\-@\t\r]/.test(text) &&
    !/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text);
  const safe = isFormula ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
