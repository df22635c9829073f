import type { z } from 'zod';
import type { CallOptions, Store } from './store.ts';
import type { AsGivenByRun, Results } from './result.ts';
import type { Step } from './step.ts';

/** How a `map` runs. */
export interface MapOptions<I, U> {
  /** The item's name; unique in the map, stable from run to run. Default: the item itself when it is a string, its `key` otherwise. */
  readonly key?: (item: I) => string;
  /** Where outputs go: a place (`work:pictures`, a folder, a store URL). */
  readonly into?: string;
  /** What every item may use beside itself (a model, settings); part of each fingerprint. */
  readonly uses?: AsGivenByRun<U>;
  /** The rows are the whole truth of the place: files of rows that are gone are removed at the end. */
  readonly exact?: boolean;
  /** `'allow'`: barriers accept failed items. */
  readonly partial?: 'allow';
  /** What progress and `why` call this map. Default: the step's name. */
  readonly name?: string;
}

export interface OnceOptions<U> {
  readonly into?: string;
  readonly uses?: AsGivenByRun<U>;
  /** Default: the step's name. */
  readonly key?: string;
  /** What it writes is the whole truth of the place: files it wrote under other names before are removed at the end. */
  readonly exact?: boolean;
}

export type Items<I> = Iterable<I> | AsyncIterable<I> | Results<I>;

/** What `run` plans with. It never writes bytes and never sees a secret. */
export interface RunContext<P> {
  readonly params: P;
  readonly map: <I, R, U>(
    step: Step<I, R, U>,
    items: Items<AsGivenByRun<I>>,
    options?: MapOptions<AsGivenByRun<I>, U>,
  ) => Results<R>;
  readonly once: <I, R, U>(step: Step<I, R, U>, item: AsGivenByRun<I>, options?: OnceOptions<U>) => Promise<R>;
  /** Runs `step` once after success, failure or interruption; after kill -9 as the first act of the next run. */
  readonly atEnd: <I, R, U>(step: Step<I, R, U>, item: AsGivenByRun<I>) => Promise<void>;
  /** Writes `dataset.json` (files, digests, provenance) into a place once all maps into it are complete. */
  readonly publish: (place: string, about: DatasetAbout) => Promise<void>;
  /** A store to list, stat and read from while planning. */
  readonly store: (place: string) => Promise<ReadOnlyStore>;
  /** Lines of the run's log. */
  readonly log: (message: string) => void;
  readonly signal: AbortSignal;
  readonly dryRun: boolean;
}

/** What people should know of a published set; plain JSON, lands in `dataset.json`. */
export interface DatasetAbout {
  readonly name: string;
  readonly description?: string;
  readonly counts?: { readonly [name: string]: number };
  readonly licence?: string;
  readonly sources?: readonly { readonly url: string; readonly digest?: string }[];
}

export interface ReadOnlyStore extends Pick<Store, 'place' | 'stat' | 'read' | 'list'> {
  digest(key: string, options?: CallOptions): Promise<string>;
  /** Whether this place is another one, or lies in it: whatever they are called, and whichever links lead there. */
  liesIn(place: string): Promise<boolean>;
}

/** A task: a named job with typed params; what `runner run <plugin:task>` runs. */
export interface Task {
  readonly $type: 'runner.task';
  readonly summary: string;
  readonly description?: string;
  readonly examples?: readonly string[];
  readonly params: z.ZodObject;
  readonly outputs?: z.ZodType;
  readonly steps: { readonly [name: string]: Step<never> };
  run(context: RunContext<never>): Promise<unknown>;
  /** The result in a few lines for people; printed after the run. */
  render?(result: never): string;
}

/** Declares a task; `run` reads like the numbered list in its README. */
export function defineTask<P extends z.ZodObject, O extends z.ZodType = z.ZodUnknown>(spec: {
  /** One line for lists and help. */
  readonly summary: string;
  /** More, for `--help`. */
  readonly description?: string;
  /** Whole command lines for `--help`. */
  readonly examples?: readonly string[];
  readonly params: P;
  /** What `run` returns; in the manifest, so that pipelines can refer to it. */
  readonly outputs?: O;
  /** Every step this task maps, by any name. */
  readonly steps: { readonly [name: string]: Step<never, unknown, never> };
  run(context: RunContext<z.output<P>>): Promise<z.input<O>>;
  render?(result: z.output<O>): string;
}): Task {
  return { $type: 'runner.task', ...spec } as unknown as Task;
}
