import { seeded, unitHash } from './seeded.ts';
import { splitFailures } from './split-failures.ts';
import { placedEarlier } from './split/earlier.ts';
import { fillClasses } from './split/fill-classes.ts';
import { fillMixed, type MixedFill } from './split/fill-mixed.ts';
import { classSizes, type Grouped, groupItems, sortItems } from './split/groups.ts';
import { improve } from './split/improve.ts';
import { type Part, readParts, restIndex } from './split/parts.ts';
import { Placement } from './split/placement.ts';
import type { SplitItem, SplitLine, SplitOptions, SplitPlan, SplitWarning } from './split/plan.ts';
import { type Targets, wantedTargets, wholeTargets } from './split/targets.ts';
import { judge, refuseCrossing } from './split/verdict.ts';

export type {
  PartSize,
  SplitDeviation,
  SplitItem,
  SplitLine,
  SplitOptions,
  SplitPlan,
  SplitWarning,
} from './split/plan.ts';

/**
 * Splits items into named parts, keeping groups whole and classes even; the same items and seed give the same split in
 * whatever order the items come.
 *
 * `{ test: 10, train: 'rest' }` is exactly 10 of every class for testing where whole groups can add up to 10, and the
 * nearest sum with a `not-exact` warning where they cannot. Nothing is written and nothing is random beside the seed.
 * Throws the `split.*` failures, before anything is placed.
 */
export function split(items: readonly SplitItem[], options: SplitOptions): SplitPlan {
  const parts = readParts(options.parts, items.length);
  const names = parts.map((part) => part.name);
  const sorted = sortItems(items);
  const grouped = groupItems(sorted, options.groupBy);
  const earlier = placedEarlier(grouped.units, options.previous ?? [], names);
  const placement = new Placement(grouped.units, parts.length, grouped.classes.length);
  // First, so that everything new is balanced around what must not move.
  for (const [unit, part] of earlier.partOf.entries()) if (part >= 0) placement.place(unit, part);

  const warnings: SplitWarning[] = [...earlier.warnings];
  const seed = options.seed ?? 1;
  let wanted: Targets | undefined;
  if (options.method === 'hash') placeByHash(placement, parts, seed);
  else {
    const small = smallClasses(grouped, parts, options.onSmallClass ?? 'error');
    warnings.push(...small.warnings);
    wanted = placeBalanced(placement, grouped, { parts, seed, keepWhole: small.keepWhole });
  }

  // Checked on the lines themselves: a mistake anywhere above must not become a leak.
  const lines = linesOf(sorted, placement, names);
  refuseCrossing(lines);
  return judge(lines, {
    parts: names,
    grouped,
    rest: names[restIndex(parts)]!,
    warnings,
    ...(wanted === undefined ? {} : { wanted }),
  });
}

/** Each group by its own hash: adding or removing others never moves it, but classes are even only on average. */
function placeByHash(placement: Placement, parts: readonly Part[], seed: number | string): void {
  const fixed = parts.find((part) => part.kind === 'count' || part.kind === 'total');
  if (fixed)
    throw splitFailures['sizes-impossible']({
      why: `'${fixed.name}' has a fixed size, but a hash split knows only shares`,
    });
  const rest = restIndex(parts);
  for (const [unit, { group }] of placement.units.entries()) {
    if (!placement.isOpen(unit)) continue;
    let left = unitHash(seed, group);
    const part = parts.findIndex(({ size }) => (left -= size) < 0);
    placement.place(unit, part < 0 ? rest : part);
  }
}

interface Balance {
  readonly parts: readonly Part[];
  readonly seed: number | string;
  /** Labels of classes that go whole to the rest part. */
  readonly keepWhole: ReadonlySet<number>;
}

/** Fills the parts towards their targets and returns those, by part and class. */
function placeBalanced(placement: Placement, grouped: Grouped, { parts, seed, keepWhole }: Balance): Targets {
  const { units, classes } = grouped;
  const rest = restIndex(parts);
  const kept = (unit: number): boolean => units[unit]!.labels.some(({ label }) => keepWhole.has(label));
  for (const unit of units.keys()) if (placement.isOpen(unit) && kept(unit)) placement.place(unit, rest);

  const sizes = classSizes(units, classes.length).items;
  const divided = sizes.map((size, label) => (keepWhole.has(label) ? 0 : size));
  const asked = grouped.multiLabel ? parts.map((part) => asShare(part, countItems(grouped))) : parts;
  const wanted = wantedTargets(asked, divided);
  const targets = grouped.multiLabel ? wanted : wholeTargets(asked, wanted, divided);
  for (const label of keepWhole) targets[rest]![label] = wanted[rest]![label] = sizes[label]!;

  // What can be exact is done exactly; what is tied together can only be approached.
  const { pure, mixed } = sortOutMixed(placement, grouped);
  fillClasses(placement, pure, { classes, targets, rest, seed });
  if (mixed.length > 0) {
    const all = allColumn(asked, targets, grouped);
    const fill: MixedFill = {
      targets: targets.map((row, part) => [...row, all[part]!]),
      parts: [...parts.keys()].filter((part) => part === rest || parts[part]!.size > 0),
      classCount: classes.length,
      random: seeded(`${seed}\nmixed`),
    };
    fillMixed(placement, mixed, fill);
    improve(placement, mixed, fill);
  }
  return wanted;
}

