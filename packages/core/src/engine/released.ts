import { fail } from '../model/failure.ts';
import type { FileRef } from '../model/file-ref.ts';
import { isReleased, subKeySeparator } from '../state/rows.ts';
import type { State } from '../state/state.ts';
import { freedFailure, hasFreed } from './freed-files.ts';
import type { MapRun, Todo } from './map-run.ts';
import { claimUrl } from './publishing.ts';
import type { ResultsStub } from './work/reader.ts';

/**
 * Brings back bytes that `clean` released from `work:` when an item that has to run reads them.
 *
 * The rows of released outputs stay done; only here, and only for the refs really wanted, is their producer
 * run again. `enqueue` hands an item to the scheduler whatever state its map is in.
 */
export class ReleasedBytes {
  readonly #state: State;
  readonly #maps: readonly MapRun[];
  readonly #enqueue: (map: MapRun, todo: Todo) => void;
  readonly #any: boolean;
  readonly #waiting = new Map<string, Promise<void>>();
  /** What a map's uses wait for. */
  readonly #uses = new Map<MapRun, readonly Promise<unknown>[]>();

  constructor(state: State, maps: readonly MapRun[], enqueue: (map: MapRun, todo: Todo) => void) {
    this.#state = state;
    this.#maps = maps;
    this.#enqueue = enqueue;
    // One look decides for the whole run: projects that never cleaned pay nothing per item.
    this.#any = hasFreed(state);
  }

  /** Undefined when all the item and its map's uses name is there; else a promise of it being made again. */
  wanted(map: MapRun, item: unknown): Promise<unknown> | undefined {
    if (!this.#any) return undefined;
    const redone: Promise<unknown>[] = [];
    this.#collect(item, redone);
    // Looked through once: there may be a million rows in them, and every item has the same.
    if (!this.#uses.has(map)) {
      const used: Promise<unknown>[] = [];
      this.#collect(map.uses, used);
      this.#uses.set(map, used);
    }
    redone.push(...(this.#uses.get(map) ?? []));
    return redone.length === 0 ? undefined : Promise.all(redone);
  }

  #collect(value: unknown, redone: Promise<unknown>[]): void {
    if (typeof value !== 'object' || value === null) return;
    const { $type } = value as { readonly $type?: unknown };
    if ($type === 'file' || $type === 'folder') this.#ref(value as FileRef, redone);
    else if ($type === 'runner.reader') this.#all(value as ResultsStub, redone);
    else for (const member of Object.values(value)) this.#collect(member, redone);
  }

  #ref(
    ref: { readonly $type: string; readonly store: string; readonly key: string },
    redone: Promise<unknown>[],
  ): void {
    if (!ref.store.startsWith('work:')) return;
    const claim = this.#state.claims.find(claimUrl(ref.store, ref.key, ref.$type));
    if (claim === undefined) return;
    const map = this.#maps.find((candidate) => candidate.line.id === claim.line);
    const key = claim.key.split(subKeySeparator)[0] as string;
    if (map?.released.has(key)) redone.push(this.#redo(map, key));
    else if (map === undefined && this.#isReleased(claim.line, claim.key)) {
      // Another task made it: only running that task brings it back.
      const line = this.#state.lines().find(({ id }) => id === claim.line);
      if (line !== undefined) redone.push(Promise.reject(freedFailure(claim.url, line)));
    }
  }

  // A reader gives its own map's outputs, and whatever refs the rows of another map carry on.
  #all(stub: ResultsStub, redone: Promise<unknown>[]): void {
    const map = this.#maps.find((candidate) => candidate.line.id === stub.line);
    if (map !== undefined) for (const key of map.released.keys()) redone.push(this.#redo(map, key));
    const seqs = new Int32Array(stub.seqs);
    for (let from = 0; from < seqs.length; from += 512) {
      for (const row of this.#state.rows.bySeq([...seqs.subarray(from, from + 512)])) {
        if (row.result.includes('"store":"work:')) this.#collect(JSON.parse(row.result), redone);
      }
    }
  }

  #isReleased(line: number, key: string): boolean {
    return (
      this.#state.rows
        .find(line, [key])
        .get(key)
        ?.outputs.some((output) => isReleased(output[4])) ?? false
    );
  }

  #redo(map: MapRun, key: string): Promise<void> {
    const id = `${map.spec.id}\n${key}`;
    let waiting = this.#waiting.get(id);
    if (waiting === undefined) {
      const todo = map.released.get(key) as Todo;
      map.because(todo.reason);
      map.reused--;
      waiting = new Promise((resolve, reject) =>
        map.redone.set(key, (ok) =>
          ok ? resolve() : reject(fail('step.incomplete', { map: map.spec.name, failed: 1 })),
        ),
      );
      this.#waiting.set(id, waiting);
      // What the redone item itself reads may be released too.
      const first = this.wanted(map, todo.item);
      if (first === undefined) this.#enqueue(map, todo);
      else
        first.then(
          () => this.#enqueue(map, todo),
          () => map.redone.get(key)?.(false),
        );
    }
    return waiting;
  }
}
