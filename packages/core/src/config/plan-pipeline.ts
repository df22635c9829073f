import { findTemplates, referencesOf } from './output-reference.ts';
import type { Pipeline, PipelineEntry } from './project.ts';

/** A pipeline as a graph. */
export interface PipelinePlan {
  /** In an order that respects `waitsFor`; as written where that leaves a choice. */
  readonly entries: readonly PlannedEntry[];
  /** Ids that wait for each other in a ring; their entries are not among `entries`. */
  readonly cycle: readonly string[];
}

export interface PlannedEntry {
  readonly entry: PipelineEntry;
  /** Ids of the entries that must have succeeded before; each once. */
  readonly waitsFor: readonly string[];
}

/**
 * Says which entry waits for which: those it refers to and those under `after:`; with neither, the one above.
 * `after: []` waits for none. Names nobody has are left out here and reported by `checkPipeline`.
 */
export function planPipeline(pipeline: Pipeline): PipelinePlan {
  const ids = new Set(pipeline.entries.map(({ id }) => id));
  let waiting: PlannedEntry[] = pipeline.entries.map((entry, i) => {
    const named = [...referredBy(entry), ...(entry.after ?? [])];
    const above = entry.after === undefined && named.length === 0 ? pipeline.entries[i - 1]?.id : undefined;
    const waitsFor = new Set(above === undefined ? named.filter((id) => ids.has(id)) : [above]);
    return { entry, waitsFor: [...waitsFor] };
  });
  const entries: PlannedEntry[] = [];
  const placed = new Set<string>();
  // Each round takes the first entry that is free, so the written order is kept where it can be.
  for (;;) {
    const free = waiting.find(({ waitsFor }) => waitsFor.every((id) => placed.has(id)));
    if (free === undefined) break;
    entries.push(free);
    placed.add(free.entry.id);
    waiting = waiting.filter((other) => other !== free);
  }
  return { entries, cycle: ringOf(waiting) };
}

/** Ids an entry's params refer to, in the order of the text. */
function referredBy(entry: PipelineEntry): readonly string[] {
  return findTemplates(entry.params.values).flatMap(({ template }) =>
    referencesOf(template).map((reference) => reference.entry),
  );
}

// Among entries that are all stuck, following what each waits for must come back to an entry seen before.
function ringOf(stuck: readonly PlannedEntry[]): string[] {
  const byId = new Map(stuck.map((planned) => [planned.entry.id, planned]));
  const way: string[] = [];
  let current = stuck[0]?.entry.id;
  while (current !== undefined && !way.includes(current)) {
    way.push(current);
    current = byId.get(current)?.waitsFor.find((id) => byId.has(id));
  }
  return current === undefined ? [] : way.slice(way.indexOf(current));
}
