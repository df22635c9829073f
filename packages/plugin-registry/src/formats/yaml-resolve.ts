import { float, int, type Value } from './value.ts';

/**
 * What a plain (unquoted) YAML scalar means to DVC's loader: YAML 1.2 with the octals, underscores and dates
 * that ruamel.yaml still knows. `yes`, `no`, `on`, `12:30:45` are strings.
 */
export function resolvePlain(text: string): Value {
  if (nulls.has(text)) return null;
  if (/^(?:true|True|TRUE)$/.test(text)) return true;
  if (/^(?:false|False|FALSE)$/.test(text)) return false;
  if (/^[-+]?0b[01_]+$/.test(text)) return int(signed(text, (digits) => BigInt(digits)));
  if (/^[-+]?0o[0-7_]+$/.test(text)) return int(signed(text, (digits) => BigInt(digits)));
  if (/^[-+]?0x[0-9a-fA-F_]+$/.test(text)) return int(signed(text, (digits) => BigInt(digits)));
  if (/^[-+]?[0-9][0-9_]*$/.test(text)) return int(signed(text, (digits) => BigInt(digits)));
  const infinite = /^([-+]?)\.(?:inf|Inf|INF)$/.exec(text);
  if (infinite) return float(infinite[1] === '-' ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY);
  if (/^\.(?:nan|NaN|NAN)$/.test(text)) return float(Number.NaN);
  if (floats.some((pattern) => pattern.test(text))) return float(Number(text.replaceAll('_', '')));
  if (dates.some((pattern) => pattern.test(text))) return { type: 'other', what: 'the date', text };
  return text;
}

/** Whether a string written plain would be read as something else, so that it needs quotes. */
export function needsQuotes(text: string): boolean {
  return text === '=' || text === '<<' || resolvePlain(text) !== text;
}

const nulls = new Set(['', '~', 'null', 'Null', 'NULL']);

const floats = [
  /^[-+]?[0-9][0-9_]*\.[0-9_]*(?:[eE][-+]?[0-9]+)?$/,
  /^[-+]?[0-9][0-9_]*[eE][-+]?[0-9]+$/,
  /^[-+]?\.[0-9_]+(?:[eE][-+][0-9]+)?$/,
];

const dates = [
  /^\d{4}-\d\d-\d\d$/,
  /^\d{4}-\d\d?-\d\d?(?:[Tt]|[ \t]+)\d\d?:\d\d:\d\d(?:\.\d*)?(?:[ \t]*(?:Z|[-+]\d\d?(?::\d\d)?))?$/,
];

function signed(text: string, read: (digits: string) => bigint): bigint {
  const value = read(text.replace(/^[-+]/, '').replaceAll('_', ''));
  return text.startsWith('-') ? -value : value;
}
