import { splitFailures } from '../split-failures.ts';
import type { Grouped } from './groups.ts';
import type { SplitDeviation, SplitLine, SplitPlan, SplitWarning } from './plan.ts';
import type { Targets } from './targets.ts';

/** Refuses lines in which one group stands in two parts; the last word on every split, however it was made. */
export function refuseCrossing(lines: Iterable<SplitLine>): void {
  const partOf = new Map<string, string>();
  const crossing = new Map<string, Set<string>>();
  for (const { group, split } of lines) {
    const first = partOf.get(group);
    if (first === undefined) partOf.set(group, split);
    else if (first !== split) crossing.set(group, (crossing.get(group) ?? new Set([first])).add(split));
  }
  if (crossing.size === 0) return;
  throw splitFailures['group-crosses']({
    groups: [...crossing].map(([group, parts]) => ({ group, parts: [...parts] })),
  });
}

/** Counts a finished split and says where it misses what was asked. */
export function judge(
  lines: readonly SplitLine[],
  of: {
    readonly parts: readonly string[];
    readonly grouped: Grouped;
    readonly wanted?: Targets;
    readonly rest: string;
    readonly warnings: readonly SplitWarning[];
  },
): SplitPlan {
  const { parts, grouped } = of;
  const counts = Object.fromEntries(
    parts.map((part) => [part, Object.fromEntries(grouped.classes.map((name) => [name, 0]))]),
  );
  const totals = Object.fromEntries(parts.map((part) => [part, 0]));
  for (const line of lines) {
    totals[line.split]! += 1;
    for (const name of new Set([line.class].flat())) counts[line.split]![name]! += 1;
  }
  const plan = { parts, classes: grouped.classes, assignments: lines, counts, totals };
  const deviations = of.wanted === undefined ? [] : deviationsOf(plan, of.wanted);
  return { ...plan, deviations, warnings: [...grouped.warnings, ...of.warnings, ...inexact(deviations, of.rest)] };
}

function deviationsOf(plan: Omit<SplitPlan, 'deviations' | 'warnings'>, wanted: Targets): readonly SplitDeviation[] {
  const { parts, classes, counts, totals } = plan;
  const all = plan.assignments.length;
  // By class, over all parts.
  const sizes = classes.map((name) => parts.reduce((sum, part) => sum + counts[part]![name]!, 0));
  return parts.flatMap((part, index) =>
    classes.map((name, label) => {
      const got = counts[part]![name]!;
      const share = totals[part] === 0 ? 0 : got / totals[part]! - sizes[label]! / all;
      return { part, class: name, wanted: wanted[index]![label]!, got, shareDeviation: share };
    }),
  );
}

/** Less than one item off is rounding; more means that whole groups did not add up. */
function inexact(deviations: readonly SplitDeviation[], rest: string): readonly SplitWarning[] {
  return deviations
    .filter(({ part }) => part !== rest)
    .filter(({ wanted, got }) => Math.abs(got - wanted) >= 1 + 1e-9 || (Number.isInteger(wanted) && got !== wanted))
    .map(({ part, class: name, wanted, got }) => ({
      code: 'not-exact',
      part,
      class: name,
      message: `'${part}' has ${got} of '${name}' where ${Math.round(wanted * 100) / 100} were asked`,
    }));
}
