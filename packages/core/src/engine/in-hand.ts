import type { Needs } from '../model/step.ts';
import type { Executor } from './executors/executor.ts';
import type { MapRun, Todo } from './map-run.ts';

/** An item being worked on. */
export interface InHand {
  readonly todo: Todo;
  readonly needs: Needs;
  readonly chunk: OpenChunk;
  readonly index: number;
  settled: boolean;
  timedOut: boolean;
  /** It keeps its share of the limits until it is published. */
  travels: boolean;
  timer: NodeJS.Timeout | undefined;
  /** When it last said how far it is; 0 for never. */
  progressMs: number;
}

export interface OpenChunk {
  readonly id: number;
  readonly map: MapRun;
  /** Where it runs; `isolated` is a process of its own for one item. */
  readonly kind: 'inline' | 'pool' | 'isolated';
  readonly executor: Executor;
  readonly items: InHand[];
  /** Undefined where no run asks for it. */
  readonly flight: number | undefined;
  readonly startedMs: number;
  /** Items without an outcome. */
  running: number;
  /** Items whose row is not yet handed to the committer. */
  left: number;
}

const noNeeds: Needs = {};

/** What an item takes of the machine; a step may say so item by item. */
export function needsOf(map: MapRun, todo: Todo): Needs {
  const { needs } = map.spec.step.spec;
  return typeof needs === 'function' ? (needs as (item: unknown) => Needs)(todo.item) : (needs ?? noNeeds);
}

/** True when two items take the same share of every limit, so that they may travel together. */
export function sameNeeds(a: Needs, b: Needs): boolean {
  return a.cpu === b.cpu && a.lane === b.lane && a.memoryMb === b.memoryMb && a.gpu === b.gpu;
}

/** What workers know a line by. */
export function lineName(map: MapRun): string {
  return `${map.line.plugin}/${map.line.step}/${map.line.place}`;
}
