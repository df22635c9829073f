import type { Emit } from '../model/event.ts';
import { fail } from '../model/failure.ts';
import type { State } from '../state/state.ts';
import type { Committer } from './commit.ts';
import type { RunControl } from './control.ts';
import type { MapRun } from './map-run.ts';
import { settleStale } from './stale.ts';

export interface ClosingOptions {
  readonly state: State;
  readonly committer: Committer;
  readonly control: RunControl;
  readonly emit: Emit;
  readonly run: number;
  readonly dryRun: boolean;
}

/**
 * Ends a map of which nothing waits or runs: records what is left to record, looks at what is left over in its place,
 * and lets its readers go. `closeLine` disposes what `open` made.
 *
 * Never throws: what goes wrong here is the map's error.
 */
export async function closeMap(
  map: MapRun,
  options: ClosingOptions,
  closeLine: () => Promise<void> | undefined,
): Promise<void> {
  const { state, committer, control, emit, run, dryRun } = options;
  const sharing = map.sharing();
  // Maps of one step into one place are one truth: the last of them to end acts for all.
  const isLast = (): boolean => sharing.every((other) => other.closed);
  try {
    committer.flush();
    if (map.spec.exact && isLast() && isWhole(map, control, dryRun))
      await settleStale(state, map, sharing, emit, dryRun);
    if (!dryRun) saveMap(state, run, map);
    if (!dryRun && isLast()) await closeLine();
    emit({ type: 'map.finished', map: map.spec.id, counts: map.counts() });
  } catch (error) {
    map.error ??= error;
  }
  if (control.draining) map.error ??= errorOfDrain(map, control);
  map.close();
}

/**
 * Tells what is left over where nothing is removed. Called when every map has ended: those of one line may come one after
 * the other, and what the first of them has not named the next one may.
 */
export async function tellLeftOver(maps: readonly MapRun[], options: ClosingOptions): Promise<void> {
  const { state, control, emit, dryRun } = options;
  for (const map of maps) {
    const sharing = map.sharing();
    const isLast = sharing.every(({ spec }) => spec.id < map.spec.id);
    if (map.spec.exact || !isLast || ![map, ...sharing].every((one) => isWhole(one, control, dryRun))) continue;
    await settleStale(state, map, sharing, emit, dryRun);
  }
}

// What a drained or failed map has not seen is not stale, only unseen. A dry run takes it that what would run succeeds.
function isWhole(map: MapRun, control: RunControl, dryRun: boolean): boolean {
  const isKnown = !map.upstreamUnknown && (dryRun || map.unknown === 0);
  return map.incomplete === 0 && isKnown && !control.draining && map.error === undefined;
}

// A map that was drained because an item of it failed says so by that item; any other was interrupted.
function errorOfDrain(map: MapRun, control: RunControl): unknown {
  const interrupted = fail('run.interrupted', { done: map.done });
  if (control.interrupted) return interrupted;
  return control.broken ?? (map.failed === 0 ? interrupted : undefined);
}

function saveMap(state: State, run: number, map: MapRun): void {
  state.runs.saveMap(run, {
    ord: map.spec.id,
    name: map.spec.name,
    line: map.line.id,
    total: map.total,
    reused: map.reused,
    done: map.done,
    failed: map.failed,
    bytes: map.sizeBytes,
    exact: map.spec.exact,
    digest: undefined,
  });
}
