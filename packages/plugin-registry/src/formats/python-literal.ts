import { LineFault } from './line-fault.ts';
import type { Token } from './python-tokens.ts';
import { float, int, isNumber, NumberedMap, type PyNumber, type Value } from './value.ts';

/** The value of an expression that is a literal; undefined for any other, which only Python could work out. */
export function pythonLiteral(tokens: readonly Token[]): Value | undefined {
  const reader = new LiteralReader(tokens);
  try {
    return reader.whole();
  } catch (error) {
    if (error === noLiteral) return undefined;
    throw error;
  }
}

const noLiteral = new Error('no literal');
const constants: { readonly [name: string]: Value } = { True: true, False: false, None: null };

class LiteralReader {
  readonly #tokens: readonly Token[];
  #at = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  whole(): Value {
    const first = this.#value();
    const value = this.#is(',') ? [first, ...this.#rest(undefined)] : first;
    if (this.#at < this.#tokens.length) throw noLiteral;
    return value;
  }

  #value(): Value {
    const token = this.#tokens[this.#at];
    if (token?.source !== '-' && token?.source !== '+') return this.#unsigned();
    this.#at += 1;
    const value = this.#unsigned();
    if (!isNumber(value)) throw noLiteral;
    if (token.source === '+') return value;
    return value.type === 'int' ? int(-BigInt(value.text)) : float(-Number(value.text.replace('inf', 'Infinity')));
  }

  #unsigned(): Value {
    const token = this.#tokens[this.#at];
    if (token === undefined) throw noLiteral;
    if (token.kind === 'text' || token.kind === 'bytes') return this.#text(token);
    this.#at += 1;
    if (token.kind === 'number') return numberOf(token);
    const constant = token.kind === 'name' ? constants[token.source] : undefined;
    if (constant !== undefined) return constant;
    if (token.source === '[') return this.#list(']');
    if (token.source === '{') return this.#braces(token);
    if (token.source !== '(') throw noLiteral;
    if (this.#is(')')) return this.#list(')');
    const first = this.#value();
    // Brackets around one value are no list; a comma makes it one.
    if (this.#is(',')) return [first, ...this.#rest(')')];
    this.#expect(')');
    return first;
  }

  #list(closer: string): Value[] {
    const values = this.#is(closer) ? [] : [this.#value()];
    return [...values, ...this.#rest(closer)];
  }

  /** The values behind the first one, up to the closing bracket or the end. */
  #rest(closer: string | undefined): Value[] {
    const values: Value[] = [];
    const isOver = (): boolean => (closer === undefined ? this.#at === this.#tokens.length : this.#is(closer));
    while (!isOver()) {
      this.#expect(',');
      if (!isOver()) values.push(this.#value());
    }
    if (closer !== undefined) this.#expect(closer);
    return values;
  }

  #braces(start: Token): Value {
    const map = new Map<string, Value>();
    const numbers = new Map<string, PyNumber>();
    let odd: string | undefined;
    while (!this.#is('}')) {
      const key = this.#value();
      if (this.#is(':')) {
        this.#expect(':');
        const value = this.#value();
        const name = isNumber(key) ? key.text : key;
        // One map cannot have both 1 and '1' here.
        if (typeof name !== 'string' || (map.has(name) && numbers.has(name) !== isNumber(key)))
          odd ??= 'a map with a key that is neither text nor number,';
        else {
          map.set(name, value);
          if (isNumber(key)) numbers.set(name, key);
        }
      } else odd = 'the set';
      if (!this.#is('}')) this.#expect(',');
    }
    this.#expect('}');
    if (odd === undefined) return numbers.size === 0 ? map : new NumberedMap(map, numbers);
    return { type: 'other', what: odd, text: this.#source(start), line: start.line };
  }

  // Texts that stand beside each other are one.
  #text(start: Token): Value {
    let [text, isBytes] = ['', false];
    for (let token = this.#tokens[this.#at]; token !== undefined; token = this.#tokens[this.#at]) {
      if (token.kind === 'template') throw noLiteral;
      if (token.kind !== 'text' && token.kind !== 'bytes') break;
      isBytes ||= token.kind === 'bytes';
      if (!isBytes) text += textOf(token);
      this.#at += 1;
    }
    return isBytes ? { type: 'other', what: 'the bytes', text: this.#source(start), line: start.line } : text;
  }

  #is(mark: string): boolean {
    const token = this.#tokens[this.#at];
    return token?.kind === 'mark' && token.source === mark;
  }

  #expect(mark: string): void {
    if (!this.#is(mark)) throw noLiteral;
    this.#at += 1;
  }

  #source(start: Token): string {
    return this.#tokens
      .slice(this.#tokens.indexOf(start), this.#at)
      .map(({ source }) => source)
      .join(' ');
  }
}

function numberOf({ source, line }: Token): Value {
  const digits = source.replaceAll('_', '');
  if (/^0[xob]/i.test(digits)) return int(BigInt(digits.toLowerCase()));
  if (/j$/i.test(digits)) return { type: 'other', what: 'the complex number', text: source, line };
  return /^\d+$/.test(digits) ? int(digits) : float(Number(digits));
}

const named: { readonly [letter: string]: string } = {
  a: '\u0007',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
  '\n': '',
};

function textOf({ source, line }: Token): string {
  const [, prefix = '', quote = ''] = /^([a-zA-Z]*)("""|'''|"|')/.exec(source) ?? [];
  const inside = source.slice(prefix.length + quote.length, -quote.length);
  if (/r/i.test(prefix)) return inside;
  return inside.replaceAll(
    /\\(?:([0-7]{1,3})|x([\da-fA-F]{2})|u([\da-fA-F]{4})|U([\da-fA-F]{8})|([^]))/g,
    (all: string, octal?: string, x?: string, u?: string, long?: string, letter?: string) => {
      if (octal !== undefined) return String.fromCodePoint(Number.parseInt(octal, 8));
      const code = Number.parseInt(x ?? u ?? long ?? '', 16);
      if (code <= 0x10ffff) return String.fromCodePoint(code);
      if (letter === 'N') throw new LineFault(String.raw`a character by its name (\N{...}) is not read`, line);
      if (letter === undefined || 'xuU'.includes(letter)) throw new LineFault(`'${all}' names no character`, line);
      // What Python does not know it leaves as it is; of a quote or backslash only the backslash goes.
      return named[letter] ?? ('\'"\\'.includes(letter) ? letter : all);
    },
  );
}
