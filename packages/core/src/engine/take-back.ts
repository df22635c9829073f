import type { Claim } from '../state/claims.ts';
import type { State } from '../state/state.ts';
import type { Committer } from './commit.ts';
import type { MapRun, Todo } from './map-run.ts';
import { claimUrl } from './publishing.ts';
import { removeStale } from './stale.ts';

/**
 * Removes what a generator item has yielded, in this attempt and in earlier ones: rows first, then their files.
 *
 * The files are marked as stale in the transaction that drops the rows. What a crash or a store in trouble leaves of them
 * is reported as stale by the next run, and removed by it when the map is exact and whole.
 */
export async function takeBack(state: State, committer: Committer, map: MapRun, todo: Todo): Promise<void> {
  // Rows that still wait to be recorded would come back.
  committer.flush();
  const stale: Claim[] = [];
  const line = map.line.id;
  state.transaction(() => {
    // Its own row too, of a time when it was whole: without its rows the item would be up to date with nothing.
    const own = state.rows.find(line, [todo.key]).get(todo.key);
    for (const row of [...state.rows.children(line, todo.key), ...(own === undefined ? [] : [own])]) {
      for (const [key, , , , kind] of row.outputs) {
        const url = claimUrl(map.spec.place ?? '', key, kind);
        if (state.claims.markStale(url, line, row.key)) stale.push({ url, line, key: row.key, stale: true });
      }
      state.rows.remove(row.seq);
    }
  });
  if (map.store !== undefined && stale.length > 0) await removeStale(state, map, map.store, stale);
}

/** Drops sub-rows of an earlier fingerprint that this attempt did not yield again; their files become stale. */
export function dropUnyielded(state: State, committer: Committer, map: MapRun, todo: Todo): void {
  committer.flush();
  const keep = new Set(todo.doneKeys ?? []);
  const place = map.spec.place ?? '';
  state.transaction(() => {
    const gone: number[] = [];
    for (const { seq, key } of state.rows.childIds(map.line.id, todo.key))
      if (!map.used.has(seq) && !keep.has(key.slice(todo.key.length + 1))) gone.push(seq);
    // Nearly always none is gone, and then none is read whole.
    for (const child of gone.length === 0 ? [] : state.rows.bySeq(gone)) {
      for (const [key, , , , kind] of child.outputs)
        state.claims.markStale(claimUrl(place, key, kind), map.line.id, child.key);
      state.rows.remove(child.seq);
    }
  });
}
