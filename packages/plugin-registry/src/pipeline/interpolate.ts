import { isOther, isList, isMap, type Value, type ValueMap } from '../formats/value.ts';
import { pythonText, shellWord } from './python-text.ts';

/** What is wrong with a template, in words; whoever knows the file makes it a failure. */
export class TemplateFault extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'TemplateFault';
  }
}

/** How a map in a `cmd` becomes options: DVC's config section `parsing`. */
export interface ParsingOptions {
  /** `store_true`: a false bool is left out; `boolean_optional`: it becomes `--no-<key>`. */
  readonly bool?: string;
  /** `nargs`: `--k 1 2`; `append`: `--k 1 --k 2`. */
  readonly list?: string;
}

export interface InterpolateOptions extends ParsingOptions {
  /** The stage's key the text stands in: a map is only allowed in `cmd`, a list only in `foreach`. */
  readonly key?: string;
  /** Is told each single value that stood for a template, and its dotted name, indexes of lists counted from 0. */
  readonly used?: (name: string, value: Value) => void;
}

const template = /(?<!\\)\$\{(.*?)\}/gs;

/**
 * A text with each `${name.of[0].value}` replaced; a text that is one template keeps the value's type.
 *
 * Throws a {@link TemplateFault} for names that are not there and for values that have no place in the text.
 */
export function interpolate(text: string, context: ValueMap, options: InterpolateOptions = {}): Value {
  const matches = [...text.matchAll(template)];
  const [first] = matches;
  if (first !== undefined && matches.length === 1 && first[0].length === text.length) {
    return checked(select(context, first[1] ?? '', options), options.key);
  }
  const replaced = text.replace(template, (_, inner: string) =>
    embedded(checked(select(context, inner, options), options.key), options),
  );
  return replaced.replaceAll('\\${', '${');
}

/** A value with all texts in it replaced, keys of maps included. */
export function interpolateAll(value: Value, context: ValueMap, options: InterpolateOptions = {}): Value {
  if (typeof value === 'string') return interpolate(value, context, options);
  if (isList(value)) return value.map((each) => interpolateAll(each, context, options));
  if (!isMap(value)) return value;
  return new Map(
    [...value].map(([key, child]) => [
      pythonText(interpolate(key, context, options)),
      interpolateAll(child, context, options),
    ]),
  );
}

/** The dotted name that a text is the template of, and nothing besides; undefined for any other text. */
export function templateName(text: string): string | undefined {
  const [first, ...more] = text.matchAll(template);
  return first === undefined || more.length > 0 || first[0].length !== text.length
    ? undefined
    : partsOf(first[1] ?? '').join('.');
}

/** The value a dotted name stands for: `a.b[0].c`. */
function select(context: ValueMap, name: string, { used }: InterpolateOptions): Value {
  let value: Value = context;
  const path: string[] = [];
  for (const part of partsOf(name)) {
    const at: string = isList(value) ? indexIn(value, part) : part;
    const child: Value | undefined = isMap(value) ? value.get(at) : isList(value) ? value[Number(at)] : undefined;
    if (child === undefined) throw new TemplateFault(`Could not find '${name.trim()}'`);
    value = child;
    path.push(at);
  }
  if (isOther(value)) throw new TemplateFault(`'${name.trim()}' is ${value.what} ${value.text}; write it in quotes`);
  if (!isMap(value) && !isList(value)) used?.(path.join('.'), value);
  return value;
}

function partsOf(name: string): string[] {
  const text = name.trim();
  if (!/^[^\s.[\]:{}$]+(?:\.[^\s.[\]:{}$]+|\[[^\s.[\]:{}$]+\])*$/.test(text))
    throw new TemplateFault(`'\${${name}}' is no name such as a.b[0].c`);
  return text.split(/[.[\]]+/).filter((part) => part !== '');
}

// A negative index counts from the end, as in Python.
function indexIn(list: readonly Value[], part: string): string {
  return /^-\d+$/.test(part) ? String(list.length + Number(part)) : /^\d+$/.test(part) ? part : 'none';
}

function checked(value: Value, key: string | undefined): Value {
  const isComposite = isMap(value) || isList(value);
  if (!isComposite || key === undefined || key.includes('foreach') || key === 'matrix') return value;
  if (isMap(value) && key === 'cmd') return value;
  throw new TemplateFault(`Cannot interpolate data of type '${isMap(value) ? 'dict' : 'list'}'`);
}

function embedded(value: Value, options: ParsingOptions): string {
  if (typeof value === 'boolean') return String(value);
  return isMap(value) ? commandOptions(value, options) : pythonText(value);
}

// {"x": {"y": 3}, "flag": true} is --x.y 3 --flag.
function commandOptions(map: ValueMap, options: ParsingOptions): string {
  return flattened(map, '')
    .map(([key, value]) => commandOption(key, value, options))
    .filter((text) => text !== '')
    .join(' ');
}

function commandOption(key: string, value: Value, { bool = 'store_true', list = 'nargs' }: ParsingOptions): string {
  if (value === true) return `--${key}`;
  if (value === false) return bool === 'boolean_optional' ? `--no-${key}` : '';
  if (!isList(value)) return `--${key} ${word(value)}`;
  if (value.some((item) => isList(item) || isMap(item)))
    throw new TemplateFault(`Cannot interpolate nested iterable in '${key}'`);
  if (list === 'append') return value.map((item) => `--${key} ${word(item)}`).join(' ');
  return value.length === 0 ? '' : `--${key} ${value.map(word).join(' ')}`;
}

function word(value: Value): string {
  return typeof value === 'string' ? shellWord(value) : pythonText(value);
}

function flattened(map: ValueMap, prefix: string): (readonly [string, Value])[] {
  return [...map].flatMap(([key, value]) =>
    isMap(value) && value.size > 0 ? flattened(value, `${prefix}${key}.`) : [[`${prefix}${key}`, value] as const],
  );
}
