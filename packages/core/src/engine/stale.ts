import type { Emit } from '../model/event.ts';
import { joinPlace } from '../model/file-ref.ts';
import type { Store } from '../model/store.ts';
import type { State } from '../state/state.ts';
import type { MapRun } from './map-run.ts';
import { claimUrl } from './publishing.ts';

/**
 * What a finished map leaves behind in its place: files its line once recorded and no row of this run claims.
 *
 * With `exact` they are removed (marked first, so that a crash in between is finished by the next run);
 * otherwise they are only reported. Files nobody recorded are never touched.
 */
export async function settleStale(
  state: State,
  map: MapRun,
  sharing: readonly MapRun[],
  emit: Emit,
  dryRun: boolean,
): Promise<void> {
  const { store, spec, line } = map;
  if (store === undefined || spec.place === undefined) return;
  const gone = goneRows(state, map, sharing);
  const remove = spec.exact && !dryRun && sharing.every((other) => other.incomplete === 0 && other.error === undefined);
  if (remove) {
    state.transaction(() => {
      for (const row of gone) {
        for (const url of row.urls) state.claims.markStale(url, line.id, row.key);
        state.rows.remove(row.seq);
      }
    });
  }
  const urls = remove
    ? state.claims.staleUrls(line.id)
    : [...state.claims.staleUrls(line.id), ...gone.flatMap((row) => row.urls)];
  if (urls.length === 0) return;
  const root = joinPlace(spec.place, 'x').slice(0, -1);
  const keys = urls.map((url) => url.slice(root.length));
  if (remove) {
    await removeStale(state, map, store, urls);
  }
  emit({ type: 'place.stale', place: spec.place, keys: keys.slice(0, 100), total: keys.length, removed: remove });
}

/** Removes files that are marked as stale, and what is known of them. */
export async function removeStale(state: State, map: MapRun, store: Store, urls: readonly string[]): Promise<void> {
  const root = joinPlace(map.spec.place ?? '', 'x').slice(0, -1);
  const keys = urls.map((url) => url.slice(root.length));
  const files = keys.filter((key) => !key.endsWith('/'));
  for (let from = 0; from < files.length; from += 1_000) await store.remove(files.slice(from, from + 1_000));
  for (const [i, key] of keys.entries()) if (key.endsWith('/')) await removeFolder(state, map, urls[i] as string, key);
  state.transaction(() => {
    for (const url of urls) state.claims.drop(url);
  });
}

// In remote places each file of a folder is claimed, and only those go; a local folder was published whole.
async function removeFolder(state: State, map: MapRun, url: string, key: string): Promise<void> {
  const store = map.store;
  if (store === undefined) return;
  const own = state.claims.under(url).filter((claim) => claim.line === map.line.id && claim.url !== url);
  if (own.length > 0) {
    await store.remove(own.map((claim) => key + claim.url.slice(url.length)));
    state.transaction(() => {
      for (const claim of own) state.claims.drop(claim.url);
    });
    return;
  }
  for await (const page of store.list(key)) await store.remove(page.map((entry) => entry.key));
}

interface GoneRow {
  readonly seq: number;
  readonly key: string;
  /** Of its files that no other row has taken over. */
  readonly urls: readonly string[];
}

function goneRows(state: State, map: MapRun, sharing: readonly MapRun[]): GoneRow[] {
  const place = map.spec.place ?? '';
  // Counting is far cheaper than reading; nearly always nothing is gone.
  if (state.rows.count(map.line.id) === sharing.reduce((sum, other) => sum + other.used.size, map.used.size)) return [];
  const gone: GoneRow[] = [];
  for (const row of state.rows.each(map.line.id)) {
    if (map.used.has(row.seq) || sharing.some((other) => other.used.has(row.seq))) continue;
    const urls = row.outputs.map(([key, , , , kind]) => claimUrl(place, key, kind));
    const claims = state.claims.findAll(urls);
    gone.push({
      seq: row.seq,
      key: row.key,
      urls: urls.filter((_, i) => claims[i]?.line === map.line.id && claims[i].key === row.key),
    });
  }
  return gone;
}
