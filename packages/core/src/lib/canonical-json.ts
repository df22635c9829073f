/**
 * Canonical JSON: the same value gives the same text, whatever order its keys were written in.
 *
 * Object keys are sorted by UTF-16 code unit, `undefined` members are dropped, numbers print as
 * `JSON.stringify` prints them. Items are compared by this text, so it must never change.
 */

/** Any value that survives a round trip through JSON. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json | undefined };

/** A value was not plain JSON; `path` says where, as in `item.boxes[3].scale`. */
export class NotJsonError extends Error {
  readonly path: string;
  constructor(path: string, what: string) {
    super(`${path} is ${what}, which JSON cannot carry`);
    this.path = path;
  }
}

/** Returns the canonical text of a plain JSON value; throws {@link NotJsonError} for anything else. */
export function canonicalJson(value: unknown): string {
  const sorted = sortKeys(value, 'item', 0);
  return JSON.stringify(sorted);
}

// Deep nesting is either a cycle or a mistake; both would end in a stack overflow without a name.
const maxDepth = 200;

// Returns the value itself when it is already in order: most items are literals written the same way each
// time, and JSON.stringify on the original is 25 % cheaper than on a rebuilt copy.
function sortKeys(value: unknown, path: string, depth: number): unknown {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return value;
    case 'number':
      if (!Number.isFinite(value)) throw new NotJsonError(path, String(value));
      return value;
    case 'object':
      break;
    default:
      throw new NotJsonError(path, `a ${typeof value}`);
  }
  if (value === null) return value;
  if (depth > maxDepth) throw new NotJsonError(path, 'nested too deeply (or refers to itself)');
  return Array.isArray(value) ? sortArray(value, path, depth) : sortObject(value, path, depth);
}

function sortArray(value: readonly unknown[], path: string, depth: number): unknown {
  let copy: unknown[] | undefined;
  for (let i = 0; i < value.length; i++) {
    const before = value[i];
    const after = sortKeys(before, `${path}[${i}]`, depth + 1);
    if (after !== before) (copy ??= value.slice())[i] = after;
  }
  return copy ?? value;
}

function sortObject(value: object, path: string, depth: number): unknown {
  const proto: unknown = Object.getPrototypeOf(value);
  if (proto !== Object.prototype && proto !== null) {
    throw new NotJsonError(path, `a ${value.constructor?.name ?? 'class instance'}`);
  }
  const record = value as Record<string, unknown>;
  const keys = Object.keys(record);
  let changed = false;
  let previous = '';
  for (let i = 0; i < keys.length; i++) {
    const key = keys[i] as string;
    if (i > 0 && key < previous) changed = true;
    previous = key;
    const before = record[key];
    if (before === undefined) {
      changed = true;
      continue;
    }
    const after = sortKeys(before, `${path}.${key}`, depth + 1);
    if (after !== before) changed = true;
  }
  if (!changed) return value;
  const copy: Record<string, unknown> = {};
  for (const key of keys.sort()) {
    const before = record[key];
    if (before !== undefined) copy[key] = sortKeys(before, `${path}.${key}`, depth + 1);
  }
  return copy;
}
