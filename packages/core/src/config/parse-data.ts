import { parseDocument } from 'yaml';
import type { Json } from '../lib/canonical-json.ts';
import { coerceText } from './coerce.ts';
import { readCsv } from './csv.ts';
import { deref, type JsonSchema } from './json-schema.ts';

/** What a text of data holds, or why it cannot be read. */
export type ParsedData =
  | {
      readonly ok: true;
      readonly value: Json;
      /** 1-based line of each entry, in formats that go line by line. */
      readonly lines?: readonly number[];
    }
  | { readonly ok: false; readonly message: string; readonly line?: number; readonly column?: number };

/**
 * Reads a text as its name says: `.json`, `.yaml`/`.yml`, `.csv`, `.tsv`, `.jsonl`/`.ndjson`, `.txt` (a list of
 * lines); JSON when the name says nothing. CSV needs a header line and gives objects, whose cells become the
 * types that `inner` (the schema of the whole data) asks for; an empty cell of another type than text is absent.
 */
export function parseData(text: string, name: string, inner: JsonSchema, root: JsonSchema): ParsedData {
  // Spreadsheets and Windows editors write a byte order mark.
  const plain = text.startsWith('\uFEFF') ? text.slice(1) : text;
  switch (extensionOf(name)) {
    case 'yaml':
    case 'yml':
      return parseYaml(plain);
    case 'csv':
      return parseTable(plain, ',', inner, root);
    case 'tsv':
      return parseTable(plain, '\t', inner, root);
    case 'jsonl':
    case 'ndjson':
      return parseJsonLines(plain);
    case 'txt':
      return parseLines(plain);
    default:
      return parseJson(plain);
  }
}

// The path of a URL, without its query: `https://example.org/list.csv?version=2`.
function extensionOf(name: string): string {
  const path = /^[a-z][a-z0-9+.-]+:\/\//i.test(name) ? name.replace(/[?#].*$/s, '') : name;
  return (/\.([A-Za-z0-9]+)$/.exec(path)?.[1] ?? '').toLowerCase();
}

function parseJson(text: string): ParsedData {
  try {
    return { ok: true, value: JSON.parse(text) as Json };
  } catch (error) {
    // V8 quotes the text around the error, which may hold anything; only the spot is kept.
    const spot = /\(line (\d+) column (\d+)\)/.exec(String(error));
    const place = spot === null ? strayTokenIn(text) : { line: Number(spot[1]), column: Number(spot[2]) };
    return {
      ok: false,
      message: text.trim() === '' ? 'is empty, where JSON is expected' : 'is not valid JSON',
      ...place,
    };
  }
}

/**
 * The place of a token that cannot stand where it does, as after a last comma: V8 tells it of every mistake but this.
 *
 * Every text that goes on past the token is refused for it, and none that ends before it: halving finds it.
 */
function strayTokenIn(text: string): { readonly line?: number; readonly column?: number } {
  const isIn = (length: number): boolean => {
    try {
      JSON.parse(text.slice(0, length));
      return false;
    } catch (error) {
      return String(error).includes('Unexpected token');
    }
  };
  if (!isIn(text.length)) return {};
  let [without, within] = [0, text.length];
  while (within - without > 1) {
    const middle = Math.floor((without + within) / 2);
    if (isIn(middle)) within = middle;
    else without = middle;
  }
  const before = text.slice(0, without).split('\n');
  return { line: before.length, column: (before.at(-1) ?? '').length + 1 };
}

// Many times the size of a config may come here, so places are known for syntax errors only.
function parseYaml(text: string): ParsedData {
  const document = parseDocument(text, { prettyErrors: true, logLevel: 'silent' });
  const [error] = document.errors;
  if (error === undefined) {
    try {
      return { ok: true, value: document.toJS() as Json };
    } catch {
      return { ok: false, message: 'holds too many or circular aliases' };
    }
  }
  const [place] = error.linePos ?? [];
  const message = error.code === 'DUPLICATE_KEY' ? 'has the same key twice' : 'is not valid YAML';
  return { ok: false, message, ...(place === undefined ? {} : { line: place.line, column: place.col }) };
}

// A line that was cut (a copy that broke off) must not pass for a shorter list.
function parseJsonLines(text: string): ParsedData {
  const values: Json[] = [];
  const lines: number[] = [];
  for (const [i, line] of text.split('\n').entries()) {
    if (line.trim() === '') continue;
    const read = parseJson(line);
    if (!read.ok) return { ok: false, message: 'is not valid JSON', line: i + 1 };
    values.push(read.value);
    lines.push(i + 1);
  }
  return { ok: true, value: values, lines };
}

// One name per line, the list everybody can make; blanks around a name are never meant.
function parseLines(text: string): ParsedData {
  const all = text.split(/\r?\n/).map((line, i) => ({ line: line.trim(), number: i + 1 }));
  const filled = all.filter(({ line }) => line !== '');
  return { ok: true, value: filled.map(({ line }) => line), lines: filled.map(({ number }) => number) };
}

function parseTable(text: string, separator: ',' | '\t', inner: JsonSchema, root: JsonSchema): ParsedData {
  const records = readCsv(text, separator);
  if ('message' in records) return { ok: false, ...records };
  const [header, ...rows] = records;
  if (header === undefined) return { ok: false, message: 'is empty, where a header line is expected', line: 1 };
  const names = header.cells.map((name) => name.trim());
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  // One of the two would silently win.
  if (twice !== undefined) return { ok: false, message: `has two columns named ${twice}`, line: header.line };
  const items = deref(inner, root).items;
  const row = items ? deref(items, root) : {};
  const values: Json[] = [];
  // Fewer cells than columns are fine (editors drop trailing empty ones); more mean a comma without quotes.
  for (const { cells, line } of rows) {
    if (cells.length > names.length)
      return { ok: false, message: `has ${cells.length} cells, but ${names.length} columns`, line };
    values.push(readRow(names, cells, row, root));
  }
  return { ok: true, value: values, lines: rows.map(({ line }) => line) };
}

function readRow(names: readonly string[], cells: readonly string[], row: JsonSchema, root: JsonSchema): Json {
  const members = names.flatMap((name, i): [string, Json][] => {
    const cell = cells[i] ?? '';
    const schema = row.properties?.[name] ?? { type: 'string' };
    const required = row.required?.includes(name) ?? false;
    if (cell === '' && !required) return [];
    const read = coerceText(cell, schema, root);
    // A cell that does not fit stays a text, so that the check of the whole names it.
    return [[name, read.ok ? read.value : cell]];
  });
  return Object.fromEntries(members);
}
