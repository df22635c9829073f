import { rmSync } from 'node:fs';
import { canonicalJson } from '../../lib/canonical-json.ts';
import type { Digest } from '../../lib/digest.ts';
import type { FileRef } from '../../model/file-ref.ts';
import { type Failure, fail } from '../../model/failure.ts';
import type { Slot, Step } from '../../model/step.ts';
import { itemKeyProblem } from '../../state/rows.ts';
import { toFailure } from './airlock.ts';
import { ItemOutput } from './output.ts';
import type { Staged } from './staged.ts';
import type { Staging } from './staging.ts';
import { type ItemHooks, ItemTools, scratchDirOf, type WorkDeps } from './tools.ts';

/** One item handed to a thread. */
export interface ItemCall {
  readonly key: string;
  readonly item: unknown;
  /** Keys a generator committed in an earlier attempt. */
  readonly doneKeys?: readonly string[];
}

/** What came of an item: a result as JSON with its staged outputs, or a failure. Nothing is visible yet. */
export type ItemOutcome =
  | {
      readonly ok: true;
      readonly result: string;
      readonly staged: readonly Staged[];
      readonly sources: { readonly [url: string]: string } | undefined;
      /** It kept something under its scratch folder. */
      readonly scratched: boolean;
    }
  | { readonly ok: false; readonly failure: Failure };

/** Takes what a generator yields. */
export interface RowSink {
  /** Rows that may be on their way at once; 1 waits for each before the next is asked for. */
  readonly ahead: number;
  /** Resolves when the row is on its way to the state; rejects when it is refused (a foreign file, a repeated key). */
  row(subKey: string, result: string, staged: readonly Staged[]): Promise<void> | void;
}

/** A step made ready to run in this thread. */
export interface ReadyStep {
  readonly step: Step<never>;
  readonly line: string;
  readonly uses: unknown;
  readonly opened: unknown;
  readonly staging: Staging | undefined;
  /** Values of the secrets the step declares. */
  readonly secrets: { readonly [name: string]: string };
  readonly deps: WorkDeps;
}

// The typed face of a step is its author's; here items are whatever came back from JSON.
interface Work {
  work(item: unknown, tools: ItemTools): unknown;
}

/** Runs one item to its outcome; never throws. */
export async function runItem(
  ready: ReadyStep,
  call: ItemCall,
  signal: AbortSignal,
  hooks: ItemHooks,
  rows: RowSink,
): Promise<ItemOutcome> {
  const { step, deps } = ready;
  const remember = (ref: FileRef, digest: Digest): void => tools.remember(ref, digest);
  const recorded = step.spec.rows !== false;
  const output = new ItemOutput(ready.staging, deps.openStore, step.name, remember, { recorded });
  const tools = toolsFor(ready, call, output, signal, hooks);
  try {
    const answer = (step.spec as unknown as Work).work(call.item, tools);
    const result = isGenerator(answer)
      ? await drainGenerator(answer, output, step.name, rows)
      : canonicalJson((await answer) ?? null);
    return { ok: true, result, staged: output.staged, sources: tools.sources, scratched: tools.scratched };
  } catch (error) {
    output.discard();
    return { ok: false, failure: toFailure(error, {}) };
  } finally {
    tools.close();
  }
}

