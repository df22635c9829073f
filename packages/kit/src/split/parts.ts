import { splitFailures } from '../split-failures.ts';
import type { SplitOptions } from './plan.ts';

/** One part with its size made explicit. */
export interface Part {
  readonly name: string;
  /** `count` is items per class, `share` of each class, `total` items over all classes. */
  readonly kind: 'count' | 'share' | 'total' | 'rest';
  /** 0 for `rest`. */
  readonly size: number;
}

/**
 * Reads the sizes of the options and refuses those that cannot add up to all items.
 *
 * Without a `rest` part, shares must sum to 1 or totals to the number of items.
 */
export function readParts(sizes: SplitOptions['parts'], itemCount: number): readonly Part[] {
  const parts = Object.entries(sizes).map(([name, size]) => readPart(name, size));
  if (parts.length === 0) throw impossible('no part is named');
  const restCount = parts.filter((part) => part.kind === 'rest').length;
  if (restCount > 1) throw impossible("only one part can take the 'rest'");
  const shares = sum(parts, 'share');
  const totals = sum(parts, 'total');
  if (restCount === 0) {
    const kinds = new Set(parts.map((part) => part.kind));
    if (kinds.has('count')) throw impossible("parts counted per class need a part that takes the 'rest'");
    if (kinds.size > 1) throw impossible("shares beside totals need a part that takes the 'rest'");
    if (kinds.has('share') && Math.abs(shares - 1) > 1e-9)
      throw impossible(`the shares add up to ${round(shares)}, not 1`);
    if (kinds.has('total') && totals !== itemCount)
      throw impossible(`the totals add up to ${totals}, but there are ${itemCount} items`);
  } else {
    // 0.7 + 0.2 + 0.1 is a hair less than 1, and 0.1 + 0.2 a hair more than 0.3.
    if (shares > 1 - 1e-9) throw impossible(`the shares add up to ${round(shares)}, so nothing is left for the rest`);
    const asked = Math.ceil(shares * itemCount - 1e-6) + totals;
    if (asked > itemCount) throw impossible(`the parts ask for ${asked} items, but there are ${itemCount}`);
  }
  return parts;
}

/** The part that takes what rounding and tight groups leave over: the rest, or the largest one. */
export function restIndex(parts: readonly Part[]): number {
  const rest = parts.findIndex((part) => part.kind === 'rest');
  if (rest >= 0) return rest;
  return parts.reduce((best, part, index) => (part.size > parts[best]!.size ? index : best), 0);
}

function readPart(name: string, size: SplitOptions['parts'][string]): Part {
  // JavaScript lists integer-like names first whatever order they were written in.
  if (!/^[\p{L}_][\p{L}\p{N}._-]*$/u.test(name))
    throw impossible(`'${name}' is no name for a part: letters, digits, '.', '_' and '-'`);
  if (size === 'rest') return { name, kind: 'rest', size: 0 };
  if (typeof size === 'object') {
    if (!isWhole(size.total)) throw impossible(`the total of '${name}' is ${size.total}, not a whole number`);
    return { name, kind: 'total', size: size.total };
  }
  if (isWhole(size)) return { name, kind: 'count', size };
  if (size > 0 && size < 1) return { name, kind: 'share', size };
  throw impossible(`the size of '${name}' is ${size}: neither a whole number nor a share below 1`);
}

function sum(parts: readonly Part[], kind: Part['kind']): number {
  return parts.reduce((total, part) => (part.kind === kind ? total + part.size : total), 0);
}

function isWhole(size: number): boolean {
  return Number.isSafeInteger(size) && size >= 0;
}

function round(share: number): number {
  return Math.round(share * 1e6) / 1e6;
}

function impossible(why: string): Error {
  return splitFailures['sizes-impossible']({ why });
}
