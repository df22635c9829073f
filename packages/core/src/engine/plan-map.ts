import { setImmediate as nextTurn } from 'node:timers/promises';
import { canonicalJson } from '../lib/canonical-json.ts';
import type { Reason } from '../model/event.ts';
import { fail } from '../model/failure.ts';
import type { ExpectedOutput } from '../model/step.ts';
import type { Items } from '../model/task.ts';
import { comparable, itemKeyProblem, type StoredOutput, type StoredRow } from '../state/rows.ts';
import type { State } from '../state/state.ts';
import { type Batch, inBatches } from './batches.ts';
import { Behind } from './behind.ts';
import { expectedThere } from './expected.ts';
import type { FileDigests } from './file-digests.ts';
import type { MapRun, Todo } from './map-run.ts';
import type { OutputChecker } from './output-check.ts';
import { type Candidate, judgeOutputs, type Reuse, takeOver } from './reuse.ts';

export interface PlanOptions {
  readonly state: State;
  readonly digests: FileDigests;
  /** Undefined where the map has no place. */
  readonly checker: OutputChecker | undefined;
  readonly key: (item: unknown) => string;
  /** How an item is compared, where its own canonical JSON is not what decides. */
  readonly canonical: ((item: unknown) => string) | undefined;
  readonly force: boolean;
  /** Nothing may be written, not even what was found out on the way. */
  readonly dryRun: boolean;
  readonly run: number;
  readonly stopped: () => boolean;
  /** An item is to be worked on; resolves when there is room for more. */
  readonly enqueue: (todo: Todo) => void;
  readonly room: () => Promise<void> | undefined;
  /** Called for every item with what was decided, for `why` and dry runs. */
  readonly onReason?: (key: string, reason: Reason) => void;
}

/** The planner hands the event loop to everybody else at least this often. */
const turnMs = 10;

/** Output checks under way at once; more would only hold memory. */
const checksAhead = 4;

/** A map of fewer asks a remote place file by file instead of listing it. */
const fewItems = 16;

/**
 * Decides item by item, 2,048 at a time, what has to run and why.
 *
 * Items without a matching row are handed over at once, while the outputs of the others are checked behind.
 * The order of keys does not matter, nothing is sorted, and no index of all keys is kept.
 */
export class MapPlanner {
  readonly #map: MapRun;
  readonly #options: PlanOptions;
  /** Outputs are looked for while the next items are planned. */
  readonly #behind = new Behind(checksAhead);

  constructor(map: MapRun, options: PlanOptions) {
    this.#map = map;
    this.#options = options;
  }

