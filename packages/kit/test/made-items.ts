import { failureOf } from '@dataset-runner/core/plugin';
import { type Seeded, seeded } from '../src/seeded.ts';
import { split, type SplitItem, type SplitOptions, type SplitPlan } from '../src/split.ts';

export function pictures(sizes: { readonly [className: string]: number }): SplitItem[] {
  return Object.entries(sizes).flatMap(([name, size]) =>
    Array.from({ length: size }, (_, index) => ({ key: `${name}/${String(index).padStart(4, '0')}.png`, class: name })),
  );
}

/** Groups of 1 to 6 items in which the classes come in the given proportion, mixed within a group. */
export function specimens(count: number, weights: { readonly [className: string]: number }): SplitItem[] {
  const random = seeded(`specimens ${count}`);
  const urn = Object.entries(weights).flatMap(([name, weight]) => new Array<string>(weight).fill(name));
  return Array.from({ length: count }, (_, group) => group).flatMap((group) =>
    Array.from({ length: 1 + random.below(6) }, (_, index) => ({
      key: `s${group}-${index}`,
      class: urn[random.below(urn.length)]!,
      group: `s${group}`,
    })),
  );
}

export function multiLabelled(count: number): SplitItem[] {
  const random = seeded('labels');
  const chances = { boat: 0.6, buoy: 0.3, gull: 0.15, seal: 0.05 };
  return Array.from({ length: count }, (_, index) => ({
    key: `m${index}`,
    class: Object.entries(chances).flatMap(([name, chance]) => (random.unit() < chance ? [name] : [])),
  }));
}

/** Random items: some alone, some in groups, of one class, several or none. */
export function tangle(random: Seeded): SplitItem[] {
  const several = random.below(3) === 0;
  return Array.from({ length: 20 + random.below(80) }, (_, index) => {
    const name = (): string => `c${random.below(4)}`;
    const item = { key: `k${index}`, class: several ? Array.from({ length: random.below(3) }, name) : name() };
    return random.below(4) === 0 ? item : { ...item, group: `g${random.below(25)}` };
  });
}

export function testKeys(plan: SplitPlan): readonly string[] {
  return plan.assignments.filter((line) => line.split === 'test').map(({ key }) => key);
}

export function crossing(plan: SplitPlan): readonly string[] {
  const parts = new Map<string, Set<string>>();
  for (const line of plan.assignments) parts.set(line.group, (parts.get(line.group) ?? new Set()).add(line.split));
  return [...parts].filter(([, names]) => names.size > 1).map(([group]) => group);
}

export function subsetSums(sizes: readonly number[]): readonly number[] {
  let sums = new Set([0]);
  for (const size of sizes) sums = new Set([...sums, ...[...sums].map((sum) => sum + size)]);
  return [...sums];
}

export function refusal(
  items: readonly SplitItem[],
  options: SplitOptions,
): { readonly code: string; readonly message: string } {
  try {
    split(items, options);
  } catch (error) {
    const failure = failureOf(error);
    if (failure && 'message' in failure) return { code: failure.code, message: String(failure.message) };
    throw error;
  }
  throw new Error('the split was not refused');
}
