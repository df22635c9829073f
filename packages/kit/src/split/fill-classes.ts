import { shuffle, seeded } from '../seeded.ts';
import { chooseSubset } from './choose-subset.ts';
import type { Placement } from './placement.ts';
import type { Targets } from './targets.ts';

export interface ClassFill {
  readonly classes: readonly string[];
  /** Whole numbers. */
  readonly targets: Targets;
  readonly rest: number;
  readonly seed: number | string;
}

/**
 * Places the groups of classes that share no group with another class, each class for itself.
 *
 * Exact wherever whole groups can add up to the target: `test: 10` is 10. The draw of a class depends on the seed and
 * its own groups only, so a new class changes nothing for the others.
 */
export function fillClasses(
  placement: Placement,
  openByClass: ReadonlyMap<number, readonly number[]>,
  fill: ClassFill,
): void {
  /** By part: items over (+) or under (-) target so far; a tie between too few and too many is decided against it. */
  const over = fill.targets.map(() => 0);
  for (const [label, units] of openByClass) {
    let open = shuffle(units, seeded(`${fill.seed}\n${fill.classes[label]}`));
    for (const [part, row] of fill.targets.entries()) {
      if (part === fill.rest) continue;
      const want = row[label]! - placement.counts[part]![label]!;
      const sizes = open.map((unit) => placement.units[unit]!.items.length);
      const chosen = new Set(chooseSubset(sizes, want, { preferAbove: over[part]! < 0 }));
      for (const place of chosen) placement.place(open[place]!, part);
      over[part]! += placement.counts[part]![label]! - row[label]!;
      open = open.filter((_, place) => !chosen.has(place));
    }
    for (const unit of open) placement.place(unit, fill.rest);
  }
}
