import { type Seeded, shuffle } from '../seeded.ts';
import { columnsOf, type Placement } from './placement.ts';
import type { Targets } from './targets.ts';

export interface MixedFill {
  /** By part, then label, then (last column) items of any class; NaN where nothing is asked. Fractions are fine. */
  readonly targets: Targets;
  /** Parts that may receive anything. */
  readonly parts: readonly number[];
  readonly classCount: number;
  readonly random: Seeded;
}

/**
 * Places groups or items that show several classes: the class with the fewest open groups first, each of its groups to
 * the part that lacks most of that class.
 *
 * Iterative stratification after Sechidis, Tsoumakas and Vlahavas, "On the stratification of multi-label data" (ECML
 * PKDD 2011), with groups in place of examples. `improve` then evens out what greed left.
 */
export function fillMixed(placement: Placement, open: readonly number[], fill: MixedFill): void {
  const order = shuffle(open, fill.random);
  const byLabel: number[][] = Array.from({ length: fill.classCount + 1 }, () => []);
  const openCount = new Array<number>(fill.classCount + 1).fill(0);
  for (const unit of order) {
    for (const { label } of columnsOf(placement.units[unit]!, fill.classCount)) {
      byLabel[label]!.push(unit);
      openCount[label]! += 1;
    }
  }
  for (let label = rarest(openCount, fill.classCount); label >= 0; label = rarest(openCount, fill.classCount)) {
    const size = (unit: number): number => placement.units[unit]!.labels.find((one) => one.label === label)?.count ?? 0;
    // Big groups first: they fit nowhere once the parts are nearly full. Array sort is stable, so the draw decides ties.
    const units = byLabel[label]!.filter((unit) => placement.isOpen(unit)).sort(
      (one, other) => size(other) - size(one),
    );
    for (const unit of units) {
      placement.place(unit, neediest(placement, fill, label));
      for (const column of columnsOf(placement.units[unit]!, fill.classCount)) openCount[column.label]! -= 1;
    }
  }
}

/** The label with the fewest open groups; the column of all items only when no class is open (items without a class). */
function rarest(openCount: readonly number[], classCount: number): number {
  let best = -1;
  for (let label = 0; label < classCount; label++) {
    if (openCount[label]! > 0 && (best < 0 || openCount[label]! < openCount[best]!)) best = label;
  }
  return best < 0 && openCount[classCount]! > 0 ? classCount : best;
}

function neediest(placement: Placement, fill: MixedFill, label: number): number {
  let best = fill.parts[0]!;
  for (const part of fill.parts) {
    const gain = lack(placement, fill, part, label) - lack(placement, fill, best, label);
    const overall = lack(placement, fill, part, fill.classCount) - lack(placement, fill, best, fill.classCount);
    if (gain > 1e-9 || (Math.abs(gain) <= 1e-9 && overall > 1e-9)) best = part;
  }
  return best;
}

function lack(placement: Placement, fill: MixedFill, part: number, label: number): number {
  const target = fill.targets[part]![label]!;
  return Number.isNaN(target) ? 0 : target - placement.counts[part]![label]!;
}
