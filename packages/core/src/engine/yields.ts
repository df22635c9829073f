import type { StoredRow } from '../state/rows.ts';
import type { State } from '../state/state.ts';
import type { Committer } from './commit.ts';
import type { MapRun, Todo } from './map-run.ts';

/** What one attempt at a generator item has yielded. */
export interface Yields {
  /** Published, and recorded or about to be: the next attempt is told that these are done. */
  readonly keys: Set<string>;
  /** Its rows of earlier runs and attempts, by whole key; most items have none, and none is asked for one by one. */
  readonly old: ReadonlyMap<string, StoredRow>;
  /** What a row was refused for, if one was. */
  refused: unknown;
}

/** Knows what generator items have yielded in this run. */
export class YieldBook {
  readonly #state: State;
  readonly #committer: Committer;
  readonly #yields = new WeakMap<Todo, Yields>();

  constructor(state: State, committer: Committer) {
    this.#state = state;
    this.#committer = committer;
  }

  /** Of the item's attempt under way; begun when it is first asked for. */
  of(map: MapRun, todo: Todo): Yields {
    let yields = this.#yields.get(todo);
    if (yields === undefined) {
      // The last rows of an earlier attempt may not be recorded yet, and would be written a second time.
      if (todo.doneKeys !== undefined) this.#committer.flush();
      const children = this.#state.rows.children(map.line.id, todo.key);
      yields = { keys: new Set(), old: new Map(children.map((row) => [row.key, row])), refused: undefined };
      this.#yields.set(todo, yields);
    }
    return yields;
  }

  startOver(todo: Todo): void {
    const yields = this.#yields.get(todo);
    if (yields === undefined) return;
    this.#yields.delete(todo);
    todo.doneKeys = [...(todo.doneKeys ?? []), ...yields.keys];
  }
}
