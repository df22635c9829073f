import { isOther, isList, isMap, isNumber, numberKey, type Value } from '../formats/value.ts';

/** `str(value)` of Python: what a value looks like inside a longer text of a template. */
export function pythonText(value: Value): string {
  return typeof value === 'string' ? value : pythonRepr(value);
}

/** `repr(value)` of Python, for the values DVC's files can hold. */
function pythonRepr(value: Value): string {
  if (value === null) return 'None';
  if (value === true) return 'True';
  if (value === false) return 'False';
  if (typeof value === 'string') return quoted(value);
  if (isList(value)) return `[${value.map(pythonRepr).join(', ')}]`;
  if (isMap(value))
    return `{${[...value].map(([key, child]) => `${numberKey(value, key)?.text ?? quoted(key)}: ${pythonRepr(child)}`).join(', ')}}`;
  return isNumber(value) || isOther(value) ? value.text : '';
}

// Python prefers single quotes, and double ones where that saves an escape.
function quoted(text: string): string {
  const mark = text.includes("'") && !text.includes('"') ? '"' : "'";
  const named: { readonly [character: string]: string } = { '\n': '\\n', '\r': '\\r', '\t': '\\t', '\\': '\\\\' };
  const inner = text
    .replace(/[\\\n\r\t]/g, (character) => named[character] ?? character)
    // oxlint-disable-next-line no-control-regex -- the characters Python escapes by number
    .replace(/[\u0000-\u001f\u007f-\u00a0]/g, (unit) => `\\x${unit.charCodeAt(0).toString(16).padStart(2, '0')}`);
  return mark + (mark === "'" ? inner.replaceAll("'", "\\'") : inner) + mark;
}

/** `shlex.quote` of Python: one word for a POSIX shell. */
export function shellWord(text: string): string {
  if (text === '') return "''";
  return /^[A-Za-z0-9_@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'"'"'`)}'`;
}
