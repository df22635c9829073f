import { needsQuotes } from './yaml-resolve.ts';

/**
 * How DVC's YAML emitter (ruamel.yaml's, which is PyYAML's) writes one string: plain, single or double quoted,
 * folded at 80 columns. Ported rule by rule, so that a file both tools write has no needless changes in git.
 */
export interface Spot {
  /** Columns already written on the line, counted in code points. */
  readonly column: number;
  /** Spaces before a folded continuation line. */
  readonly indent: number;
  /** Keys on one line are never folded. */
  readonly fold: boolean;
  readonly flow: boolean;
}

/** The string as it stands in the file. */
export function writeString(text: string, spot: Spot): string {
  const chars = Array.from(text);
  const found = examine(chars);
  if (!needsQuotes(text) && (spot.flow ? found.plainInFlow : found.plainInBlock)) return plain(chars, spot);
  // What holds a line feed or a single quote goes into double quotes, where it needs no doubling.
  if (found.singleQuoted && !/[\n']/.test(text)) return singleQuoted(chars, spot);
  return doubleQuoted(chars, spot);
}

/** A key that fits on a line before its colon; other keys get the `? ` form. */
export function isSimpleKey(text: string): boolean {
  return text.length < 128 && !/[\n\u0085\u2028\u2029]/.test(text);
}

const widthColumns = 80;
const lineBreaks = '\n\u0085\u2028\u2029';
const blanks = `\0 \t\r${lineBreaks}`;

interface Examined {
  readonly plainInFlow: boolean;
  readonly plainInBlock: boolean;
  readonly singleQuoted: boolean;
}

function examine(chars: readonly string[]): Examined {
  if (chars.length === 0) return { plainInFlow: false, plainInBlock: false, singleQuoted: true };
  const text = chars.join('');
  let block = text.startsWith('---') || text.startsWith('...');
  let flow = block;
  let [special, broken, breakThenSpace, spaceThenBreak] = [false, false, false, false];
  for (const [at, char] of chars.entries()) {
    const next = chars[at + 1];
    const beforeBlank = next === undefined || blanks.includes(next);
    const previous = chars[at - 1];
    if (at === 0) {
      if ('#,[]{}&*!|>\'"%@`'.includes(char)) flow = block = true;
      if ('?:'.includes(char) && chars.length === 1) flow = true;
      if ('?:'.includes(char) && beforeBlank) block = true;
      if (char === '-' && beforeBlank) flow = block = true;
    } else {
      if (',[]{}'.includes(char)) flow = true;
      if (char === ':' && beforeBlank) flow = block = true;
      if (char === '#' && previous !== undefined && blanks.includes(previous)) flow = block = true;
    }
    if (lineBreaks.includes(char)) broken = true;
    if (char !== '\n' && !isPrintable(char)) special = true;
    if (char === ' ' && previous !== undefined && lineBreaks.includes(previous)) breakThenSpace = true;
    if (lineBreaks.includes(char) && previous === ' ') spaceThenBreak = true;
  }
  const edges = ` ${lineBreaks}`;
  const edged = edges.includes(chars[0] ?? '') || edges.includes(chars.at(-1) ?? '');
  const odd = edged || breakThenSpace || spaceThenBreak || special || broken;
  return {
    plainInFlow: !odd && !flow,
    plainInBlock: !odd && !block,
    singleQuoted: !breakThenSpace && !spaceThenBreak && !special,
  };
}

// Code points YAML prints as they are; the byte order mark is not among them.
function isPrintable(char: string): boolean {
  const code = char.codePointAt(0) ?? 0;
  if (code === 0xfeff) return false;
  return (
    (code >= 0x20 && code <= 0x7e) ||
    code === 0x85 ||
    (code >= 0xa0 && code <= 0xd7ff) ||
    (code >= 0xe000 && code <= 0xfffd) ||
    code >= 0x10000
  );
}

/** Counts columns while text goes out. */
class Line {
  text = '';
  column: number;
  readonly #indent: number;
  constructor({ column, indent }: Spot) {
    this.column = column;
    this.#indent = indent;
  }
  write(chars: readonly string[]): void {
    this.text += chars.join('');
    this.column += chars.length;
  }
  turn(lineBreak = '\n'): void {
    this.text += lineBreak + ' '.repeat(this.#indent);
    this.column = this.#indent;
  }
}

function plain(chars: readonly string[], spot: Spot): string {
  return folded(chars, spot, () => true);
}

// A line may end at a single space once the text before it went beyond the width; runs of spaces are kept whole.
function folded(chars: readonly string[], spot: Spot, mayFold: (start: number, end: number) => boolean): string {
  const line = new Line(spot);
  let start = 0;
  while (start < chars.length) {
    const kind = kindOf(chars[start]);
    let end = start + 1;
    while (end < chars.length && kindOf(chars[end]) === kind) end += 1;
    const run = chars.slice(start, end);
    if (kind === 'space' && run.length === 1 && spot.fold && line.column > widthColumns && mayFold(start, end))
      line.turn();
    else if (kind === 'break') line.turn(run.join(''));
    else line.write(run);
    start = end;
  }
  return line.text;
}

function kindOf(char: string | undefined): 'space' | 'break' | 'word' {
  if (char === ' ') return 'space';
  return char !== undefined && lineBreaks.includes(char) ? 'break' : 'word';
}

function singleQuoted(chars: readonly string[], spot: Spot): string {
  const inside = folded(
    chars,
    { ...spot, column: spot.column + 1 },
    (start, end) => start !== 0 && end !== chars.length,
  );
  return `'${inside}'`;
}

const escapes: { readonly [char: string]: string } = {
  '\0': '0',
  '\u0007': 'a',
  '\b': 'b',
  '\t': 't',
  '\n': 'n',
  '\u000b': 'v',
  '\f': 'f',
  '\r': 'r',
  '\u001b': 'e',
  '"': '"',
  '\\': '\\',
  '\u0085': 'N',
  '\u00a0': '_',
  '\u2028': 'L',
  '\u2029': 'P',
};

function doubleQuoted(chars: readonly string[], spot: Spot): string {
  const line = new Line(spot);
  line.write(['"']);
  let start = 0;
  for (let end = 0; end <= chars.length; end += 1) {
    const char = chars[end];
    const escaped = char === undefined ? '' : escapeOf(char);
    if (char === undefined || escaped !== '') {
      line.write(chars.slice(start, end));
      start = end;
      if (char !== undefined) {
        line.write(Array.from(escaped));
        start = end + 1;
      }
    }
    const foldable = end > 0 && end < chars.length - 1 && (char === ' ' || start >= end);
    if (foldable && spot.fold && line.column + (end - start) > widthColumns) {
      line.write([...chars.slice(start, end), '\\']);
      if (start < end) start = end;
      line.turn();
      if (chars[start] === ' ') line.write(['\\']);
    }
  }
  line.write(['"']);
  return line.text;
}

function escapeOf(char: string): string {
  const code = char.codePointAt(0) ?? 0;
  const kept = (code >= 0x20 && code <= 0x7e) || (code >= 0xa0 && code <= 0xd7ff) || (code >= 0xe000 && code <= 0xfffd);
  if (kept && !'"\\\u2028\u2029\ufeff'.includes(char)) return '';
  const short = escapes[char];
  if (short !== undefined) return `\\${short}`;
  const hex = code.toString(16).toUpperCase();
  if (code <= 0xff) return `\\x${hex.padStart(2, '0')}`;
  return code <= 0xffff ? `\\u${hex.padStart(4, '0')}` : `\\U${hex.padStart(8, '0')}`;
}
