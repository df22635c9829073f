import type { Failure } from '../../model/failure.ts';
import type { ItemOutcome } from '../work/run-item.ts';
import type { Staged } from '../work/staged.ts';
import type { Chunk } from './executor.ts';

/** What a worker is started with; plain data, so that it crosses to a thread, a process or a machine alike. */
export interface WorkerInit {
  readonly projectDir: string;
  readonly workDir: string;
  readonly statePath: string;
  readonly stagingName: string;
  /** URL and options by name; values may be references. */
  readonly stores: { readonly [name: string]: { readonly url: string; readonly [option: string]: unknown } };
  /** References, never values: secrets are resolved where the work runs. */
  readonly secrets: { readonly [name: string]: string };
  readonly allowHosts: readonly string[];
  /** Modules of the plugins that bring stores. */
  readonly driverEntries: readonly string[];
  /** Items of one chunk run at the same time. */
  readonly concurrency: number;
}

/** A row of a generator item; the ticket is what it is acknowledged (or refused) by. */
export interface YieldedRow {
  readonly subKey: string;
  readonly result: string;
  readonly staged: readonly Staged[];
  readonly ticket: number;
}

export type ToWorker =
  | { readonly type: 'init'; readonly init: WorkerInit }
  | { readonly type: 'chunk'; readonly chunk: Chunk; readonly batch: boolean }
  | { readonly type: 'cancel'; readonly chunk: number; readonly index: number }
  | { readonly type: 'ack'; readonly tickets: readonly number[] }
  /** The yield was refused (a foreign file, a repeated key): it is thrown where the generator waits. */
  | { readonly type: 'nack'; readonly ticket: number; readonly failure: Failure }
  | { readonly type: 'closeLine'; readonly line: string; readonly ticket: number }
  | { readonly type: 'close' };

export type FromWorker =
  | { readonly type: 'ready' }
  | {
      readonly type: 'outcomes';
      readonly chunk: number;
      readonly outcomes: readonly (readonly [index: number, outcome: ItemOutcome])[];
    }
  | {
      readonly type: 'yielded';
      readonly chunk: number;
      readonly index: number;
      /** In the order they were yielded. */
      readonly rows: readonly YieldedRow[];
    }
  /** Its work begins now: what `timeoutMs` counts from. */
  | { readonly type: 'started'; readonly chunk: number; readonly index: number }
  | { readonly type: 'log'; readonly chunk: number; readonly index: number; readonly message: string }
  | {
      readonly type: 'progress';
      readonly chunk: number;
      readonly index: number;
      readonly done: number;
      readonly total?: number;
    }
  /** Of a store's driver: every worker may say it, and people hear it once. */
  | { readonly type: 'note'; readonly message: string }
  | { readonly type: 'lineClosed'; readonly ticket: number }
  | { readonly type: 'broken'; readonly failure: Failure };
