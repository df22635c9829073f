import type { MapCounts, Outcome, Reason } from '../model/event.ts';
import type { Failure } from '../model/failure.ts';

/**
 * What a run came to: all that the summary, `--json` and `runner logs` say. Plain JSON.
 *
 * A dry run gives the same shape: counts are then what would be done, and failures what would fail.
 */
export interface RunReport {
  readonly run: number;
  /** `plugin:task`, or the name of a pipeline. */
  readonly task: string;
  readonly outcome: Outcome;
  /** What the task returned; absent when it did not get that far. */
  readonly result?: unknown;
  /** What the task's `render` made of the result. */
  readonly rendered?: string;
  readonly failureCount: number;
  /** The first 100, in the order they happened. */
  readonly failures: readonly Failure[];
  readonly maps: readonly MapReport[];
  readonly elapsedMs: number;
  readonly stale: readonly StaleFiles[];
  /** Names of steps behind which a dry run cannot see; empty in a run. */
  readonly decidedAfter: readonly string[];
}

export interface MapReport {
  readonly name: string;
  /** Where its outputs lie; absent for maps without `into`. */
  readonly place?: string;
  readonly once: boolean;
  readonly counts: MapCounts;
  /** In a dry run: why items would run, the most frequent reason first. */
  readonly reasons?: readonly ReasonCount[];
  /** In a dry run: outputs named in advance by `expects`. */
  readonly expected?: { readonly files: number; readonly sizeBytes: number };
}

export interface ReasonCount {
  readonly because: Reason['because'];
  readonly count: number;
  /** At most three. */
  readonly examples: readonly { readonly key: string; readonly reason: Reason }[];
}

/** Files of a place that no row claims any more. */
export interface StaleFiles {
  readonly place: string;
  /** The first 20. */
  readonly keys: readonly string[];
  readonly total: number;
  /** False: only reported, because items failed or it is a dry run. */
  readonly removed: boolean;
}

/** Why items of a task would run now; what `runner why` shows. */
export interface WhyReport {
  readonly task: string;
  /** Set when one item was asked for. */
  readonly item?: string;
  readonly maps: readonly WhyMap[];
  readonly decidedAfter: readonly string[];
}

export interface WhyMap {
  readonly name: string;
  readonly place?: string;
  /** `up to date` among them; the most frequent first. */
  readonly reasons: readonly ReasonCount[];
  /** The asked item, or the first 20 that would run. */
  readonly items: readonly { readonly key: string; readonly reason: Reason; readonly lastRun?: number }[];
}