  async plan(items: Items<unknown>): Promise<void> {
    let yieldedMs = performance.now();
    for await (const batch of inBatches(items)) {
      if (this.#options.stopped()) break;
      await this.#planBatch(batch);
      // Items at hand settle in microtasks alone: without this no item would start, no interrupt be heard and no
      // progress be drawn before the whole plan is made.
      if (performance.now() - yieldedMs >= turnMs) {
        await nextTurn();
        yieldedMs = performance.now();
      }
      const room = this.#options.room();
      if (room !== undefined) await room;
      this.#behind.throwIfFailed();
    }
    await this.#behind.end();
  }

  async #planBatch(batch: Batch): Promise<void> {
    const map = this.#map;
    if (batch.origins !== undefined) for (const origin of batch.origins) map.origins.push(origin);
    const candidates = batch.items.map((item, i) => this.#candidate(item, batch.texts?.[i]));
    const keys = candidates.map((candidate) => candidate.key);
    const rows = map.keepsRows ? this.#options.state.rows.find(map.line.id, keys) : noRows;
    const inBatch = new Set<string>();
    const sharing = this.#map.sharing();
    const reuses: Reuse[] = [];
    for (const candidate of candidates) {
      const row = rows.get(candidate.key);
      if (
        map.pendingKeys.has(candidate.key) ||
        inBatch.has(candidate.key) ||
        (row !== undefined && map.used.has(row.seq))
      ) {
        throw fail('item.duplicate', { key: candidate.key, map: map.spec.name });
      }
      if (sharing.length > 0) this.#refuseShared(candidate, row, sharing);
      inBatch.add(candidate.key);
      let reason = this.#reason(candidate, row);
      if (reason?.because === 'item' && (await this.#sameContent(candidate, row as StoredRow))) reason = undefined;
      const children = reason === undefined ? this.#children(candidate.key) : noChildren;
      reason ??= this.#mixed(candidate, row as StoredRow, children);
      if (reason === undefined) reuses.push({ ...candidate, row: row as StoredRow, children });
      else this.#todo(candidate, row, reason);
    }
    if (reuses.length === 0) return;
    // Said now, not when the check is done: a later item of the same key must find it.
    for (const { row } of reuses) map.used.add(row.seq);
    const sure = reuses.filter(({ row, children }) => row.outputs.length === 0 && children.length === 0);
    for (const reuse of sure) this.#upToDate(reuse);
    if (sure.length < reuses.length)
      await this.#checkBehind(sure.length === 0 ? reuses : reuses.filter((reuse) => !sure.includes(reuse)));
  }

  #candidate(item: unknown, known: string | undefined): Candidate {
    const key = this.#options.key(item);
    const why = itemKeyProblem(typeof key === 'string' ? key : '');
    if (why !== undefined) throw fail('item.key', { key: String(key), why });
    const { canonical } = this.#options;
    const text = canonical === undefined ? (known ?? canonicalJson(item)) : canonical(item);
    return { ord: this.#map.total++, key, item, text: comparable(text) };
  }

  // One key has one row: each of two maps would replace what the other made. The very same item may be asked for again.
  #refuseShared(candidate: Candidate, row: StoredRow | undefined, sharing: readonly MapRun[]): void {
    const map = this.#map;
    const { cache } = map.spec.step.spec;
    const isOther =
      row !== undefined &&
      cache !== false &&
      (row.item !== candidate.text || row.version !== map.version || row.uses !== map.usesText);
    for (const other of sharing) {
      if (other.pendingKeys.has(candidate.key) || (isOther && other.used.has(row.seq)))
        throw fail('item.duplicate', { key: candidate.key, map: map.spec.name, other: other.spec.name });
    }
  }

  /** Undefined when the row matches; its outputs are still to be checked. */
  #reason({ text }: Candidate, row: StoredRow | undefined): Reason | undefined {
    const map = this.#map;
    if (map.spec.step.spec.cache === false) return { because: 'always' };
    if (row === undefined) return { because: 'new' };
    if (this.#options.force) return { because: 'forced' };
    if (row.version !== map.version) return { because: 'version', before: row.version, after: map.version };
    if (row.uses !== map.usesText) return { because: 'uses', before: row.uses, after: map.usesText };
    return row.item === text ? undefined : { because: 'item', before: row.item, after: text };
  }

  // A later attempt with another fingerprint failed half way: what it yielded stands among the rows of this one.
  #mixed(candidate: Candidate, row: StoredRow, children: readonly StoredRow[]): Reason | undefined {
    for (const child of children) {
      const reason = child.run > row.run ? this.#reason(candidate, child) : undefined;
      if (reason !== undefined) return reason;
    }
    return undefined;
  }

  // Files may differ in version only (touched, restored); then their bytes decide and the new version is adopted.
  async #sameContent({ text }: Candidate, row: StoredRow): Promise<boolean> {
    if (!row.item.includes('"$type":"file"') || !text.includes('"$type":"file"')) return false;
    if (!(await this.#options.digests.sameContent(row.item, text, row.sources))) return false;
    if (!this.#options.dryRun) {
      this.#options.state.db.prepare('UPDATE row SET item = ? WHERE seq = ?').run(text, row.seq);
    }
    return true;
  }

  #children(key: string): readonly StoredRow[] {
    return this.#map.isGenerator ? this.#options.state.rows.children(this.#map.line.id, key) : noChildren;
  }

  #todo(candidate: Candidate, row: StoredRow | undefined, reason: Reason): void {
    const map = this.#map;
    const spec = map.spec.step.spec as { expects?(item: unknown): readonly ExpectedOutput[] };
    if (
      spec.expects !== undefined &&
      this.#options.checker !== undefined &&
      reason.because !== 'forced' &&
      reason.because !== 'always'
    ) {
      const outputs = spec.expects(candidate.item);
      if (outputs.length > 0)
        return this.#behind.add(this.#checkExpected(candidate, row, reason, outputs, this.#options.checker));
    }
    this.#decide(candidate, row, reason);
  }

