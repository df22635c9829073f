import type { LabelCount, Unit } from './groups.ts';
import type { MixedFill } from './fill-mixed.ts';
import { columnsOf, type Placement } from './placement.ts';

/** Above this many groups, trying every pair for a swap takes minutes; then each group meets this many drawn partners. */
const allPairsLimit = 1200;
const drawnPartners = 40;
const maxRounds = 12;
/** Bounds the time of big sets (about a second); their parts are so large that little is left to even out. */
const maxTries = 4_000_000;

/**
 * Moves and swaps groups between parts as long as that brings the counts nearer to their targets.
 *
 * What shrinks is Pearson's chi-square, the sum over parts and classes of (got - wanted)^2 / wanted: one item too many
 * weighs more in a small part and in a rare class.
 */
export function improve(placement: Placement, movable: readonly number[], fill: MixedFill): void {
  const columns = new Map(movable.map((unit) => [unit, columnsOf(placement.units[unit]!, fill.classCount)]));
  const cost = (part: number, unit: number, sign: 1 | -1, other?: number): number =>
    costChange(
      fill.targets[part]!,
      placement.counts[part]!,
      columns.get(unit)!,
      sign,
      other === undefined ? [] : columns.get(other)!,
    );
  const tries = movable.length * Math.min(movable.length, drawnPartners);
  for (let round = 0; round < maxRounds && round * tries < maxTries; round++) {
    const moved = moveRound(placement, movable, fill, cost);
    const swapped = swapRound(placement, movable, fill, cost);
    if (!moved && !swapped) return;
  }
}

type Cost = (part: number, unit: number, sign: 1 | -1, other?: number) => number;

function moveRound(placement: Placement, movable: readonly number[], fill: MixedFill, cost: Cost): boolean {
  let any = false;
  for (const unit of movable) {
    const from = placement.partOf[unit]!;
    const leaving = cost(from, unit, -1);
    let best = from;
    let bestChange = -1e-9;
    for (const part of fill.parts) {
      if (part === from) continue;
      const change = leaving + cost(part, unit, 1);
      if (change < bestChange) [best, bestChange] = [part, change];
    }
    if (best === from) continue;
    placement.place(unit, best);
    any = true;
  }
  return any;
}

function swapRound(placement: Placement, movable: readonly number[], fill: MixedFill, cost: Cost): boolean {
  let any = false;
  const tryPair = (one: number, other: number): void => {
    const from = placement.partOf[one]!;
    const to = placement.partOf[other]!;
    if (from === to || isAlike(placement.units[one]!, placement.units[other]!)) return;
    if (cost(from, one, -1, other) + cost(to, other, -1, one) >= -1e-9) return;
    placement.place(one, to);
    placement.place(other, from);
    any = true;
  };
  if (movable.length <= allPairsLimit) {
    for (let one = 0; one < movable.length; one++) {
      for (let other = one + 1; other < movable.length; other++) tryPair(movable[one]!, movable[other]!);
    }
    return any;
  }
  for (const one of movable) {
    for (let draw = 0; draw < drawnPartners; draw++) tryPair(one, movable[fill.random.below(movable.length)]!);
  }
  return any;
}

/**
 * How the chi-square of one part changes when `columns` come (`sign` 1) or go (-1) and, at the same time, `against`
 * does the opposite.
 */
function costChange(
  targets: readonly number[],
  counts: readonly number[],
  columns: readonly LabelCount[],
  sign: 1 | -1,
  against: readonly LabelCount[],
): number {
  let change = 0;
  const add = (label: number, delta: number): void => {
    const target = targets[label]!;
    if (delta === 0 || Number.isNaN(target)) return;
    const off = counts[label]! - target;
    // A wish of nothing still weighs: half an item keeps the quotient finite.
    change += (delta * (2 * off + delta)) / Math.max(target, 0.5);
  };
  let place = 0;
  // Both lists ascend by label: one merge, no map, because this runs millions of times.
  for (const { label, count } of columns) {
    while (place < against.length && against[place]!.label < label)
      add(against[place]!.label, -sign * against[place++]!.count);
    const back = place < against.length && against[place]!.label === label ? against[place++]!.count : 0;
    add(label, sign * (count - back));
  }
  while (place < against.length) add(against[place]!.label, -sign * against[place++]!.count);
  return change;
}

function isAlike(one: Unit, other: Unit): boolean {
  return one.labels === other.labels;
}
