import type { Needs, StepSpec } from '../model/step.ts';

const isolatedLimit = 2;
/** A chunk of computing items should take about this long: short enough to balance, long enough to cost nothing. */
const chunkMs = 50;
/** Less than this is not worth a chunk's note on disk and its messages, even if a worker falls idle for it. */
const leastChunkMs = 5;
const maxChunk = 64;
/** For tiny items, whose chunk costs a note on disk that is dearer than they are. */
const maxTinyChunk = 256;
/** Items faster than this on average are handed over by the chunk even inline. */
const tinyItemMs = 0.5;

/** What decides how many items go out together. */
export interface ChunkCircumstances {
  readonly spec: Pick<StepSpec<never, unknown, unknown, never>, 'batch' | 'timeoutMs'>;
  readonly suspect: boolean;
  readonly needs: Needs;
  /** Items that may start now under all limits. */
  readonly free: number;
  /** Of this map's items so far; undefined before the first. */
  readonly averageMs: number | undefined;
  readonly queued: number;
  readonly isolatedItems: number;
  readonly poolChunks: number;
  readonly poolSize: number;
}

/** How many items the next chunk should take; 0 when none may start now. */
export function chunkSize(c: ChunkCircumstances): number {
  if (c.free < 1) return 0;
  // Alone, so that when its process dies nobody else can have done it.
  if (c.suspect) return c.isolatedItems < isolatedLimit ? 1 : 0;
  if (c.needs.cpu !== true) {
    if (c.spec.batch !== undefined) return Math.min(c.spec.batch, c.free);
    // Tiny items are over before a limit on how many run at once could mean anything.
    const tiny = c.averageMs !== undefined && c.averageMs < tinyItemMs && c.needs.lane === undefined;
    return tiny ? maxTinyChunk : Math.min(c.free, maxChunk);
  }
  // Two chunks a worker: one in work, one at hand.
  if (c.poolChunks >= c.poolSize * 2) return 0;
  if (c.spec.batch !== undefined) return c.spec.batch;
  // A worker that is ended for a slow item takes its chunk with it: such items travel alone.
  if (c.spec.timeoutMs !== undefined || c.needs.memoryMb !== undefined || c.averageMs === undefined) return 1;
  const averageMs = Math.max(c.averageMs, 0.01);
  const fair = Math.max(Math.ceil(c.queued / (c.poolSize * 3)), Math.floor(leastChunkMs / averageMs));
  return Math.max(1, Math.min(maxTinyChunk, Math.floor(chunkMs / averageMs), fair, c.free));
}
