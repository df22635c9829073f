import { spareMemory } from '../lib/spare-memory.ts';
import type { Emit, MapCounts, Outcome, Reason } from '../model/event.ts';
import { type Failure, failureOf } from '../model/failure.ts';
import type { OpenStore } from '../model/store.ts';
import type { AtEndRecord } from '../state/at-end.ts';
import type { State } from '../state/state.ts';
import { leftAtEnd, runAtEnd } from './at-end-run.ts';
import { Committer } from './commit.ts';
import { RunControl } from './control.ts';
import { DecidedLater } from './decided-later.ts';
import { InlineExecutor } from './executors/inline.ts';
import type { WorkerInit } from './executors/messages.ts';
import { PoolExecutor } from './executors/pool.ts';
import { stepsOf } from './executors/run-chunk.ts';
import { FileWriter } from './file-writer.ts';
import { Limits } from './limits.ts';
import type { MapRun } from './map-run.ts';
import { Publisher } from './publish.ts';
import type { RunSettings, RunSignals } from './run-settings.ts';
import { Scheduler } from './scheduler.ts';
import { Settler } from './settle.ts';
import { sweepDir } from './sweep.ts';
import { checkOutputs, taskContext } from './task-context.ts';
import { type RunningPlugin, TaskRun } from './task-run.ts';
import { toFailure } from './work/airlock.ts';
import type { WorkDeps } from './work/tools.ts';

export interface RunOptions extends RunSettings, RunSignals {
  readonly state: State;
  readonly plugin: RunningPlugin;
  readonly task: string;
  /** Validated. */
  readonly params: unknown;
  /** Runtime and plugin versions, and where each param came from; recorded with the run. */
  readonly about: { readonly [name: string]: unknown };
  /** What of it belongs into a published set's `dataset.json`: a change there writes the file anew. */
  readonly versions: { readonly [name: string]: unknown };
  /** Who is running, for others that wait: `pid 123 on host (runner run ...)`. */
  readonly holder: string;
  readonly openStore: OpenStore;
  readonly canonicalPlace: (place: string) => string;
  /** Where a place lies, whatever it is called here: places that have it in common are one. */
  readonly locationOf: (place: string) => string;
  readonly deps: WorkDeps;
  readonly workerInit: WorkerInit;
  /** Hears what stores in workers have to say, more than once. */
  readonly note: (message: string) => void;
  readonly lanes: { readonly [name: string]: number };
  readonly emit: Emit;
  readonly redact: <T>(value: T) => T;
  readonly onReason?: (map: string, key: string, reason: Reason) => void;
}

export interface TaskReport {
  readonly run: number;
  readonly outcome: Outcome;
  /** What the task returned, when it came that far. */
  readonly result: unknown;
  readonly failureCount: number;
  /** The first hundred. */
  readonly failures: readonly Failure[];
  readonly maps: readonly {
    readonly name: string;
    readonly once: boolean;
    readonly place?: string;
    readonly counts: MapCounts;
    readonly reasons: { readonly [reason: string]: number };
    /** Dry run: its items depend on results not known yet, so the total is a lower bound. */
    readonly atLeast: boolean;
  }[];
  readonly decidedAfter?: string;
  readonly elapsedMs: number;
}

