import { LineFault } from './line-fault.ts';

/** A word of Python. */
export interface Token {
  /** `template` is an f-string: its value is known only when it runs. */
  readonly kind: 'name' | 'number' | 'text' | 'bytes' | 'template' | 'mark';
  /** As it stands in the file. */
  readonly source: string;
  readonly line: number;
}

/** A line of Python as its grammar counts them: one that goes on within brackets or after `\` is one line. */
export interface LogicalLine {
  /** Columns before its first word; a tab goes to the next multiple of eight. */
  readonly indent: number;
  readonly tokens: readonly Token[];
}

const digits = String.raw`\d(?:_?\d)*`;
const patterns: readonly (readonly [Token['kind'], RegExp])[] = [
  ['number', /0[xX](?:_?[\da-fA-F])+|0[oO](?:_?[0-7])+|0[bB](?:_?[01])+/y],
  ['number', new RegExp(`(?:(?:${digits})?\\.${digits}|${digits}\\.?)(?:[eE][-+]?${digits})?[jJ]?`, 'y')],
  ['name', /[\p{ID_Start}_]\p{ID_Continue}*/uy],
  ['mark', /\.\.\.|(?:\*\*|\/\/|>>|<<)=?|->|[-+*/%@&|^!=<>:]=|[-+*/%@&|^~=<>:.,;()[\]{}!]/y],
];
const opening = /([rR][bBfFtT]?|[bBfFtT][rR]?|[uU])?("""|'''|"|')/y;
const closers: { readonly [opener: string]: string } = { '(': ')', '[': ']', '{': '}' };

/** Cuts Python into lines and words. Throws a {@link LineFault} where a text, bracket or character has no place. */
export function pythonLines(source: string): LogicalLine[] {
  const text = source.replace(/^\uFEFF/, '').replaceAll(/\r\n?/g, '\n');
  const lines: LogicalLine[] = [];
  const open: Token[] = [];
  let tokens: Token[] = [];
  let [at, line, indent] = [0, 1, 0];
  const take = (pattern: RegExp): RegExpExecArray | null => {
    pattern.lastIndex = at;
    return pattern.exec(text);
  };
  const end = (): void => {
    if (tokens.length > 0) lines.push({ indent, tokens });
    tokens = [];
  };
  while (at < text.length) {
    const blank = take(/[ \t\f]*(?:#[^\n]*)?(?:\\\n)?/y)?.[0] ?? '';
    if (tokens.length === 0) indent = columnsOf(blank);
    at += blank.length;
    if (blank.endsWith('\n')) line += 1;
    else if (text[at] === '\n') {
      if (open.length === 0) end();
      [at, line] = [at + 1, line + 1];
    } else if (at < text.length) {
      const token = wordAt();
      tokens.push(token);
      if (token.kind === 'mark' && token.source in closers) open.push(token);
      if (/^[)\]}]$/.test(token.source) && closers[open.pop()?.source ?? ''] !== token.source)
        throw new LineFault(`'${token.source}' closes no bracket`, token.line);
      at += token.source.length;
      line += token.source.split('\n').length - 1;
    }
  }
  const [unclosed] = open;
  if (unclosed !== undefined) throw new LineFault(`'${unclosed.source}' is never closed`, unclosed.line);
  end();
  return lines;

  function wordAt(): Token {
    const mark = take(opening);
    if (mark !== null) return stringAt(mark[1]?.toLowerCase() ?? '', mark[2] ?? '', mark[0].length);
    for (const [kind, pattern] of patterns) {
      const word = take(pattern)?.[0];
      if (word === undefined) continue;
      // 0777 and 1x: Python refuses the whole file.
      if (kind === 'number' && (/^0[\d_]*[1-9][\d_]*$/.test(word) || /[\p{L}\d_]/u.test(text[at + word.length] ?? '')))
        throw new LineFault(`'${word}' begins no number`, line);
      return { kind, source: word, line };
    }
    throw new LineFault(`'${text[at]}' has no place here`, line);
  }

  function stringAt(prefix: string, quote: string, head: number): Token {
    // A backslash keeps the quote after it from ending the text, in a raw one too.
    const body = quote.length === 3 ? String.raw`(?:\\[^]|(?!${quote})[^\\])*` : String.raw`(?:\\[^]|[^\\\n${quote}])*`;
    at += head;
    const rest = take(new RegExp(body + quote, 'y'))?.[0];
    at -= head;
    if (rest === undefined) throw new LineFault(`a text that begins with ${quote} is never closed`, line);
    const kind = /[ft]/.test(prefix) ? 'template' : prefix.includes('b') ? 'bytes' : 'text';
    return { kind, source: text.slice(at, at + head) + rest, line };
  }
}

function columnsOf(blank: string): number {
  let columns = 0;
  for (const character of blank) {
    if (character === ' ') columns += 1;
    else if (character === '\t') columns += 8 - (columns % 8);
    else if (character !== '\f') break;
  }
  return columns;
}
