import type { Failure } from '../../model/failure.ts';
import type { Step } from '../../model/step.ts';
import type { ItemCall, ItemOutcome } from '../work/run-item.ts';
import type { Staged } from '../work/staged.ts';

/**
 * The chunk protocol: items in, rows out. Every executor speaks it, so `work` may assume nothing about where
 * it runs; all that crosses is plain data (and one shared buffer for Results).
 */
export interface Chunk {
  readonly id: number;
  readonly step: StepAddress;
  readonly line: string;
  /** Where outputs go; undefined for steps without outputs. */
  readonly place: string | undefined;
  /** With stubs where Results stand. */
  readonly uses: unknown;
  /** Same text, same uses: `open` is called once per worker and text. */
  readonly usesText: string;
  readonly calls: readonly ItemCall[];
  /** Somebody counts the time of its items from their start. */
  readonly timed: boolean;
}

/** How a worker finds a step: by the module of its plugin and the step's name in it. */
export interface StepAddress {
  /** A file URL to import. */
  readonly entry: string;
  readonly plugin: string;
  /** The task that maps it; absent where that is no longer known. */
  readonly task?: string;
  readonly step: string;
  readonly version: number;
  /** In this process the step itself is at hand. */
  readonly local?: Step<never>;
}

/** What the scheduler hears of a chunk. `index` is the item's place in it. */
export interface ChunkSink {
  /** The item's own work begins: its worker is up, the step is open, nobody is before it. */
  started(index: number): void;
  outcome(index: number, outcome: ItemOutcome): void;
  /** Resolves when the row is recorded or queued to be. */
  yielded(index: number, subKey: string, result: string, staged: readonly Staged[]): Promise<void> | void;
  log(index: number, message: string): void;
  progress(index: number, done: number, total?: number): void;
  /** The worker died; items without an outcome were in its hands. */
  died(failure: Failure): void;
}

/** Somewhere items run. */
export interface Executor {
  /** Starts a chunk; everything that comes of it arrives at the sink. */
  run(chunk: Chunk, sink: ChunkSink): void;
  /** Ends one item by force (timeout, stop): inline by its signal, in a worker with the worker itself. */
  cancel(chunkId: number, index: number): void;
  /** No more chunks of this line come: what its `open` made may be disposed. */
  closeLine(line: string): Promise<void>;
  close(): Promise<void>;
}
