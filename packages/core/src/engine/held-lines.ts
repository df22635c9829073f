import type { Emit } from '../model/event.ts';
import { describeLine, holdLine } from '../state/line-lock.ts';
import type { Lock } from '../state/lock.ts';
import type { LineId, State } from '../state/state.ts';

/** The lines this run holds, each from its first map to the end of the run. */
export class HeldLines {
  readonly #state: State;
  readonly #options: { readonly run: number; readonly wait: boolean; readonly drain: AbortSignal; readonly emit: Emit };
  /** By line; a second map of a line waits for the same lock. */
  readonly #locks = new Map<number, Promise<Lock>>();

  constructor(
    state: State,
    options: { readonly run: number; readonly wait: boolean; readonly drain: AbortSignal; readonly emit: Emit },
  ) {
    this.#state = state;
    this.#options = options;
  }

  /**
   * Waits for another runner that holds the line, and names it meanwhile; fails with `state.held` under `--no-wait`.
   *
   * The first interrupt ends the wait: nothing of the line runs here, and its holder may need hours.
   */
  async hold(line: LineId): Promise<void> {
    const { run, wait, drain, emit } = this.#options;
    if (!this.#locks.has(line.id)) {
      const onWait = (holder: string): void => emit({ type: 'run.waiting', line: describeLine(line), holder });
      this.#locks.set(line.id, holdLine(this.#state, line, run, { wait, signal: drain, onWait }));
    }
    await this.#locks.get(line.id);
  }

  async release(): Promise<void> {
    for (const lock of this.#locks.values()) (await lock.catch(() => undefined))?.release();
  }
}
