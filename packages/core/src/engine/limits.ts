import { availableParallelism, totalmem } from 'node:os';
import type { Needs } from '../model/step.ts';

/** How much may run at once, over all maps of a run. */
export interface LimitOptions {
  /** `--jobs`: items at once, in the pool and beside it. */
  readonly jobs?: number;
  readonly lanes: { readonly [name: string]: number };
}

// Steps that wait (downloads, uploads) overlap well; more than this only crowds the far end.
const defaultWaiting = 16;
const defaultLane = 4;
const knownLanes: { readonly [name: string]: number } = { network: 8 };

/** Counts what runs and says what more may. */
export class Limits {
  readonly poolSize: number;
  readonly inlineLimit: number;
  readonly #lanes: { readonly [name: string]: number };
  /** Eight tenths of the machine: the rest is for the coordinator, the page cache and everybody else. */
  readonly #memoryMb = Math.floor((totalmem() / 1024 / 1024) * 0.8);
  readonly #laneUse = new Map<string, number>();
  inline = 0;
  #memoryUse = 0;
  #gpu = 0;

  constructor(options: LimitOptions) {
    this.poolSize = options.jobs ?? availableParallelism();
    this.inlineLimit = options.jobs ?? defaultWaiting;
    this.#lanes = options.lanes;
  }

  laneLimit(lane: string): number {
    return this.#lanes[lane] ?? knownLanes[lane] ?? defaultLane;
  }

  /** How many more items with these needs may start now. */
  free(needs: Needs): number {
    let free = Number.POSITIVE_INFINITY;
    if (needs.cpu !== true) free = this.inlineLimit - this.inline;
    if (needs.lane !== undefined)
      free = Math.min(free, this.laneLimit(needs.lane) - (this.#laneUse.get(needs.lane) ?? 0));
    if (needs.gpu === true) free = Math.min(free, 1 - this.#gpu);
    if (needs.memoryMb !== undefined && needs.memoryMb > 0) {
      const left = Math.floor((this.#memoryMb - this.#memoryUse) / needs.memoryMb);
      // An item larger than the machine's share runs alone rather than never.
      free = Math.min(free, this.#memoryUse === 0 ? Math.max(1, left) : left);
    }
    return free;
  }

  take(needs: Needs): void {
    this.#change(needs, 1);
  }

  give(needs: Needs): void {
    this.#change(needs, -1);
  }

  #change(needs: Needs, by: 1 | -1): void {
    if (needs.cpu !== true) this.inline += by;
    if (needs.lane !== undefined) this.#laneUse.set(needs.lane, (this.#laneUse.get(needs.lane) ?? 0) + by);
    if (needs.gpu === true) this.#gpu += by;
    if (needs.memoryMb !== undefined) this.#memoryUse += by * needs.memoryMb;
  }
}
