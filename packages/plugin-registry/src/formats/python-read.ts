import { LineFault } from './line-fault.ts';
import { pythonLiteral } from './python-literal.ts';
import { type LogicalLine, pythonLines, type Token } from './python-tokens.ts';
import type { Value, ValueMap } from './value.ts';

/** The values of a Python file. */
export interface PythonValues {
  readonly values: ValueMap;
  /** The lines of assigned names whose values are no literals: dotted name to line. */
  readonly skipped: ReadonlyMap<string, number>;
}

/**
 * Reads what DVC reads of a Python file: assignments of literals at its top, in classes, and to `self` in `__init__`.
 *
 * Nothing is run. Anything else is passed over, what stands in `if` or `for` too. Throws a {@link LineFault} where the
 * text falls apart.
 */
export function readPython(text: string): PythonValues {
  const reader = new BodyReader(pythonLines(text));
  return { values: reader.body(0, { prefix: '', onlySelf: false }), skipped: reader.skipped };
}

interface Place {
  /** What stands before the names in it: `Train.`. */
  readonly prefix: string;
  /** Within `__init__`, where other names are gone when it ends. */
  readonly onlySelf: boolean;
}

// `match` and `case` may be names too; their blocks are passed over by their indent.
const compound = new Set('if elif else for while with try except finally def class async'.split(' '));

class BodyReader {
  readonly skipped = new Map<string, number>();
  readonly #lines: readonly LogicalLine[];
  #at = 0;

  constructor(lines: readonly LogicalLine[]) {
    this.#lines = lines;
  }

  body(indent: number, place: Place): Map<string, Value> {
    const values = new Map<string, Value>();
    for (let line = this.#lines[this.#at]; line !== undefined; line = this.#lines[this.#at]) {
      if (line.indent < indent) break;
      if (line.indent > indent) throw new LineFault('this line is indented too far', line.tokens[0]?.line ?? 1);
      this.#at += 1;
      this.#statement(line, { values, place });
    }
    return values;
  }

  #statement(line: LogicalLine, to: { readonly values: Map<string, Value>; readonly place: Place }): void {
    const [first, name] = line.tokens;
    if (first?.kind !== 'name' || !compound.has(first.source)) {
      for (const part of split(line.tokens, ';')) this.#assign(part, to);
      if (line.tokens.at(-1)?.source === ':') this.#passOver(line.indent);
      return;
    }
    if (first.source === 'class') {
      const own = nameOf(name);
      to.values.set(own, this.#block(line, { prefix: `${to.place.prefix}${own}.`, onlySelf: false }));
    } else if (first.source === 'def' && name?.source === '__init__') {
      for (const [key, value] of this.#block(line, { ...to.place, onlySelf: true })) to.values.set(key, value);
    } else this.#passOver(line.indent);
  }

  // What belongs to a header: the rest of its line, or the lines below that stand further in.
  #block(header: LogicalLine, place: Place): Map<string, Value> {
    const inline = header.tokens.slice(outside(header.tokens, ':') + 1);
    const values = new Map<string, Value>();
    for (const part of split(inline, ';')) this.#assign(part, { values, place });
    const next = this.#lines[this.#at];
    return inline.length === 0 && next !== undefined && next.indent > header.indent
      ? this.body(next.indent, place)
      : values;
  }

  #passOver(indent: number): void {
    while ((this.#lines[this.#at]?.indent ?? 0) > indent) this.#at += 1;
  }

  #assign(
    tokens: readonly Token[],
    { values, place }: { readonly values: Map<string, Value>; readonly place: Place },
  ): void {
    const [equals, colon] = [outside(tokens, '='), outside(tokens, ':')];
    if (equals < 0) return;
    // A colon before the value stands before a type.
    const name = targetOf(tokens.slice(0, colon >= 0 && colon < equals ? colon : equals), place);
    const expression = tokens.slice(equals + 1);
    if (name === undefined || outside(expression, '=') >= 0) return;
    const value = pythonLiteral(expression);
    if (value === undefined) this.skipped.set(place.prefix + name, expression[0]?.line ?? 1);
    else values.set(name, value);
  }
}

function targetOf(tokens: readonly Token[], { onlySelf }: Place): string | undefined {
  const [first, second, third] = tokens;
  if (first?.source === '(' && tokens.at(-1)?.source === ')')
    return targetOf(tokens.slice(1, -1), { prefix: '', onlySelf });
  if (tokens.length === 1 && first?.kind === 'name' && !onlySelf) return nameOf(first);
  const isSelf = first?.source === 'self' && second?.source === '.' && third?.kind === 'name' && tokens.length === 3;
  return isSelf ? nameOf(third) : undefined;
}

// Python takes names that look alike for one.
function nameOf(token: Token | undefined): string {
  return token?.source.normalize('NFKC') ?? '';
}

/** The index of the first mark of that kind outside all brackets, or -1. */
function outside(tokens: readonly Token[], mark: string): number {
  let depth = 0;
  return tokens.findIndex(({ kind, source }) => {
    if (kind !== 'mark') return false;
    if ('([{'.includes(source)) depth += 1;
    if (')]}'.includes(source)) depth -= 1;
    return depth === 0 && source === mark;
  });
}

function split(tokens: readonly Token[], mark: string): (readonly Token[])[] {
  const at = outside(tokens, mark);
  return at < 0 ? [tokens] : [tokens.slice(0, at), ...split(tokens.slice(at + 1), mark)];
}
