import { failureOf } from '../../model/failure.ts';
import { type Plugin, taskOf } from '../../model/plugin.ts';
import type { OpenTools, Step } from '../../model/step.ts';
import { toFailure } from '../work/airlock.ts';
import { ReaderSource } from '../work/reader.ts';
import { type ItemCall, type ItemOutcome, type ReadyStep, runBatch, runItem } from '../work/run-item.ts';
import { openTools } from '../work/open-tools.ts';
import { openStaging, type Staging } from '../work/staging.ts';
import type { WorkDeps } from '../work/tools.ts';
import type { Chunk, ChunkSink, StepAddress } from './executor.ts';

type Opened = Awaited<ReturnType<ThreadRunner['ready']>>;

/** Runs chunks in this thread; what the inline executor and every worker have in common. */
export class ThreadRunner {
  readonly #deps: WorkDeps;
  readonly #rowsAhead: number;
  readonly #publishes: boolean;
  readonly #readers: ReaderSource;
  /** By place; what failed to open is forgotten, so that the next item tries again. */
  readonly #stagings = new Map<string, Promise<Staging>>();
  /** By line and uses: a line whose uses change within a run is opened anew. */
  readonly #opened = new Map<string, { readonly line: string; readonly ready: Promise<ReadyStep> }>();

  /**
   * `rowsAhead`: how many rows a generator may yield before the first of them is recorded. `publishes`: outputs are
   * published in this thread too.
   */
  constructor(deps: WorkDeps, options: { readonly rowsAhead: number; readonly publishes?: boolean }) {
    this.#deps = deps;
    this.#rowsAhead = options.rowsAhead;
    this.#publishes = options.publishes === true;
    this.#readers = new ReaderSource(deps.statePath);
  }

