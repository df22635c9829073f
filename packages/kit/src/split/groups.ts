import { byCodeUnits } from '../seeded.ts';
import { splitFailures } from '../split-failures.ts';
import type { SplitItem, SplitOptions, SplitWarning } from './plan.ts';

/** How many items of a group show one class. */
export interface LabelCount {
  /** Index into the sorted list of classes. */
  readonly label: number;
  readonly count: number;
}

/** A group of items that is placed whole: the atom of a split. */
export interface Unit {
  readonly group: string;
  readonly items: readonly SplitItem[];
  /** By label, ascending. */
  readonly labels: readonly LabelCount[];
}

export interface Grouped {
  /** Sorted by their first key. */
  readonly units: readonly Unit[];
  readonly classes: readonly string[];
  /** True when an item has several classes or none, so class counts do not add up to items. */
  readonly multiLabel: boolean;
  readonly warnings: readonly SplitWarning[];
}

/** Sorts items by key in Unicode NFC and refuses a key that comes twice; classes are put into NFC. */
export function sortItems(items: readonly SplitItem[]): readonly SplitItem[] {
  const keyed = items.map((item) => ({ item: withClassInNfc(item), key: item.key.normalize('NFC') }));
  keyed.sort((one, other) => byCodeUnits(one.key, other.key));
  for (let index = 1; index < keyed.length; index++) {
    if (keyed[index]!.key !== keyed[index - 1]!.key) continue;
    throw splitFailures['duplicate-key']({ key: keyed[index]!.item.key, other: keyed[index - 1]!.item.key });
  }
  return keyed.map(({ item }) => item);
}

/** A class that is the name of a folder comes decomposed from macOS: another name would be another draw. */
function withClassInNfc(item: SplitItem): SplitItem {
  const written = item.class;
  if (typeof written !== 'string') return { ...item, class: written.map((name) => name.normalize('NFC')) };
  const name = written.normalize('NFC');
  return name === written ? item : { ...item, class: name };
}

/** Gathers sorted items into groups, classes as indices. */
export function groupItems(sorted: readonly SplitItem[], groupBy: SplitOptions['groupBy']): Grouped {
  const findGroup = groupFinder(groupBy);
  const classes = [...new Set(sorted.flatMap((item) => item.class))].sort(byCodeUnits);
  const labelOf = new Map(classes.map((name, label) => [name, label]));
  const members = new Map<string, SplitItem[]>();
  let ungrouped = 0;
  for (const item of sorted) {
    const found = item.group ?? findGroup(item.key);
    if (found === undefined && groupBy !== undefined) ungrouped++;
    const group = (found ?? item.key).normalize('NFC');
    const present = members.get(group);
    if (present) present.push(item);
    else members.set(group, [item]);
  }
  const alone = classes.map((_, label): readonly LabelCount[] => [{ label, count: 1 }]);
  const units = [...members].map(([group, items]): Unit => {
    const only = items.length === 1 && typeof items[0]!.class === 'string' ? items[0]!.class : undefined;
    // A million items that stand alone share one list per class.
    return { group, items, labels: only === undefined ? countLabels(items, labelOf) : alone[labelOf.get(only)!]! };
  });
  const multiLabel = sorted.some((item) => typeof item.class !== 'string' && new Set(item.class).size !== 1);
  return { units, classes, multiLabel, warnings: ungrouped === 0 ? [] : [noGroup(ungrouped, sorted.length)] };
}

/** How many items, and how many groups, show each class. */
export function classSizes(units: readonly Unit[], classCount: number): { items: number[]; groups: number[] } {
  const items = new Array<number>(classCount).fill(0);
  const groups = new Array<number>(classCount).fill(0);
  for (const unit of units) {
    for (const { label, count } of unit.labels) {
      items[label]! += count;
      groups[label]! += 1;
    }
  }
  return { items, groups };
}

function countLabels(items: readonly SplitItem[], labelOf: ReadonlyMap<string, number>): readonly LabelCount[] {
  const counts = new Map<number, number>();
  for (const item of items) {
    // An image may show a class in many boxes; it is one image of that class.
    for (const name of new Set([item.class].flat())) {
      const label = labelOf.get(name)!;
      counts.set(label, (counts.get(label) ?? 0) + 1);
    }
  }
  return [...counts].map(([label, count]) => ({ label, count })).sort((one, other) => one.label - other.label);
}

function groupFinder(groupBy: SplitOptions['groupBy']): (key: string) => string | undefined {
  if (groupBy === undefined) return () => undefined;
  if (typeof groupBy === 'function') return groupBy;
  const pattern = compile(groupBy);
  const wholeKey = groupBy.includes('/');
  return (key) => {
    const found = pattern.exec(wholeKey ? key : key.slice(key.lastIndexOf('/') + 1));
    return found?.[1] ?? found?.[0];
  };
}

function compile(pattern: string): RegExp {
  try {
    return new RegExp(pattern, 'u');
  } catch (error) {
    throw splitFailures['pattern-invalid']({ pattern, why: (error as Error).message });
  }
}

function noGroup(ungrouped: number, all: number): SplitWarning {
  return { code: 'no-group', message: `${ungrouped} of ${all} keys name no group; each of them is a group of its own` };
}
