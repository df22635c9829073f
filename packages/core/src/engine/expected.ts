import type { ExpectedOutput } from '../model/step.ts';
import type { StoredOutput, StoredRow } from '../state/rows.ts';
import type { MapRun } from './map-run.ts';
import type { OutputChecker } from './output-check.ts';
import type { State } from '../state/state.ts';
import { claimUrl } from './publishing.ts';

/**
 * Looks whether an item's expected outputs already lie in the target with their size and digest.
 *
 * When they do the item is done without its work: its result is the ref it expected (a list of refs when there
 * are several), recorded as a row unless the step keeps none.
 */
export async function expectedThere(
  map: MapRun,
  options: { readonly state: State; readonly run: number; readonly dryRun: boolean },
  checker: OutputChecker,
  item: { readonly ord: number; readonly key: string; readonly text: string },
  row: StoredRow | undefined,
  expected: readonly ExpectedOutput[],
): Promise<boolean> {
  const store = map.store;
  const place = map.spec.place;
  if (store === undefined || place === undefined) return false;
  const outputs: StoredOutput[] = [];
  for (const wanted of expected) {
    const local = store.localPath(wanted.key) !== undefined;
    const entry = local || !store.can.list ? await store.stat(wanted.key) : (await checker.inventory()).get(wanted.key);
    if (entry === undefined || entry.size !== wanted.size) return false;
    const digest =
      wanted.digest === undefined && !map.keepsRows ? '' : (entry.digest ?? (await store.digest(wanted.key)));
    if (wanted.digest !== undefined && digest !== wanted.digest) return false;
    outputs.push([wanted.key, entry.size, entry.version ?? '', digest, 'file']);
  }
  const refs = outputs.map(([key, size, , digest]) => ({ digest, key, size, store: place, $type: 'file' }));
  const result = JSON.stringify(refs.length === 1 ? refs[0] : refs);
  map.reused++;
  if (!map.keepsRows) return true;
  if (options.dryRun) {
    // Its row is written by the run; until then nobody can read its result.
    map.upstreamUnknown = true;
    return true;
  }
  const { state } = options;
  const seq = state.transaction(() => {
    for (const [key, , , , kind] of row?.outputs ?? [])
      state.claims.markStale(claimUrl(place, key, kind), map.line.id, item.key);
    for (const [key] of outputs) {
      const url = claimUrl(place, key, 'file');
      const claim = state.claims.find(url);
      // Found there is not made by us: what another line owns stays its own. What an item of this line made that may be
      // gone is now this item's, or it would be removed with the other's row.
      if (claim === undefined || claim.line === map.line.id) state.claims.put(url, map.line.id, item.key);
    }
    return state.rows.write({
      seq: row?.seq ?? 0,
      line: map.line.id,
      key: item.key,
      item: item.text,
      version: map.version,
      uses: map.usesText,
      result,
      outputs,
      sources: undefined,
      run: options.run,
    });
  });
  map.used.add(seq);
  map.seqs.set(item.ord, seq);
  map.emit(seq, result);
  return true;
}
