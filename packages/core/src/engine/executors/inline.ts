import type { WorkDeps } from '../work/tools.ts';
import type { Chunk, ChunkSink, Executor } from './executor.ts';
import { ThreadRunner } from './run-chunk.ts';

/** Runs items in this process, all items of a chunk at the same time; for steps that mostly wait. */
export class InlineExecutor implements Executor {
  readonly #runner: ThreadRunner;
  /** By chunk and item, for `cancel`. A batch has one controller for all: it cannot be ended in part. */
  readonly #running = new Map<number, (AbortController | undefined)[]>();

  constructor(deps: WorkDeps) {
    this.#runner = new ThreadRunner(deps, { rowsAhead: 1, publishes: true });
  }

  run(chunk: Chunk, sink: ChunkSink): void {
    const controllers: (AbortController | undefined)[] = [];
    this.#running.set(chunk.id, controllers);
    let left = chunk.calls.length;
    const finished = (): void => {
      if (--left <= 0) this.#running.delete(chunk.id);
    };
    if (chunk.step.local?.spec.batch !== undefined) {
      const controller = new AbortController();
      controllers.push(...chunk.calls.map(() => controller));
      left = 1;
      // Neither `batch` nor `item` throws for anything an author did: what arrives here is a fault of the engine.
      void this.#runner.batch(chunk, controller.signal, sink).then(finished, (error: unknown) => sink.died(bug(error)));
      return;
    }
    for (let i = 0; i < chunk.calls.length; i++) {
      const controller = new AbortController();
      controllers.push(controller);
      void this.#runner
        .item(chunk, i, controller.signal, sink)
        .then(finished, (error: unknown) => sink.died(bug(error)));
    }
  }

  /** Asks only: work in this process that ignores its signal cannot be ended, and the scheduler goes on without it. */
  cancel(chunkId: number, index: number): void {
    this.#running.get(chunkId)?.[index]?.abort();
  }

  closeLine(line: string): Promise<void> {
    return this.#runner.closeLine(line);
  }

  close(): Promise<void> {
    return this.#runner.close();
  }
}

function bug(error: unknown): { code: 'bug'; message: string; stack?: string } {
  const { message, stack } = error as Error;
  return { code: 'bug', message: String(message ?? error), ...(stack === undefined ? {} : { stack }) };
}
