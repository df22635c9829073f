import type { Failure } from './failure.ts';

/**
 * Everything that happens in a run, as one union. The engine emits; only `report/` turns events into words.
 */
export type RunEvent =
  | { readonly type: 'run.started'; readonly run: number; readonly task: string; readonly dryRun: boolean }
  | { readonly type: 'run.waiting'; readonly line: string; readonly holder: string }
  | { readonly type: 'run.note'; readonly message: string }
  | { readonly type: 'run.stopping'; readonly how: 'drain' | 'now' }
  | {
      readonly type: 'map.started';
      readonly map: number;
      readonly name: string;
      readonly place?: string;
      readonly once: boolean;
    }
  | { readonly type: 'map.planned'; readonly map: number; readonly counts: MapCounts; readonly complete: boolean }
  | { readonly type: 'map.progress'; readonly map: number; readonly counts: MapCounts }
  | { readonly type: 'map.finished'; readonly map: number; readonly counts: MapCounts }
  | {
      readonly type: 'item.progress';
      readonly map: number;
      readonly key: string;
      readonly done: number;
      readonly total?: number;
      readonly ended?: boolean;
    }
  | {
      readonly type: 'item.retry';
      readonly map: number;
      readonly key: string;
      readonly attempt: number;
      readonly waitMs: number;
      readonly failure: Failure;
    }
  | { readonly type: 'item.failed'; readonly map: number; readonly key: string; readonly failure: Failure }
  | { readonly type: 'item.log'; readonly map: number; readonly key: string; readonly message: string }
  | { readonly type: 'plan.reason'; readonly map: number; readonly key: string; readonly reason: Reason }
  | { readonly type: 'plan.decidedLater'; readonly after: string }
  | {
      readonly type: 'place.stale';
      readonly place: string;
      readonly keys: readonly string[];
      readonly total: number;
      readonly removed: boolean;
    }
  | {
      readonly type: 'run.finished';
      readonly run: number;
      readonly outcome: Outcome;
      readonly failures: number;
      readonly elapsedMs: number;
    };

export type Outcome = 'ok' | 'failed' | 'interrupted' | 'planned';

/** Live counts of one map. */
export interface MapCounts {
  /** Items seen so far; final once planning is complete. */
  readonly total: number;
  /** Total is final. */
  readonly planned: boolean;
  /** Found up to date. */
  readonly reused: number;
  /** Made in this run. */
  readonly done: number;
  readonly failed: number;
  /** Items that will run (or run now). */
  readonly pending: number;
  /** Bytes of outputs made in this run. */
  readonly sizeBytes: number;
}

/** Why an item runs. */
export type Reason =
  | { readonly because: 'new' }
  | { readonly because: 'item'; readonly before: string; readonly after: string }
  | { readonly because: 'version'; readonly before: number; readonly after: number }
  | { readonly because: 'uses'; readonly before: string; readonly after: string }
  | { readonly because: 'output'; readonly key: string; readonly what: 'missing' | 'changed' }
  | { readonly because: 'released'; readonly key: string }
  | { readonly because: 'forced' }
  | { readonly because: 'always' }
  | { readonly because: 'up to date' };

export type Emit = (event: RunEvent) => void;
