/** One record of a CSV text and the line it starts on (1-based). */
export interface CsvRecord {
  readonly cells: readonly string[];
  readonly line: number;
}

/** Why a text is not CSV, and on which line. */
export interface CsvTrouble {
  readonly line: number;
  readonly message: string;
}

/**
 * Splits a CSV text (RFC 4180: quotes, doubled quotes, line breaks inside quotes) into records; empty lines
 * are left out. For the short lists that params name; big tables belong to a step.
 */
export function readCsv(text: string, separator: ',' | '\t'): readonly CsvRecord[] | CsvTrouble {
  const records: CsvRecord[] = [];
  let cells: string[] = [];
  let line = 1;
  let startLine = 1;
  let at = 0;
  const unquoted = separator === ',' ? /[^,\r\n]*/y : /[^\t\r\n]*/y;
  while (at < text.length) {
    let cell: string;
    if (text[at] === '"') {
      const end = closingQuote(text, at + 1);
      if (end === -1) return { line, message: 'a quote is not closed' };
      cell = text.slice(at + 1, end).replaceAll('""', '"');
      line += cell.split('\n').length - 1;
      at = end + 1;
    } else {
      unquoted.lastIndex = at;
      cell = unquoted.exec(text)?.[0] ?? '';
      at += cell.length;
    }
    cells.push(cell);
    // What follows a cell is a separator, the end of a line, or the end of the text.
    const next = text[at];
    if (next === separator) {
      at++;
      // A separator at the very end opens one more, empty cell.
      if (at === text.length) cells.push('');
      if (text[at] !== '\r' && text[at] !== '\n') continue;
      if (at < text.length) cells.push('');
    } else if (next !== undefined && next !== '\r' && next !== '\n') {
      return { line, message: 'text follows a closing quote' };
    }
    if (text[at] === '\r' && text[at + 1] === '\n') at++;
    at++;
    if (cells.length > 1 || cells[0] !== '') records.push({ cells, line: startLine });
    cells = [];
    startLine = ++line;
  }
  return records;
}

// A doubled quote is one quote of the text; the first single one ends the cell.
function closingQuote(text: string, from: number): number {
  for (let at = text.indexOf('"', from); at !== -1; at = text.indexOf('"', at + 2)) {
    if (text[at + 1] !== '"') return at;
  }
  return -1;
}