/** Runs a batch; each item gets its own outcome, and a thrown batch fails them all (the caller bisects). */
export async function runBatch(
  ready: ReadyStep,
  calls: readonly ItemCall[],
  signal: AbortSignal,
  hooks: ItemHooks,
): Promise<{ readonly outcomes: readonly ItemOutcome[]; readonly threw: boolean }> {
  const outcomes: (ItemOutcome | undefined)[] = calls.map(() => undefined);
  const outputs = calls.map(() => new ItemOutput(ready.staging, ready.deps.openStore, ready.step.name));
  const slots = calls.map((call, i): Slot<unknown, unknown> => {
    const output = outputs[i] as ItemOutput;
    return {
      key: call.key,
      item: call.item,
      output,
      done(result) {
        outcomes[i] = {
          ok: true,
          result: canonicalJson(result ?? null),
          staged: output.staged,
          sources: undefined,
          scratched: false,
        };
      },
      failed(error) {
        outcomes[i] = { ok: false, failure: toFailure(error, {}) };
      },
    };
  });
  const first = calls[0] as ItemCall;
  const tools = toolsFor(ready, first, new ItemOutput(undefined, ready.deps.openStore, ready.step.name), signal, hooks);
  let thrown: Failure | undefined;
  try {
    await (ready.step.spec as unknown as Work).work(slots, tools);
  } catch (error) {
    thrown = toFailure(error, {});
  } finally {
    tools.close();
  }
  const unanswered: Failure = thrown ?? { code: 'step.failed', message: 'the batch ended without answering this slot' };
  const answers = outcomes.map((outcome, i): ItemOutcome => {
    if (outcome?.ok) return outcome;
    outputs[i]?.discard();
    return outcome ?? { ok: false, failure: unanswered };
  });
  return { outcomes: answers, threw: thrown !== undefined };
}

/** Removes what an item kept for a next attempt; called once its row is committed. */
export function dropScratch(scratchDir: string, line: string, key: string): void {
  rmSync(scratchDirOf(scratchDir, line, key), { recursive: true, force: true });
}

function toolsFor(
  ready: ReadyStep,
  call: ItemCall,
  output: ItemOutput,
  signal: AbortSignal,
  hooks: ItemHooks,
): ItemTools {
  return new ItemTools({
    key: call.key,
    uses: ready.uses,
    opened: ready.opened,
    output,
    signal,
    deps: ready.deps,
    hooks,
    line: ready.line,
    secrets: ready.secrets,
    doneKeys: call.doneKeys === undefined ? undefined : new Set(call.doneKeys),
  });
}

function isGenerator(value: unknown): value is AsyncGenerator<unknown, unknown, void> {
  return typeof value === 'object' && value !== null && Symbol.asyncIterator in value && 'return' in value;
}

// The coordinator publishes and records each row in the order of the yields, at the pace it allows: when as many as may
// be on their way are, the oldest is waited for. The item is over when all of them are recorded.
async function drainGenerator(
  generator: AsyncGenerator<unknown, unknown, void>,
  output: ItemOutput,
  step: string,
  rows: RowSink,
): Promise<string> {
  output.holdNothing();
  const underWay: { readonly recorded: Promise<void>; readonly weight: number }[] = [];
  let weight = 0;
  const waitFor = async (most: number): Promise<void> => {
    while (weight > most) {
      const oldest = underWay.shift();
      if (oldest === undefined) return;
      await oldest.recorded;
      weight -= oldest.weight;
    }
  };
  try {
    for (;;) {
      const next = await generator.next();
      if (next.done === true) {
        await waitFor(0);
        return canonicalJson(next.value ?? null);
      }
      const subKey = (next.value as { readonly key?: unknown } | null)?.key;
      if (typeof subKey !== 'string')
        throw fail('step.undeclared', { name: step, what: 'yielded a value without a string `key`' });
      const why = itemKeyProblem(subKey);
      if (why !== undefined) throw fail('item.key', { key: subKey, why });
      const staged = output.take();
      const recorded = rows.row(subKey, canonicalJson(next.value), staged);
      if (recorded === undefined) continue;
      // Heard of when it is waited for, which may be rows later.
      recorded.catch(() => undefined);
      underWay.push({ recorded, weight: weightOf(staged) });
      weight += weightOf(staged);
      await waitFor(rows.ahead - 1);
    }
  } catch (error) {
    // Its `finally` must run: an archive is open in there. Where it threw by itself this does nothing.
    await generator.return(undefined);
    // The next attempt is told which rows are done: none of them may still be on its way.
    await Promise.allSettled(underWay.map(({ recorded }) => recorded));
    throw error;
  }
}

// Outputs for remote places wait in memory: a few large ones weigh as much as many rows.
const bytesPerRow = 64 * 1024;

function weightOf(staged: readonly Staged[]): number {
  let weight = 1;
  for (const output of staged) if (output.kind === 'bytes') weight += output.size / bytesPerRow;
  return weight;
}
