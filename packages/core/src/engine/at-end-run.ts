import type { Emit } from '../model/event.ts';
import type { Failure } from '../model/failure.ts';
import type { AtEndRecord } from '../state/at-end.ts';
import { forgetLock, isFree, tryLock } from '../state/lock.ts';
import type { State } from '../state/state.ts';
import { findStep } from './executors/run-chunk.ts';
import { runItem } from './work/run-item.ts';
import type { WorkDeps } from './work/tools.ts';
import type { Step } from '../model/step.ts';

/**
 * Does registered at-end work, last registered first, each until it succeeded once (three attempts).
 *
 * What fails stays registered and is tried again as the first act of the next run; its failure is returned.
 * It runs after an interrupt too: the second SIGINT ends items, never this. What has ended three processes is not begun
 * again, for no other work could be done in this project; its failure is returned all the same, until it is given up.
 */
export async function runAtEnd(
  state: State,
  records: readonly AtEndRecord[],
  deps: WorkDeps,
  emit: Emit,
  localStep: (record: AtEndRecord) => Step<never> | undefined,
): Promise<Failure[]> {
  const failures: Failure[] = [];
  for (const record of records) {
    // Two runners that start together find the same leftovers: one does them, the other leaves them to it.
    const name = lockOf(record.id);
    const lock = tryLock(state.locksDir, name);
    if (lock === undefined) continue;
    try {
      if (!state.atEnd.isPending(record.id)) continue;
      emit({ type: 'run.note', message: `at the end of run ${record.run}: ${record.plugin}:${record.step}` });
      const failure = await begun(state, record, () => runOne(state, record, deps, emit, localStep));
      if (failure !== undefined) failures.push(ofRecord(state, record, failure));
    } finally {
      lock.release();
      if (!state.atEnd.isPending(record.id)) forgetLock(state.locksDir, name);
    }
  }
  return failures;
}

const attempts = 3;
const mostDeaths = 3;

async function begun(
  state: State,
  { id }: AtEndRecord,
  work: () => Promise<Failure | undefined>,
): Promise<Failure | undefined> {
  const deaths = state.atEnd.deaths(id);
  if (deaths >= mostDeaths) return { code: 'item.crashed', how: `the run that did it died, ${deaths} times` };
  state.atEnd.begin(id);
  const failure = await work();
  state.atEnd.end(id, failure === undefined ? 'done' : 'failed');
  return failure;
}

function ofRecord(state: State, { run, plugin, step }: AtEndRecord, failure: Failure): Failure {
  const { task } = state.runs.get(run) ?? {};
  const hint = 'Every run does it first until it succeeds. If it never can: runner clean --at-end';
  return { hint, ...failure, at: { ...failure.at, plugin, step, ...(task === undefined ? {} : { task }) } };
}

async function runOne(
  state: State,
  record: AtEndRecord,
  deps: WorkDeps,
  emit: Emit,
  localStep: (record: AtEndRecord) => Step<never> | undefined,
): Promise<Failure | undefined> {
  let failure: Failure | undefined;
  for (let attempt = 0; attempt < attempts; attempt++) {
    try {
      const step =
        localStep(record) ??
        (await findStep({ entry: record.entry, plugin: record.plugin, step: record.step, version: 1 }));
      const line = `${record.plugin}/${record.step}/@at-end`;
      const outcome = await runItem(
        {
          step,
          line,
          uses: undefined,
          opened: undefined,
          staging: undefined,
          secrets: await deps.secrets(step.spec.secrets ?? []),
          deps,
        },
        { key: `at-end-${record.id}`, item: record.item },
        new AbortController().signal,
        {
          log: (message) => {
            state.runs.addLog(record.run, -1, record.step, message);
            emit({ type: 'run.note', message });
          },
          progress: () => undefined,
        },
        { ahead: 1, row: () => undefined },
      );
      if (outcome.ok) return undefined;
      failure = outcome.failure;
    } catch (error) {
      failure = { code: 'step.failed', message: (error as Error).message };
    }
  }
  return failure;
}

/**
 * Gives up at-end work of runs that are over, and returns what was given up; with `dryRun`, what would be.
 *
 * What another runner is doing at this moment is not left: its outcome stands.
 */
export function giveUpAtEnd(state: State, { dryRun }: { readonly dryRun: boolean }): AtEndRecord[] {
  return leftAtEnd(state).filter(({ id }) => {
    const name = lockOf(id);
    if (dryRun) return isFree(state.locksDir, name);
    const lock = tryLock(state.locksDir, name);
    if (lock === undefined) return false;
    const isLeft = state.atEnd.isPending(id);
    if (isLeft) state.atEnd.end(id, 'dropped');
    lock.release();
    forgetLock(state.locksDir, name);
    return isLeft;
  });
}

function lockOf(id: number): string {
  return `at-end-${id}`;
}

/** At-end work whose run is dead or finished without doing it. */
export function leftAtEnd(state: State): AtEndRecord[] {
  return state.atEnd.pending().filter((record) => {
    const run = state.runs.get(record.run);
    return run === undefined || run.finishedMs !== undefined || state.isDead(run.token);
  });
}
