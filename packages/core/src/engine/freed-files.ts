import type { Entry } from '../model/driver.ts';
import { fail, type FailureError } from '../model/failure.ts';
import { joinPlace } from '../model/file-ref.ts';
import type { Store } from '../model/store.ts';
import type { LineId, State } from '../state/state.ts';

/** Who lists: steps of its own are made again by the run itself. */
export interface Lister {
  readonly plugin: string;
  readonly steps: ReadonlySet<string>;
  readonly force: boolean;
}

/**
 * The files that `clean` freed belong to a listing of `work:` as if they lay there: they are done. A list without
 * them would tell a task behind that its sources are gone, and an `exact` one would remove what it made of them.
 *
 * Folders are recorded as one output, so their files cannot be named: such a list fails with `store.missing`.
 */
export async function* listWithFreed(
  state: State,
  store: Pick<Store, 'place' | 'list'>,
  lister: Lister,
  ...[prefix = '', call]: Parameters<Store['list']>
): AsyncGenerator<readonly Entry[], void, undefined> {
  const freed = freedBelow(state, store.place, prefix, lister);
  for await (const page of store.list(prefix, call)) {
    // Made again by somebody else since, under a name that clean had freed.
    for (const { key } of page) freed.delete(key);
    yield page;
  }
  if (freed.size > 0) yield [...freed.values()];
}

function freedBelow(state: State, place: string, prefix: string, lister: Lister): Map<string, Entry> {
  const freed = new Map<string, Entry>();
  if (!place.startsWith('work:') || !hasFreed(state)) return freed;
  const root = joinPlace(place, '-').slice(0, -1);
  const lines = new Map(state.lines().map((line) => [line.id, line]));
  for (const { line: id, url, key } of state.claims.under(root + prefix)) {
    const line = lines.get(id);
    // Only the user who forces a task means its own earlier outputs not to count.
    if (line === undefined || (lister.force && line.plugin === lister.plugin && lister.steps.has(line.step))) continue;
    for (const [name, size, version, , kind] of state.rows.find(id, [key]).get(key)?.outputs ?? []) {
      if (kind === 'released-folder' && url === `${joinPlace(line.place, name)}/`) throw freedFailure(url, line);
      if (kind !== 'released' || url !== joinPlace(line.place, name)) continue;
      const below = url.slice(root.length);
      // Just what the disk told of it, or items made of it would count as changed.
      freed.set(below, { key: below, size, version, modifiedMs: Number(version) });
    }
  }
  return freed;
}

/** What a run says when it needs bytes that `clean` freed and that only another task can make again. */
export function freedFailure(url: string, { plugin }: LineId): FailureError {
  const hint = `runner clean freed it. Run with --force the task of ${plugin} that made it, or its pipeline.`;
  return fail('store.missing', { url: url.replace(/\/$/, ''), hint });
}

/** True when `clean` ever released bytes whose rows still stand. */
export function hasFreed(state: State): boolean {
  const raw = state.db.prepare("SELECT value FROM meta WHERE name = 'released'").get() as { value: string } | undefined;
  return raw?.value === '1';
}
