import type { Sink } from '../../../src/report/reporter.ts';

/** A terminal or pipe that remembers each write. */
export class RecordingSink implements Sink {
  columns: number | undefined;
  rows: number | undefined = 24;
  readonly writes: string[] = [];

  constructor(columns?: number) {
    this.columns = columns;
  }

  write(text: string): void {
    this.writes.push(text);
  }

  get text(): string {
    return this.writes.join('');
  }
}

const escape = '\u001B';
const controls = new RegExp(`(${escape}\\[[?\\d]*[A-Za-z]|\\n|\\r)`);
const cursorUp = new RegExp(`^${escape}\\[(\\d*)A$`);

/**
 * Returns the lines a terminal would show after these writes: it knows newline, return, cursor up, erase to the
 * end of the line and of the screen, which is all the live display uses.
 */
export function screenOf(text: string): string[] {
  const lines: string[] = [''];
  let row = 0;
  for (const part of text.split(controls)) {
    const up = cursorUp.exec(part);
    if (part === '\n') {
      row++;
      lines[row] ??= '';
    } else if (up !== null) row -= Number(up[1] || 1);
    else if (part === '\u001B[J') lines.length = row + 1;
    else if (part === '\u001B[K' || part === '\r' || part.startsWith('\u001B')) continue;
    // Every line is written from its start to its end, so new text simply replaces the old.
    else if (part !== '') lines[row] = part;
    if (part === '\u001B[J') lines[row] = '';
  }
  return lines;
}
