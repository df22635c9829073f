import { fail } from '../model/failure.ts';

const factors: { readonly [unit: string]: number } = { '': 1, k: 1e3, m: 1e6, g: 1e9 };

/** Reads a number of bytes with a unit in powers of 1000, as in `500k` or `1.5M`; `what` names it in the failure. */
export function byteCount(what: string, text: string): number {
  const [, digits = '', unit = ''] = /^(\d+(?:\.\d+)?)\s*([kmg]?)b?(?:\/s)?$/i.exec(text) ?? [];
  const value = Math.round(Number(digits) * (factors[unit.toLowerCase()] ?? Number.NaN));
  if (digits !== '' && value >= 1) return value;
  throw fail('usage.invalid', { message: `${what} is a number of bytes such as 500k or 10M, not ${text}` });
}
