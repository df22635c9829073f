import type { DatabaseSync } from 'node:sqlite';
import type { Failure } from '../model/failure.ts';

/** One invocation as it is remembered. */
export interface RunRecord {
  readonly id: number;
  readonly token: string;
  readonly plugin: string;
  readonly task: string;
  /** Params as the task got them, with their origins; secrets never are among them. */
  readonly params: unknown;
  /** Plugin and runtime versions. */
  readonly about: unknown;
  readonly startedMs: number;
  readonly finishedMs: number | undefined;
  /** Undefined while running, and for ever when the process was killed. */
  readonly outcome: string | undefined;
  readonly holder: string;
  readonly result: unknown;
  readonly failures: number;
}

/** One map of a run, with its final counts. */
export interface MapRecord {
  readonly ord: number;
  readonly name: string;
  readonly line: number;
  readonly total: number;
  readonly reused: number;
  readonly done: number;
  readonly failed: number;
  readonly bytes: number;
  readonly exact: boolean;
  readonly digest: string | undefined;
}

export interface FailureRecord {
  readonly map: number;
  readonly key: string;
  readonly failure: Failure;
  readonly atMs: number;
}

interface RawRun {
  id: number;
  token: string;
  plugin: string;
  task: string;
  params: string;
  about: string;
  started: number;
  finished: number | null;
  outcome: string | null;
  holder: string;
  result: string | null;
  failures: number;
}

/** The history of runs: what was asked, what came of it, which items failed and what they said. */
export class Runs {
  readonly #db: DatabaseSync;

  constructor(db: DatabaseSync) {
    this.#db = db;
  }

  start(run: { token: string; plugin: string; task: string; params: unknown; about: unknown; holder: string }): number {
    const { lastInsertRowid } = this.#db
      .prepare('INSERT INTO run(token, plugin, task, params, about, started, holder) VALUES (?, ?, ?, ?, ?, ?, ?)')
      .run(
        run.token,
        run.plugin,
        run.task,
        JSON.stringify(run.params),
        JSON.stringify(run.about),
        Date.now(),
        run.holder,
      );
    return Number(lastInsertRowid);
  }

  finish(id: number, outcome: string, result: unknown, failures: number): void {
    this.#db
      .prepare('UPDATE run SET finished = ?, outcome = ?, result = ?, failures = ?, waits = NULL WHERE id = ?')
      .run(Date.now(), outcome, result === undefined ? null : JSON.stringify(result), failures, id);
  }

  get(id: number): RunRecord | undefined {
    const raw = this.#db.prepare('SELECT * FROM run WHERE id = ?').get(id) as unknown as RawRun | undefined;
    return raw && readRun(raw);
  }

  /** Newest first. */
  list(limit: number): RunRecord[] {
    return (this.#db.prepare('SELECT * FROM run ORDER BY id DESC LIMIT ?').all(limit) as unknown as RawRun[]).map(
      readRun,
    );
  }

  saveMap(run: number, map: MapRecord): void {
    this.#db
      .prepare('INSERT OR REPLACE INTO map VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)')
      .run(
        run,
        map.ord,
        map.name,
        map.line,
        map.total,
        map.reused,
        map.done,
        map.failed,
        map.bytes,
        map.exact ? 1 : 0,
        map.digest ?? null,
      );
  }

  maps(run: number): MapRecord[] {
    const raws = this.#db.prepare('SELECT * FROM map WHERE run = ? ORDER BY ord').all(run) as unknown as (MapRecord & {
      exact: unknown;
      digest: string | null;
    })[];
    return raws.map((raw) => ({ ...raw, exact: Number(raw.exact) === 1, digest: raw.digest ?? undefined }));
  }

  addFailure(run: number, map: number, key: string, failure: Failure): void {
    this.#db
      .prepare('INSERT INTO failure VALUES (?, ?, ?, ?, ?)')
      .run(run, map, key, JSON.stringify(failure), Date.now());
  }

  failures(run: number, limit = 1_000): FailureRecord[] {
    const raws = this.#db
      .prepare('SELECT map, key, failure, at FROM failure WHERE run = ? ORDER BY rowid LIMIT ?')
      .all(run, limit) as unknown as { map: number; key: string; failure: string; at: number }[];
    return raws.map((raw) => ({
      map: raw.map,
      key: raw.key,
      failure: JSON.parse(raw.failure) as Failure,
      atMs: raw.at,
    }));
  }

  addLog(run: number, map: number, key: string, message: string): void {
    this.#db.prepare('INSERT INTO log VALUES (?, ?, ?, ?, ?)').run(run, map, key, message, Date.now());
  }

  logs(run: number, limit = 10_000): { map: number; key: string; message: string; atMs: number }[] {
    return this.#db
      .prepare('SELECT map, key, message, at AS atMs FROM log WHERE run = ? ORDER BY rowid LIMIT ?')
      .all(run, limit) as unknown as { map: number; key: string; message: string; atMs: number }[];
  }
}

function readRun(raw: RawRun): RunRecord {
  return {
    id: raw.id,
    token: raw.token,
    plugin: raw.plugin,
    task: raw.task,
    params: JSON.parse(raw.params) as unknown,
    about: JSON.parse(raw.about) as unknown,
    startedMs: raw.started,
    finishedMs: raw.finished ?? undefined,
    outcome: raw.outcome ?? undefined,
    holder: raw.holder,
    result: raw.result === null ? undefined : (JSON.parse(raw.result) as unknown),
    failures: raw.failures,
  };
}