/** Runs one task from its plan to its report; never throws for anything that is a failure. */
export async function runTask(options: RunOptions): Promise<TaskReport> {
  const startedMs = performance.now();
  const { state, emit, dryRun, deps } = options;
  const control = new RunControl(emit, options.onFailure);
  const failures: Failure[] = [];
  // Before anything else: a machine that a killed run left on is stopped even if this run fails at once.
  if (!dryRun) {
    state.sweepLocks();
    sweepDir(state, deps.spoolDir);
    const left = leftAtEnd(state);
    const isOurs = (record: AtEndRecord): boolean => record.plugin === options.plugin.plugin.name;
    const ours = left.some(isOurs) ? await stepsOf(options.plugin.plugin) : undefined;
    failures.push(
      ...(await runAtEnd(state, left, deps, emit, (record) => (isOurs(record) ? ours?.get(record.step) : undefined))),
    );
  }
  const run = dryRun ? 0 : startRun(options);
  emit({ type: 'run.started', run, task: taskId(options), dryRun });
  const committer = new Committer(state, (error) => control.drain({ broken: error }));
  const { onReason, ...rest } = options;
  const mapReason = onReason && {
    onReason: (map: MapRun, key: string, reason: Reason) => onReason(map.spec.name, key, reason),
  };
  const own = new Map(Object.values(options.plugin.definition.steps).map((step) => [step.name, step]));
  const taskRun = new TaskRun({ ...rest, run, control, committer, ...mapReason });
  const computes = options.plugin.entry !== '';
  // Who waits for stores writes no sooner with another thread, which costs 25 MB.
  const writer = new FileWriter(computes ? {} : { startAfterFiles: Number.POSITIVE_INFINITY });
  const publisher = new Publisher(state, committer, options.openStore, writer);
  const settler = new Settler(state, committer, publisher, control, {
    run,
    overwrite: options.overwrite,
    verify: options.verify,
    scratchDir: deps.scratchDir,
    task: { plugin: options.plugin.plugin.name, task: options.task },
    redact: options.redact,
    onIdle: (map) => void taskRun.finish(map),
  });
  const limits = new Limits({ lanes: options.lanes, ...(options.jobs === undefined ? {} : { jobs: options.jobs }) });
  const workers = { init: options.workerInit, note: options.note };
  const executors = {
    inline: new InlineExecutor(deps),
    pool: new PoolExecutor({ ...workers, size: limits.poolSize, isolate: false }),
    isolated: new PoolExecutor({ ...workers, size: 2, isolate: true }),
  };
  const scheduler = new Scheduler({
    executors,
    limits,
    committer,
    settler,
    control,
    run,
    address: (map) => taskRun.address(map),
  });
  taskRun.scheduler = scheduler;
  // Counts are looked at and not sent with each item: a million events would cost more than the items.
  const ticker = setInterval(() => {
    spareMemory({ soon: !computes });
    for (const map of taskRun.maps)
      if (!map.closed) emit({ type: 'map.progress', map: map.spec.id, counts: map.counts() });
  }, 100);
  const onDrain = (): void => control.drain({ interrupted: true });
  const onStop = (): void => {
    onDrain();
    scheduler.cancelAll();
  };
  options.drain.addEventListener('abort', onDrain);
  options.stop.addEventListener('abort', onStop);
  if (options.drain.aborted) onDrain();

  let result: unknown;
  let decidedAfter: string | undefined;
  let thrown: Failure | undefined;
  try {
    const context = taskContext({
      ...options,
      versions: options.versions,
      taskRun,
      run,
      log: (message) => runLog(options, run, message),
    });
    const returned = await options.plugin.definition.run(context as never);
    await taskRun.allFinished();
    for (const map of taskRun.maps) await map.barrier().catch((error: unknown) => collect(error));
    if (thrown === undefined && decidedAfter === undefined) result = checkOutputs(options, returned);
  } catch (error) {
    collect(error);
    // What `run` left behind when it threw is still being worked on; it is not lost, and the run ends after it.
    await taskRun.allFinished().catch(collect);
    // Of two maps that ended for a reason of their own, `run` has heard of one; a dry run's barrier hears of none.
    for (const map of taskRun.maps) if (map.error !== undefined) collect(map.error);
  }

  function collect(error: unknown): void {
    if (error instanceof DecidedLater) decidedAfter ??= error.after;
    else if (failureOf(error)?.code === 'step.incomplete' || failureOf(error)?.code === 'run.interrupted')
      thrown ??= failureOf(error);
    else
      thrown = preferred(
        thrown,
        options.redact(toFailure(error, { plugin: options.plugin.plugin.name, task: options.task })),
      );
  }

  clearInterval(ticker);
  options.drain.removeEventListener('abort', onDrain);
  options.stop.removeEventListener('abort', onStop);
  // In this order: nothing runs any more, then the at-end work, then the last rows, then the locks are given back. Whoever
  // gets a line next must find all of it recorded.
  for (const executor of Object.values(executors)) await executor.close();
  await writer.close();
  if (!dryRun)
    failures.push(...(await runAtEnd(state, state.atEnd.pending(run), deps, emit, (record) => own.get(record.step))));
  try {
    committer.flush();
  } catch (error) {
    collect(error);
  }
  committer.close();
  if (control.broken !== undefined) collect(control.broken);
  await taskRun.close();

  // "N items of map M failed" says nothing new beside the N failures themselves.
  const isEcho = thrown?.code === 'step.incomplete' && settler.failures + failures.length > 0;
  if (thrown !== undefined && !isEcho) failures.push(thrown);
  const all = [...settler.firstFailures, ...failures];
  const failureCount = settler.failures + failures.length;
  const outcome: Outcome = control.interrupted
    ? 'interrupted'
    : failureCount > 0
      ? 'failed'
      : dryRun
        ? 'planned'
        : 'ok';
  const elapsedMs = Math.round(performance.now() - startedMs);
  if (!dryRun) finishRun(options, run, { outcome, result, failures, failureCount });
  emit({ type: 'run.finished', run, outcome, failures: failureCount, elapsedMs });
  return {
    run,
    outcome,
    result,
    failureCount,
    failures: all.slice(0, 100),
    maps: taskRun.maps.map((map) => ({
      name: map.spec.name,
      once: map.spec.once,
      ...(map.spec.place === undefined ? {} : { place: map.spec.place }),
      counts: map.counts(),
      reasons: Object.fromEntries(map.reasons),
      atLeast: map.upstreamUnknown,
    })),
    ...(decidedAfter === undefined ? {} : { decidedAfter }),
    elapsedMs,
  };
}

function taskId(options: RunOptions): string {
  return `${options.plugin.plugin.name}:${options.task}`;
}

function startRun(options: RunOptions): number {
  return options.state.runs.start({
    token: options.state.token + runMark(),
    plugin: options.plugin.plugin.name,
    task: options.task,
    params: options.redact(options.params),
    about: options.about,
    holder: options.holder,
  });
}

// One process may run several tasks of a pipeline: the part after the dot tells them apart.
let runsOfProcess = 0;
function runMark(): string {
  return `.${(runsOfProcess++).toString(36)}`;
}

function finishRun(
  { state, redact }: RunOptions,
  run: number,
  ended: { outcome: Outcome; result: unknown; failures: readonly Failure[]; failureCount: number },
): void {
  try {
    // Those of items are recorded already; these are of the run itself.
    for (const failure of ended.failures) state.runs.addFailure(run, -1, '', redact(failure));
    state.runs.finish(run, ended.outcome, ended.result, ended.failureCount);
  } catch {
    // A full disk: the run is then remembered as one that was killed, and its work is what was committed.
  }
}

function runLog(options: RunOptions, run: number, message: string): void {
  const text = options.redact(message);
  if (run !== 0) options.state.runs.addLog(run, -1, '', text);
  options.emit({ type: 'run.note', message: text });
}

// What went wrong first is the cause; "incomplete" and "interrupted" are only its echo.
function preferred(before: Failure | undefined, next: Failure): Failure {
  return before === undefined || before.code === 'step.incomplete' || before.code === 'run.interrupted' ? next : before;
}