  #decide(
    { ord, key, item, text }: Candidate,
    row: StoredRow | undefined,
    reason: Reason,
    doneKeys?: readonly string[],
  ): void {
    const map = this.#map;
    map.pendingKeys.add(key);
    map.because(reason);
    this.#options.onReason?.(key, reason);
    const done = doneKeys ?? (map.isGenerator ? this.#resumable(key, text) : undefined);
    this.#options.enqueue({
      ord,
      key,
      item,
      text,
      seq: row?.seq ?? 0,
      oldOutputs: row?.outputs ?? [],
      reason,
      attempt: 0,
      suspect: map.suspects.has(key) && !map.spec.internal,
      ...(done === undefined || done.length === 0 ? {} : { doneKeys: done }),
    });
  }

  // Sub-rows a killed run committed for the very same fingerprint; `done(key)` tells the generator to skip them.
  #resumable(key: string, text: string): string[] | undefined {
    const map = this.#map;
    if (this.#options.force || map.spec.step.spec.cache === false) return undefined;
    return this.#children(key)
      .filter((child) => child.item === text && child.version === map.version && child.uses === map.usesText)
      .map((child) => child.key.slice(key.length + 1));
  }

  async #checkExpected(
    candidate: Candidate,
    row: StoredRow | undefined,
    reason: Reason,
    expected: readonly ExpectedOutput[],
    checker: OutputChecker,
  ): Promise<void> {
    const found = await expectedThere(this.#map, this.#options, checker, candidate, row, expected);
    if (!found) this.#decide(candidate, row, reason);
    else this.#options.onReason?.(candidate.key, { because: 'up to date' });
  }

  async #checkBehind(reuses: readonly Reuse[]): Promise<void> {
    await this.#behind.room();
    this.#behind.add(this.#check(reuses));
  }

  async #check(reuses: readonly Reuse[]): Promise<void> {
    const checker = this.#options.checker;
    // The map has no place any more: nobody can say that its outputs are gone.
    if (checker === undefined) return reuses.forEach((reuse) => this.#upToDate(reuse));
    for (const { reuse, wrong, kept, adopted } of await judgeOutputs(reuses, checker, this.#map.total < fewItems)) {
      for (const [row, outputs] of adopted) this.#adopt(row, outputs);
      if (wrong === undefined) this.#upToDate(reuse);
      else this.#decide(reuse, reuse.row, wrong, this.#map.isGenerator ? kept : undefined);
    }
  }

  #adopt(row: StoredRow, outputs: readonly StoredOutput[]): void {
    if (this.#options.dryRun) return;
    this.#options.state.db.prepare('UPDATE row SET outputs = ? WHERE seq = ?').run(JSON.stringify(outputs), row.seq);
  }

  #upToDate(reuse: Reuse): void {
    this.#options.onReason?.(reuse.key, { because: 'up to date' });
    takeOver(this.#map, reuse);
  }
}

const noRows: ReadonlyMap<string, StoredRow> = new Map();
const noChildren: readonly StoredRow[] = [];
