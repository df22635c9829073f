/**
 * The values of DVC's files, as Python sees them.
 *
 * JavaScript has one kind of number and sorts integer-like keys of objects to the front; both would change
 * hashes and files that DVC wrote. So numbers keep their kind and maps are `Map`s.
 */

export type Value = null | boolean | string | PyNumber | PyOther | readonly Value[] | ValueMap;
export type ValueMap = ReadonlyMap<string, Value>;

/** A Python int or float; `text` is its `repr`, as in `7`, `1.0`, `1e-07`, `inf`. */
export interface PyNumber {
  readonly type: 'int' | 'float';
  readonly text: string;
}

/** A value without a form in JSON: a date, a set of Python; DVC refuses it wherever it would have to hash it. */
export interface PyOther {
  readonly type: 'other';
  /** What it is, with its article: `the date`, `a set`. */
  readonly what: string;
  /** As it stands in its file. */
  readonly text: string;
  /** Its line there, where that is known. */
  readonly line?: number;
}

/** A map of Python with keys that are numbers, `{0: 'cat'}`; they stand in it as their text. */
export class NumberedMap extends Map<string, Value> {
  readonly numbers: ReadonlyMap<string, PyNumber>;
  constructor(entries: Iterable<readonly [string, Value]>, numbers: ReadonlyMap<string, PyNumber>) {
    super(entries);
    this.numbers = numbers;
  }
}

/** The number that a key of a map is; undefined for a key that is a text. */
export function numberKey(map: ValueMap, key: string): PyNumber | undefined {
  return map instanceof NumberedMap ? map.numbers.get(key) : undefined;
}

/** A map of other entries, of which the keys are what they are in a map that is there. */
export function likeMap(map: ValueMap, entries: readonly (readonly [string, Value])[]): ValueMap {
  return map instanceof NumberedMap ? new NumberedMap(entries, map.numbers) : new Map(entries);
}

export function isMap(value: Value | undefined): value is ValueMap {
  return value instanceof Map;
}

export function isList(value: Value | undefined): value is readonly Value[] {
  return Array.isArray(value);
}

export function isNumber(value: Value | undefined): value is PyNumber {
  return typeof value === 'object' && value !== null && 'type' in value && value.type !== 'other';
}

export function isOther(value: Value | undefined): value is PyOther {
  return typeof value === 'object' && value !== null && 'type' in value && value.type === 'other';
}

export function int(value: number | bigint | string): PyNumber {
  return { type: 'int', text: BigInt(value).toString() };
}

export function float(value: number): PyNumber {
  return { type: 'float', text: floatRepr(value) };
}

/** The number as JavaScript has it; large ints lose digits. */
export function toNumber({ text }: PyNumber): number {
  if (text === 'inf') return Number.POSITIVE_INFINITY;
  return text === '-inf' ? Number.NEGATIVE_INFINITY : Number(text);
}

/** A map of the entries whose value is not undefined, in the order given. */
export function mapOf(entries: { readonly [key: string]: Value | undefined }): Map<string, Value> {
  const map = new Map<string, Value>();
  for (const [key, value] of Object.entries(entries)) if (value !== undefined) map.set(key, value);
  return map;
}

/** Equality as Python's `==`: maps in any order, `1 == 1.0`, `True == 1`. */
export function sameValue(a: Value | undefined, b: Value | undefined): boolean {
  if (a === b) return true;
  if (a === undefined || b === undefined) return false;
  if (isList(a)) return isList(b) && a.length === b.length && a.every((value, at) => sameValue(value, b[at]));
  if (isMap(a)) return isMap(b) && a.size === b.size && [...a].every(([key, value]) => isIn(b, key, value, a));
  if (isOther(a) || isOther(b)) return isOther(a) && isOther(b) && a.what === b.what && a.text === b.text;
  const [left, right] = [asNumber(a), asNumber(b)];
  if (left === undefined || right === undefined) return false;
  return left.type === 'int' && right.type === 'int' ? left.text === right.text : toNumber(left) === toNumber(right);
}

function isIn(map: ValueMap, key: string, value: Value, from: ValueMap): boolean {
  const isNumbered = numberKey(from, key) !== undefined;
  return isNumbered === (numberKey(map, key) !== undefined) && sameValue(value, map.get(key));
}

function asNumber(value: Value): PyNumber | undefined {
  if (typeof value === 'boolean') return int(value ? 1 : 0);
  return isNumber(value) ? value : undefined;
}

/** Python's `repr` of a float: the shortest digits that read back, exponents below -4 and from 16 on. */
export function floatRepr(value: number): string {
  if (Number.isNaN(value)) return 'nan';
  if (!Number.isFinite(value)) return value > 0 ? 'inf' : '-inf';
  const sign = value < 0 || Object.is(value, -0) ? '-' : '';
  const [mantissa = '0', power = '0'] = Math.abs(value).toExponential().split('e');
  const digits = mantissa.replace('.', '');
  const exponent = Number(power);
  if (exponent < -4 || exponent >= 16) {
    const shown = digits.length > 1 ? `${digits[0]}.${digits.slice(1)}` : digits;
    return `${sign}${shown}e${exponent < 0 ? '-' : '+'}${String(Math.abs(exponent)).padStart(2, '0')}`;
  }
  if (exponent < 0) return `${sign}0.${'0'.repeat(-exponent - 1)}${digits}`;
  const whole = digits.slice(0, exponent + 1).padEnd(exponent + 1, '0');
  return `${sign}${whole}.${digits.slice(exponent + 1) || '0'}`;
}
