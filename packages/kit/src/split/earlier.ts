import { splitFailures } from '../split-failures.ts';
import type { SplitLine, SplitWarning } from './plan.ts';
import type { Unit } from './groups.ts';

/**
 * Finds where an earlier manifest put each unit: by its members' keys, then by its group's name.
 *
 * Returns part indices by unit index, -1 for units that are new. Throws when members of one of today's groups stood in
 * different parts, because keeping them there would keep a leak.
 */
export function placedEarlier(
  units: readonly Unit[],
  previous: Iterable<SplitLine>,
  parts: readonly string[],
): { readonly partOf: Int32Array; readonly warnings: readonly SplitWarning[] } {
  const byKey = new Map<string, number>();
  const byGroup = new Map<string, number>();
  for (const line of previous) {
    const part = parts.indexOf(line.split);
    if (part < 0) throw splitFailures['part-unknown']({ part: line.split, key: line.key, parts });
    byKey.set(line.key.normalize('NFC'), part);
    byGroup.set(line.group.normalize('NFC'), part);
  }
  const partOf = new Int32Array(units.length).fill(-1);
  if (byKey.size === 0) return { partOf, warnings: [] };
  let found = 0;
  const crossing: { group: string; parts: readonly string[] }[] = [];
  for (const [index, unit] of units.entries()) {
    const places = new Set<number>();
    for (const item of unit.items) {
      const part = byKey.get(item.key.normalize('NFC'));
      if (part === undefined) continue;
      places.add(part);
      found++;
    }
    if (places.size > 1) crossing.push({ group: unit.group, parts: [...places].map((part) => parts[part]!) });
    // A group whose earlier members were all deleted still belongs where they were.
    partOf[index] = [...places][0] ?? byGroup.get(unit.group) ?? -1;
  }
  if (crossing.length > 0) throw splitFailures['group-crosses']({ groups: crossing });
  const gone = byKey.size - found;
  return {
    partOf,
    warnings:
      gone === 0 ? [] : [{ code: 'previous-gone', message: `${gone} of ${byKey.size} earlier placed items are gone` }],
  };
}
