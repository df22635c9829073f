import type { Layout } from '../../report/layout.ts';
import type { FlagSpec } from '../../config/flags.ts';
import type { Style } from '../../report/style.ts';
import { pad, textWidth, wrap } from '../../report/width.ts';

/** A term and what it means, before layout. */
export interface HelpRow {
  readonly term: string;
  readonly meaning: string;
  /** Said after the meaning in a quiet colour: a default, `required`. */
  readonly note?: string;
}

/** Returns a flag as help shows it. */
export function flagRow(flag: FlagSpec): HelpRow {
  const note = noteOf(flag);
  return { term: flagTerm(flag), meaning: flag.description ?? '', ...(note === undefined ? {} : { note }) };
}

/** How the flag is typed: `-t, --test-count <n>`. */
function flagTerm(flag: FlagSpec): string {
  const short = flag.short === undefined ? '    ' : `-${flag.short}, `;
  if (flag.type === 'boolean') return `${short}--${flag.default === true ? '[no-]' : ''}${flag.name}`;
  const several = flag.multiple ? ' ...' : '';
  return `${short}--${flag.name} ${valueWord(flag)}${several}`;
}

const kindWords = { source: '<source>', place: '<place>', file: '<file>', folder: '<folder>' } as const;
const typeWords = {
  string: '<text>',
  integer: '<n>',
  number: '<number>',
  json: '<json>',
  boolean: '',
  enum: '<choice>',
} as const;

function valueWord(flag: FlagSpec): string {
  if (flag.kind !== undefined) return kindWords[flag.kind];
  // Choices are the best word for themselves while they fit.
  const choices = flag.choices?.join('|');
  return choices !== undefined && choices.length <= 24 ? choices : typeWords[flag.type];
}

/** What is not said by the term: choices too many for it, `required`, the default. */
function noteOf(flag: FlagSpec): string | undefined {
  const parts: string[] = [];
  const choices = flag.choices?.join('|');
  if (choices !== undefined && choices.length > 24) parts.push(`one of ${flag.choices?.join(', ')}`);
  if (flag.required) parts.push('required');
  if (flag.default === true) parts.push('on by default');
  if (flag.default !== undefined && flag.default !== false && flag.default !== true)
    parts.push(`default ${defaultText(flag.default)}`);
  return parts.length === 0 ? undefined : parts.join('; ');
}

function defaultText(value: unknown): string {
  return typeof value === 'string' && /^[^\s,]+$/.test(value) ? value : JSON.stringify(value);
}

/** Returns rows as lines: terms in a column of their own, meanings wrapped beside them, or below when it is narrow. */
export function rowLines(rows: readonly HelpRow[], layout: Layout): string[] {
  const { style } = layout;
  const longest = Math.max(0, ...rows.map((row) => textWidth(row.term)));
  const column = Math.min(longest, Math.max(20, Math.floor(layout.width * 0.42)));
  return rows.flatMap((row) => {
    const hang = ' '.repeat(2 + column + 2);
    const note = row.note === undefined ? '' : `(${row.note})`;
    const text = [row.meaning, note].filter((part) => part !== '').join(' ');
    const lines = text === '' ? [] : wrap(text, Math.max(20, layout.width - hang.length));
    const painted = paintNote(lines, note, style).map((line) => hang + line);
    const term = `  ${style.name(pad(row.term, column))}`;
    // A term too long for its column gets a line of its own.
    if (textWidth(row.term) > column) return [term, ...painted];
    return painted.length === 0
      ? [term.trimEnd()]
      : [`${term}  ${(painted[0] as string).slice(hang.length)}`, ...painted.slice(1)];
  });
}

// The note is the end of the text; wrapping may have put its beginning on an earlier line.
function paintNote(lines: readonly string[], note: string, style: Style): string[] {
  let left = note.length;
  const painted: string[] = [];
  for (const line of lines.toReversed()) {
    const quiet = Math.min(left, line.length);
    painted.unshift(line.slice(0, line.length - quiet) + style.dim(line.slice(line.length - quiet)));
    left = Math.max(0, left - quiet - 1);
  }
  return painted;
}
