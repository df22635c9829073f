import type { Emit } from '../model/event.ts';
import { placePrefix } from '../model/file-ref.ts';
import type { Store } from '../model/store.ts';
import type { Claim } from '../state/claims.ts';
import type { State } from '../state/state.ts';
import { BitSet } from './int-list.ts';
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
  // A dry run tells of what would be removed, and of nothing else.
  if (dryRun && !spec.exact) return;
  const stale = staleClaims(state, map, dryRun);
  const urls = [...stale.map(({ url }) => url), ...(remove ? [] : gone.flatMap((row) => row.urls))];
  if (urls.length === 0) return;
  const root = placePrefix(spec.place);
  const keys = urls.map((url) => url.slice(root.length));
  if (remove) await removeStale(state, map, store, stale);
  emit({ type: 'place.stale', place: spec.place, keys: keys.slice(0, 100), total: keys.length, removed: remove });
}

// An item that failed half way, or whose file was found there, may name again what was marked: that is not left over.
function staleClaims(state: State, map: MapRun, dryRun: boolean): Claim[] {
  const { line, spec } = map;
  const marked = state.claims.staleOf(line.id);
  if (marked.length === 0) return marked;
  const stale: Claim[] = [];
  const named: Claim[] = [];
  for (let from = 0; from < marked.length; from += 512) {
    const page = marked.slice(from, from + 512);
    const rows = state.rows.find(line.id, [...new Set(page.map(({ key }) => key))]);
    for (const claim of page) {
      const outputs = rows.get(claim.key)?.outputs ?? [];
      const isNamed = outputs.some(([key, , , , kind]) => claimUrl(spec.place ?? '', key, kind) === claim.url);
      (isNamed ? named : stale).push(claim);
    }
  }
  if (named.length > 0 && !dryRun)
    state.transaction(() => named.forEach(({ url, key }) => state.claims.put(url, line.id, key)));
  return stale;
}

/** Removes files that are marked as stale, and what is known of them. */
export async function removeStale(state: State, map: MapRun, store: Store, stale: readonly Claim[]): Promise<void> {
  const root = placePrefix(map.spec.place ?? '');
  const files = stale.flatMap(({ url }) => (url.endsWith('/') ? [] : [url.slice(root.length)]));
  for (let from = 0; from < files.length; from += 1_000) await store.remove(files.slice(from, from + 1_000));
  for (const claim of stale) if (claim.url.endsWith('/')) await removeFolder(state, map, store, claim);
  state.transaction(() => {
    for (const { url } of stale) state.claims.drop(url);
  });
}

// A local folder was published whole and goes with all that lies in it, but what another row names by itself. In remote
// places each file of a folder is claimed, and only those go.
async function removeFolder(state: State, map: MapRun, store: Store, folder: Claim): Promise<void> {
  const root = placePrefix(map.spec.place ?? '');
  const below = state.claims.under(folder.url).filter(({ url }) => url !== folder.url);
  const row = below.length === 0 ? undefined : state.rows.find(folder.line, [folder.key]).get(folder.key);
  const named = row?.outputs.map(([key, , , , kind]) => claimUrl(map.spec.place ?? '', key, kind)) ?? [];
  const isOthers = ({ url, line, key }: Claim): boolean =>
    line !== folder.line || key !== folder.key || named.some((name) => isWithin(url, name));
  if (store.localPath('x') === undefined) {
    const own = below.filter((claim) => !isOthers(claim));
    await store.remove(own.map(({ url }) => url.slice(root.length)));
    state.transaction(() => {
      for (const { url } of own) state.claims.drop(url);
    });
    return;
  }
  const kept = below.filter(isOthers).map(({ url }) => url);
  for await (const page of store.list(folder.url.slice(root.length))) {
    const keys = page.map(({ key }) => key);
    await store.remove(kept.length === 0 ? keys : keys.filter((key) => !kept.some((url) => isWithin(root + key, url))));
  }
}

/** True for the output itself, and for what lies in it when it is a folder. */
function isWithin(url: string, output: string): boolean {
  return url === output || (output.endsWith('/') && url.startsWith(output));
}

interface GoneRow {
  readonly seq: number;
  readonly key: string;
  /** Of its files that no other row has taken over. */
  readonly urls: readonly string[];
}

function goneRows(state: State, map: MapRun, sharing: readonly MapRun[]): GoneRow[] {
  const place = map.spec.place ?? '';
  // Maps that share a line may have had the same items, one after the other.
  const used = sharing.length === 0 ? map.used : BitSet.union([map, ...sharing].map((one) => one.used));
  // Counting is far cheaper than reading; nearly always nothing is gone.
  if (state.rows.count(map.line.id) === used.size) return [];
  const gone: GoneRow[] = [];
  for (const row of state.rows.each(map.line.id)) {
    if (used.has(row.seq)) continue;
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
