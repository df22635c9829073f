import type { Reason } from '../model/event.ts';
import { isReleased, type StoredOutput, type StoredRow } from '../state/rows.ts';
import type { MapRun } from './map-run.ts';
import type { OutputChecker } from './output-check.ts';

/** An item that was given, as the planner looks at it. */
export interface Candidate {
  readonly ord: number;
  readonly key: string;
  readonly item: unknown;
  /** What its row is compared by. */
  readonly text: string;
}

/** An item whose row matches. */
export interface Reuse extends Candidate {
  readonly row: StoredRow;
  /** A generator's rows under the item. */
  readonly children: readonly StoredRow[];
}

/** What became of a matching row's outputs. */
export interface Judged {
  readonly reuse: Reuse;
  /** Undefined when all are still there. */
  readonly wrong: Reason | undefined;
  /** Keys of the generator's rows whose outputs are still there. */
  readonly kept: readonly string[];
  /** Rows whose outputs have the same bytes under another version, with what they are now. */
  readonly adopted: readonly (readonly [row: StoredRow, outputs: readonly StoredOutput[]])[];
}

/** Looks for the outputs of many rows at once. `few` says that no more than these will be asked. */
export async function judgeOutputs(
  reuses: readonly Reuse[],
  checker: OutputChecker,
  few: boolean,
): Promise<readonly Judged[]> {
  const rows = reuses.flatMap(({ row, children }) => [row, ...children]);
  const verdicts = await checker.check(
    rows.map((row) => row.outputs),
    few,
  );
  // One verdict for each row, in the order they were asked: an item's own, then its children's.
  let at = 0;
  return reuses.map((reuse) => {
    let wrong: Reason | undefined;
    const kept: string[] = [];
    const adopted: [StoredRow, readonly StoredOutput[]][] = [];
    for (const row of [reuse.row, ...reuse.children]) {
      const verdict = verdicts[at++];
      if (verdict === undefined) continue;
      if (!verdict.there) wrong ??= { because: 'output', key: verdict.key, what: verdict.what };
      else {
        if (row !== reuse.row) kept.push(row.key.slice(reuse.key.length + 1));
        if (verdict.adopted !== undefined) adopted.push([row, verdict.adopted]);
      }
    }
    return { reuse, wrong, kept, adopted };
  });
}

/** Counts an item as up to date and gives its results on. */
export function takeOver(map: MapRun, { ord, key, item, text, row, children }: Reuse): void {
  map.seqs.set(ord, row.seq);
  map.reused++;
  // Its bytes were freed by `clean`: it is done, and is worked on again if a later step has to read them.
  if (hasReleased(row) || children.some(hasReleased)) {
    const reason: Reason = { because: 'released', key: row.outputs[0]?.[0] ?? key };
    const { seq, outputs: oldOutputs } = row;
    map.released.set(key, { ord, key, item, text, seq, oldOutputs, reason, attempt: 0, suspect: false });
  }
  if (!map.isGenerator) return map.emit(row.seq, row.result);
  for (const child of children) {
    map.used.add(child.seq);
    map.emit(child.seq, child.result);
  }
}

function hasReleased(row: StoredRow): boolean {
  return row.outputs.some((output) => isReleased(output[4]));
}
