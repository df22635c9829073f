import { isOther, isList, isMap, isNumber, numberKey, toNumber, type Value, type ValueMap } from './value.ts';

/**
 * `json.dumps(value, sort_keys=True)` of Python, byte by byte: what DVC hashes.
 *
 * Separators are `", "` and `": "`, everything from DEL up is escaped, keys are sorted by code point.
 * Throws a TypeError on dates and the like, which Python cannot dump either.
 */
export function pythonJson(value: Value): string {
  if (value === null) return 'null';
  if (typeof value === 'boolean') return value ? 'true' : 'false';
  if (typeof value === 'string') return jsonString(value);
  if (isList(value)) return `[${value.map(pythonJson).join(', ')}]`;
  if (isMap(value)) {
    const keys = [...value.keys()].sort((a, b) => byKey(value, a, b));
    return `{${keys.map((key) => `${jsonString(key)}: ${pythonJson(value.get(key) ?? null)}`).join(', ')}}`;
  }
  if (isOther(value)) throw new TypeError(`${value.what} ${value.text} has no JSON form`);
  return isNumber(value) ? numberText(value.text) : 'null';
}

// Numbers are sorted as numbers, and only then written as texts.
function byKey(map: ValueMap, a: string, b: string): number {
  const [left, right] = [numberKey(map, a), numberKey(map, b)];
  return left === undefined || right === undefined ? byCodePoint(a, b) : toNumber(left) - toNumber(right);
}

/** One string with Python's escapes: ASCII only, surrogate pairs for what lies beyond U+FFFF. */
export function jsonString(text: string): string {
  // DEL is escaped by Python and not by JavaScript; so is everything above it.
  return JSON.stringify(text).replace(
    /[\u007f-\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** Python's order of strings; JavaScript compares UTF-16 units and so puts emoji before U+E000. */
export function byCodePoint(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let at = 0; at < length; at += 1) {
    const [left, right] = [a.charCodeAt(at), b.charCodeAt(at)];
    if (left !== right) return rank(left) - rank(right);
  }
  return a.length - b.length;
}

// Surrogates stand for code points above U+FFFF, so they rank above every other unit.
function rank(unit: number): number {
  return unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit;
}

function numberText(text: string): string {
  const named: { readonly [text: string]: string } = { inf: 'Infinity', '-inf': '-Infinity', nan: 'NaN' };
  return named[text] ?? text;
}
