import type { Json } from '../lib/canonical-json.ts';
import type { Outcome } from '../model/event.ts';
import { fail } from '../model/failure.ts';
import type { MapReport } from '../report/run-report.ts';
import type { MapRecord, RunRecord } from '../state/runs.ts';
import type { State } from '../state/state.ts';
import type { LogOptions, RunLog, RunSummary } from './facade.ts';

/** What earlier runs did, read from the state; never waits for a live run. */

export function listRuns(state: State, limit: number): RunSummary[] {
  return state.runs.list(limit).map((run) => summaryOf(state, run));
}

/** The log of one run, or of the last one; throws `run.unknown`. */
export function readLog(state: State, wanted: number | undefined, options: LogOptions): RunLog {
  const run = findRun(state, wanted);
  const maps = state.runs.maps(run.id);
  const nameOf = (ord: number): string => maps.find((map) => map.ord === ord)?.name ?? '';
  const matches = (key: string): boolean => options.item === undefined || key.includes(options.item);
  // One item's may stand behind thousands of others.
  const asked = options.item === undefined ? options.limit : Number.MAX_SAFE_INTEGER;
  const failures = state.runs.failures(run.id, asked).filter(({ key }) => matches(key));
  return {
    run: summaryOf(state, run),
    maps: maps.map((map) => mapReport(state, map)),
    failureCount: options.item === undefined ? run.failures : failures.length,
    failures: failures.slice(0, options.limit).map(({ failure }) => failure),
    lines: state.runs
      .logs(run.id, asked)
      .filter(({ key }) => matches(key))
      .slice(0, options.limit)
      .map(({ map, key, message, atMs }) => ({ atMs, map: nameOf(map), item: key, message })),
  };
}

/**
 * What made a run's results: params with their origins, versions, and each map's counts and place.
 *
 * Enough to say how a set came about and to make it again; no secret is ever in it.
 */
export function provenanceOf(state: State, wanted: number): Json {
  const run = findRun(state, wanted);
  const maps = state.runs.maps(run.id).map((map): Json => {
    const line = state.lineById(map.line);
    return {
      name: map.name,
      step: line?.step ?? '',
      place: line?.place ?? '',
      items: { total: map.total, made: map.done, reused: map.reused, failed: map.failed },
      bytesMade: map.bytes,
    };
  });
  return {
    format: 'dataset-runner/provenance@1',
    run: run.id,
    task: `${run.plugin}:${run.task}`,
    outcome: run.outcome ?? 'killed',
    started: new Date(run.startedMs).toISOString(),
    ...(run.finishedMs === undefined ? {} : { finished: new Date(run.finishedMs).toISOString() }),
    params: run.params as Json,
    ...(run.about as { readonly [key: string]: Json }),
    maps,
    ...(run.result === undefined ? {} : { result: run.result as Json }),
    failures: run.failures,
  };
}

function findRun(state: State, wanted: number | undefined): RunRecord {
  const run = wanted === undefined ? state.runs.list(1)[0] : state.runs.get(wanted);
  if (run === undefined) throw fail('run.unknown', { run: wanted === undefined ? 'the last run' : String(wanted) });
  return run;
}

function summaryOf(state: State, run: RunRecord): RunSummary {
  const maps = state.runs.maps(run.id);
  const sum = (pick: (map: MapRecord) => number): number => maps.reduce((total, map) => total + pick(map), 0);
  const alive = run.finishedMs === undefined && !state.isDead(run.token);
  return {
    run: run.id,
    task: `${run.plugin}:${run.task}`,
    startedMs: run.startedMs,
    // A clock that was set back meanwhile would give a time below nothing.
    ...(run.finishedMs === undefined ? {} : { elapsedMs: Math.max(0, run.finishedMs - run.startedMs) }),
    outcome: (run.outcome as Outcome | undefined) ?? (alive ? 'running' : 'killed'),
    done: sum((map) => map.done),
    reused: sum((map) => map.reused),
    failed: Math.max(
      run.failures - stopsOf(state, run),
      sum((map) => map.failed),
    ),
  };
}

// That a run was stopped is among its failures, and its outcome already: nothing failed by it.
function stopsOf(state: State, run: RunRecord): number {
  if (run.outcome !== 'interrupted') return 0;
  const all = state.runs.failures(run.id, Number.MAX_SAFE_INTEGER);
  return all.filter(({ failure }) => failure.code === 'run.interrupted').length;
}

function mapReport(state: State, map: MapRecord): MapReport {
  const place = state.lineById(map.line)?.place;
  return {
    name: map.name,
    ...(place === undefined || place.startsWith('@') ? {} : { place }),
    once: map.total === 1,
    counts: {
      total: map.total,
      planned: true,
      reused: map.reused,
      done: map.done,
      failed: map.failed,
      pending: 0,
      sizeBytes: map.bytes,
    },
  };
}
