import type { Emit } from '../model/event.ts';

/** How a run may be ended early, and whether it has been. One per run, asked by planner and scheduler. */
export class RunControl {
  readonly emit: Emit;
  readonly onFailure: 'finish' | 'stop';
  /** No new items: an interrupt, or the first failure under `stop`, or a state that cannot be written. */
  draining = false;
  interrupted = false;
  /** What makes going on pointless, such as a full disk under the state. */
  broken: unknown;
  #listeners: (() => void)[] = [];

  constructor(emit: Emit, onFailure: 'finish' | 'stop') {
    this.emit = emit;
    this.onFailure = onFailure;
  }

  drain(why: { readonly interrupted?: boolean; readonly broken?: unknown }): void {
    this.draining = true;
    if (why.interrupted === true) this.interrupted = true;
    this.broken ??= why.broken;
    for (const listener of this.#listeners) listener();
  }

  onDrain(listener: () => void): void {
    this.#listeners.push(listener);
  }
}
