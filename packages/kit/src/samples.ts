import { byCodeUnits, sample, seeded } from './seeded.ts';

/** What a sample is drawn from; the lines of a split are such items. */
export interface Sampled {
  readonly key: string;
  readonly class: string | readonly string[];
  readonly split: string;
}

/** The drawn items of one class, by part. */
export interface SampleRow<T extends Sampled> {
  readonly class: string;
  /** In the order of the parts asked for; a part without the class has an empty list. */
  readonly cells: readonly { readonly split: string; readonly items: readonly T[] }[];
}

export interface SampleOptions {
  /** Parts, in the order they are shown. */
  readonly parts: readonly string[];
  /** Items per class and part. Default 4. */
  readonly perCell?: number;
  /** Default 1. */
  readonly seed?: number | string;
}

/**
 * Draws some items of every class and part, the same ones for the same seed in whatever order the items come.
 *
 * Rows are sorted by class, items by key. A cell's draw depends on its own items only.
 */
export function pickSamples<T extends Sampled>(items: readonly T[], options: SampleOptions): readonly SampleRow<T>[] {
  const { parts, perCell = 4, seed = 1 } = options;
  const sorted = [...items].sort((one, other) => byCodeUnits(one.key, other.key));
  const byClass = new Map<string, Map<string, T[]>>();
  for (const item of sorted) {
    for (const name of new Set([item.class].flat())) {
      const cells = byClass.get(name) ?? new Map<string, T[]>();
      byClass.set(name, cells);
      const present = cells.get(item.split);
      if (present) present.push(item);
      else cells.set(item.split, [item]);
    }
  }
  return [...byClass.keys()].sort(byCodeUnits).map((name) => ({
    class: name,
    cells: parts.map((split) => ({
      split,
      items: sample(byClass.get(name)!.get(split) ?? [], perCell, seeded(`${seed}\n${name}\n${split}`)),
    })),
  }));
}