/** Open units of classes that stand alone, by class; and those of classes tied together by a group of several classes. */
function sortOutMixed(
  placement: Placement,
  { units, classes, multiLabel }: Grouped,
): { pure: Map<number, number[]>; mixed: number[] } {
  const tied = new Set<number>();
  for (const unit of units) if (unit.labels.length > 1) for (const { label } of unit.labels) tied.add(label);
  const pure = new Map<number, number[]>(classes.map((_, label) => [label, []]));
  const mixed: number[] = [];
  for (const [index, unit] of units.entries()) {
    if (!placement.isOpen(index)) continue;
    const label = unit.labels[0]?.label;
    // One group of two classes ties both: their counts can no longer be chosen one by one.
    if (multiLabel || label === undefined || tied.has(label)) mixed.push(index);
    else pure.get(label)!.push(index);
  }
  return { pure, mixed };
}

/** Wanted items of any class by part; NaN (nothing asked) where counts per class meet items of several classes. */
function allColumn(parts: readonly Part[], targets: Targets, grouped: Grouped): readonly number[] {
  if (!grouped.multiLabel) return targets.map((row) => row.reduce((sum, size) => sum + size, 0));
  if (parts.some((part) => part.kind === 'count')) return parts.map(() => NaN);
  const shares = parts.reduce((sum, part) => sum + part.size, 0);
  return parts.map((part) => (part.kind === 'rest' ? 1 - shares : part.size) * countItems(grouped));
}

/** With several classes to an item, totals over classes mean nothing; as a share of the items they do. */
function asShare(part: Part, itemCount: number): Part {
  return part.kind === 'total' ? { ...part, kind: 'share', size: itemCount === 0 ? 0 : part.size / itemCount } : part;
}

function countItems({ units }: Grouped): number {
  return units.reduce((sum, unit) => sum + unit.items.length, 0);
}

/** Classes of which some part would get nothing: refused, warned of, or kept whole, as the options say. */
function smallClasses(
  grouped: Grouped,
  parts: readonly Part[],
  policy: NonNullable<SplitOptions['onSmallClass']>,
): { keepWhole: Set<number>; warnings: SplitWarning[] } {
  const sizes = classSizes(grouped.units, grouped.classes.length);
  const asked = parts.map((part) => asShare(part, countItems(grouped)));
  const receiving = asked.filter((part) => part.kind === 'rest' || part.size > 0);
  const small = [...grouped.classes.keys()].filter((label) => {
    const left = asked.reduce(
      (open, part) => open - (part.kind === 'count' ? part.size : part.size * sizes.items[label]!),
      sizes.items[label]!,
    );
    const starved = receiving.some(
      (part) =>
        (part.kind === 'rest' ? left : part.kind === 'share' ? part.size * sizes.items[label]! : part.size) < 0.5,
    );
    return starved || sizes.groups[label]! < receiving.length;
  });
  const named = small.map((label) => ({
    class: grouped.classes[label]!,
    items: sizes.items[label]!,
    groups: sizes.groups[label]!,
  }));
  if (named.length > 0 && policy === 'error')
    throw splitFailures['class-too-small']({ classes: named, parts: receiving.map((part) => part.name) });
  const rest = parts[restIndex(parts)]!.name;
  const fate = policy === 'all-train' ? `kept whole in '${rest}'` : 'split as far as it goes';
  const warnings = named.map(
    (one): SplitWarning => ({
      code: 'small-class',
      class: one.class,
      message: `'${one.class}' has ${one.items} items in ${one.groups} groups: ${fate}`,
    }),
  );
  return { keepWhole: new Set(policy === 'all-train' ? small : []), warnings };
}

function linesOf(sorted: readonly SplitItem[], placement: Placement, parts: readonly string[]): readonly SplitLine[] {
  // By object and not by key: keys that differ in Unicode form only would be a failure long before.
  const placed = new Map<SplitItem, { readonly group: string; readonly split: string }>();
  for (const [index, unit] of placement.units.entries()) {
    const place = { group: unit.group, split: parts[placement.partOf[index]!]! };
    for (const item of unit.items) placed.set(item, place);
  }
  return sorted.map((item) => ({
    key: item.key,
    ...(item.sha256 === undefined ? {} : { sha256: item.sha256 }),
    class: item.class,
    ...placed.get(item)!,
    ...(item.source === undefined ? {} : { source: item.source }),
  }));
}
