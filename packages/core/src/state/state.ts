import { randomBytes } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { shortDigest } from '../lib/digest.ts';
import { AtEndRegister } from './at-end.ts';
import { Claims } from './claims.ts';
import { Flights } from './flights.ts';
import { forgetLock, isFree, type Lock, tryLock } from './lock.ts';
import { DigestMemo } from './memo.ts';
import { Rows } from './rows.ts';
import { Runs } from './runs.ts';
import { openState, stateFailure } from './schema.ts';

/** A line: what (plugin, step, place) has made; rows belong to lines, not to runs. */
export interface LineId {
  readonly id: number;
  readonly plugin: string;
  readonly step: string;
  readonly place: string;
}

/** All a project remembers, in one SQLite file, with the locks beside it. */
export class State {
  readonly db: DatabaseSync;
  readonly path: string;
  /** Where a damaged predecessor of the file was put, when there was one. */
  readonly damaged: string | undefined;
  readonly locksDir: string;
  readonly rows: Rows;
  readonly claims: Claims;
  readonly flights: Flights;
  readonly runs: Runs;
  readonly atEnd: AtEndRegister;
  readonly memo: DigestMemo;
  /** Names this process: its lock file, and its folders under `.runner-staging/`. */
  readonly token = randomBytes(6).toString('hex');
  /** Marks staging folders as this project's; the same after the state was deleted. */
  readonly projectMark: string;
  readonly #begin: StatementSync;
  readonly #commit: StatementSync;
  readonly #rollback: StatementSync;
  readonly #ownLock: Lock | undefined;
  #inside = false;

  constructor(runnerDir: string) {
    const opened = openState(runnerDir);
    this.db = opened.db;
    this.path = opened.path;
    this.damaged = opened.damaged;
    this.locksDir = join(runnerDir, 'locks');
    this.projectMark = shortDigest(`${hostname()}:${runnerDir}`).slice(0, 10).replaceAll(/[-_]/g, 'x');
    try {
      this.#ownLock = tryLock(this.locksDir, `process-${this.token}`);
    } catch (error) {
      this.db.close();
      throw stateFailure(error, this.locksDir);
    }
    this.rows = new Rows(this.db);
    this.claims = new Claims(this.db);
    this.flights = new Flights(this.db);
    this.runs = new Runs(this.db);
    this.atEnd = new AtEndRegister(this.db);
    this.memo = new DigestMemo(this.db);
    this.#begin = this.db.prepare('BEGIN IMMEDIATE');
    this.#commit = this.db.prepare('COMMIT');
    this.#rollback = this.db.prepare('ROLLBACK');
  }

  /** Runs `body` as one transaction; nested calls join the outer one. `body` must be synchronous. */
  transaction<T>(body: () => T): T {
    if (this.#inside) return body();
    this.#begin.run();
    this.#inside = true;
    try {
      const result = body();
      this.#commit.run();
      return result;
    } catch (error) {
      try {
        this.#rollback.run();
      } catch {
        // A full disk has rolled it back already.
      }
      throw stateFailure(error, this.path);
    } finally {
      this.#inside = false;
    }
  }

  line(plugin: string, step: string, place: string): LineId {
    const find = this.db.prepare('SELECT id FROM line WHERE plugin = ? AND step = ? AND place = ?');
    let raw = find.get(plugin, step, place) as { id: number } | undefined;
    if (raw === undefined) {
      this.db.prepare('INSERT OR IGNORE INTO line(plugin, step, place) VALUES (?, ?, ?)').run(plugin, step, place);
      raw = find.get(plugin, step, place) as { id: number };
    }
    return { id: raw.id, plugin, step, place };
  }

  lineById(id: number): LineId | undefined {
    return this.db.prepare('SELECT id, plugin, step, place FROM line WHERE id = ?').get(id) as unknown as
      | LineId
      | undefined;
  }

  /** Finds lines without making any; for reports. */
  findLine(plugin: string, step: string, place: string): LineId | undefined {
    const sql = 'SELECT id, plugin, step, place FROM line WHERE plugin = ? AND step = ? AND place = ?';
    return this.db.prepare(sql).get(plugin, step, place) as unknown as LineId | undefined;
  }

  lines(): LineId[] {
    return this.db.prepare('SELECT id, plugin, step, place FROM line').all() as unknown as LineId[];
  }

  /** True when the process that used this token is gone. */
  isDead(token: string): boolean {
    const [owner] = token.split('.') as [string];
    return owner !== this.token && isFree(this.locksDir, `process-${owner}`);
  }

  /** Removes the lock files of dead processes; they are tiny, but there is one for every run ever killed. */
  sweepLocks(): void {
    for (const name of readdirSync(this.locksDir)) {
      const token = /^process-([0-9a-f]+)\.db$/.exec(name)?.[1];
      if (token !== undefined && this.isDead(token)) forgetLock(this.locksDir, `process-${token}`);
    }
  }

  close(): void {
    this.#ownLock?.release();
    forgetLock(this.locksDir, `process-${this.token}`);
    this.db.close();
  }
}