  /** Runs one item of a chunk. */
  async item(chunk: Chunk, index: number, signal: AbortSignal, sink: ChunkSink): Promise<void> {
    const call = chunk.calls[index] as ItemCall;
    let ready: Opened;
    try {
      ready = await this.ready(chunk);
    } catch (error) {
      sink.outcome(index, { ok: false, failure: toFailure(error, {}) });
      return;
    }
    sink.started(index);
    const outcome = await runItem(
      ready,
      { ...call, item: this.#readers.revive(call.item) },
      signal,
      { log: (message) => sink.log(index, message), progress: (done, total) => sink.progress(index, done, total) },
      {
        ahead: this.#rowsAhead,
        row: (subKey, result, staged) => sink.yielded(index, subKey, result, staged),
      },
    );
    sink.outcome(index, outcome);
  }

  /** Runs a whole chunk as one batch; when the batch throws, halves of it are tried until the culprit is alone. */
  async batch(chunk: Chunk, signal: AbortSignal, sink: ChunkSink): Promise<void> {
    let ready: Opened;
    try {
      ready = await this.ready(chunk);
    } catch (error) {
      const failure = toFailure(error, {});
      for (let i = 0; i < chunk.calls.length; i++) sink.outcome(i, { ok: false, failure });
      return;
    }
    for (let i = 0; i < chunk.calls.length; i++) sink.started(i);
    await this.#bisect(ready, chunk, 0, chunk.calls.length, signal, sink);
  }

  async #bisect(
    ready: ReadyStep,
    chunk: Chunk,
    from: number,
    to: number,
    signal: AbortSignal,
    sink: ChunkSink,
  ): Promise<void> {
    const calls = chunk.calls.slice(from, to).map((call) => ({ ...call, item: this.#readers.revive(call.item) }));
    const hooks = {
      log: (message: string) => sink.log(from, message),
      progress: (done: number, total?: number) => sink.progress(from, done, total),
    };
    const { outcomes, threw } = await runBatch(ready, calls, signal, hooks);
    if (!threw || calls.length === 1 || signal.aborted) {
      outcomes.forEach((outcome: ItemOutcome, i) => sink.outcome(from + i, outcome));
      return;
    }
    const middle = from + Math.ceil(calls.length / 2);
    await this.#bisect(ready, chunk, from, middle, signal, sink);
    await this.#bisect(ready, chunk, middle, to, signal, sink);
  }

  /** The step with its uses revived and its `open` done, once per line and uses. */
  ready(chunk: Chunk): Promise<ReadyStep> {
    const id = `${chunk.line}\n${chunk.usesText}`;
    let found = this.#opened.get(id);
    if (found === undefined) {
      found = { line: chunk.line, ready: this.#open(chunk) };
      this.#opened.set(id, found);
      // A failed `open` (a model that is not there yet) must be tried again by the next attempt.
      found.ready.catch(() => this.#opened.delete(id));
    }
    return found.ready;
  }

  async #open(chunk: Chunk): Promise<ReadyStep> {
    // In a worker the step is looked up by name; only the coordinator has it at hand.
    const step = chunk.step.local ?? (await findStep(chunk.step));
    const uses = this.#readers.revive(chunk.uses);
    const staging = chunk.place === undefined ? undefined : await this.#staging(chunk.place);
    const secrets = await this.#deps.secrets(step.spec.secrets ?? []);
    const spec = step.spec as { open?(uses: unknown, tools: OpenTools): unknown };
    const opened = await spec.open?.(uses, openTools(step.name, chunk.line, secrets, this.#deps));
    return { step, line: chunk.line, uses, opened, staging, secrets, deps: this.#deps };
  }

  #staging(place: string): Promise<Staging> {
    let staging = this.#stagings.get(place);
    if (staging === undefined) {
      const { openStore, stagingName, spoolDir } = this.#deps;
      const how = { name: stagingName, spoolDir, holdsSmall: this.#publishes };
      staging = openStore(place).then((store) => openStaging(place, store, how));
      this.#stagings.set(place, staging);
      staging.catch(() => this.#stagings.delete(place));
    }
    return staging;
  }

  /** Disposes what `open` made for a line; never throws, for its items are done and recorded. */
  async closeLine(line: string): Promise<void> {
    for (const [id, entry] of this.#opened) {
      if (entry.line !== line) continue;
      this.#opened.delete(id);
      await dispose(await entry.ready.then((ready) => ready.opened).catch(() => undefined));
    }
  }

  async close(): Promise<void> {
    for (const line of new Set(Array.from(this.#opened.values(), (entry) => entry.line))) await this.closeLine(line);
    this.#readers.close();
  }
}

async function dispose(opened: unknown): Promise<void> {
  if (typeof opened !== 'object' || opened === null) return;
  const { [Symbol.asyncDispose]: disposeAsync, [Symbol.dispose]: disposeSync } = opened as Partial<
    AsyncDisposable & Disposable
  >;
  try {
    if (disposeAsync !== undefined) await disposeAsync.call(opened);
    else disposeSync?.call(opened);
  } catch (error) {
    // The work is done and recorded; a failing clean-up is worth a line, not a failed run.
    if (failureOf(error) === undefined) process.emitWarning(`disposing what \`open\` made failed: ${String(error)}`);
  }
}

/** Imports a plugin's module and finds a step among its tasks; the name is unique in the plugin. */
export async function findStep(address: StepAddress): Promise<Step<never>> {
  const module = (await import(address.entry)) as { readonly default?: Plugin };
  const step = module.default && (await stepsOf(module.default, address.task)).get(address.step);
  if (step === undefined) throw new Error(`the plugin at ${address.entry} has no step '${address.step}'`);
  return step;
}

/** The steps that a task of a plugin declares, or all its tasks, by name. */
export async function stepsOf(plugin: Plugin, task?: string): Promise<Map<string, Step<never>>> {
  const steps = new Map<string, Step<never>>();
  for (const name of task === undefined ? Object.keys(plugin.tasks) : [task])
    for (const step of Object.values((await taskOf(plugin, name))?.steps ?? {})) steps.set(step.name, step);
  return steps;
}
