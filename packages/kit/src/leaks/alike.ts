import type { LeakItem } from './leak-report.ts';

/** Items that share an id. */
export interface Alike<T> {
  readonly id: string;
  readonly items: readonly T[];
}

/** Gathers items by an id, in the order of their first member; items without one are left out. */
export function alikeBy<T>(items: readonly T[], idOf: (item: T) => string | undefined): readonly Alike<T>[] {
  const byId = new Map<string, T[]>();
  for (const item of items) {
    const id = idOf(item);
    if (id === undefined) continue;
    const present = byId.get(id);
    if (present) present.push(item);
    else byId.set(id, [item]);
  }
  return Array.from(byId, ([id, members]) => ({ id, items: members }));
}

/**
 * Counts pairs between different parts (across) and inside one part (within): of one group, or between two.
 *
 * By counting items per part: a group of 100,000 blank images has 5 billion pairs, and no list of them is ever made.
 */
export function pairsOf(items: readonly LeakItem[], others?: readonly LeakItem[]): { across: number; within: number } {
  if (others === undefined) {
    if (items.length === 1) return { across: 0, within: 0 };
    let within = 0;
    for (const size of sizesByPart(items).values()) within += (size * (size - 1)) / 2;
    return { across: (items.length * (items.length - 1)) / 2 - within, within };
  }
  const sizes = sizesByPart(items);
  let within = 0;
  for (const [part, size] of sizesByPart(others)) within += size * (sizes.get(part) ?? 0);
  return { across: items.length * others.length - within, within };
}

function sizesByPart(items: readonly LeakItem[]): Map<string, number> {
  const sizes = new Map<string, number>();
  for (const { split } of items) sizes.set(split, (sizes.get(split) ?? 0) + 1);
  return sizes;
}
