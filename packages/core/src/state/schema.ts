import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, renameSync, statfsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { fail, failureOf } from '../model/failure.ts';

/**
 * The layout of `.runner/state.db`.
 *
 * Rows have integer ids beside a unique (line, key): keys in any order then cost one index insert, and a row
 * is remembered in four bytes. Claims say which line made a published file; flights say what a live run may
 * have published without having recorded it yet.
 */
const layout = `
CREATE TABLE meta(name TEXT PRIMARY KEY, value TEXT) STRICT, WITHOUT ROWID;
CREATE TABLE line(id INTEGER PRIMARY KEY, plugin TEXT, step TEXT, place TEXT, holder INTEGER, UNIQUE(plugin, step, place)) STRICT;
CREATE TABLE row(
  seq INTEGER PRIMARY KEY, line INTEGER, key TEXT, item TEXT, version INTEGER, uses TEXT,
  result TEXT, outputs TEXT, sources TEXT, run INTEGER, UNIQUE(line, key)) STRICT;
CREATE TABLE claim(url TEXT, fold TEXT UNIQUE, line INTEGER, key TEXT, stale INTEGER DEFAULT 0) STRICT;
CREATE INDEX claim_stale ON claim(line) WHERE stale = 1;
CREATE TABLE flight(id INTEGER PRIMARY KEY, line INTEGER, run INTEGER, keys TEXT) STRICT;
CREATE TABLE suspect(line INTEGER, key TEXT, deaths INTEGER, PRIMARY KEY(line, key)) STRICT, WITHOUT ROWID;
CREATE TABLE run(
  id INTEGER PRIMARY KEY, token TEXT UNIQUE, plugin TEXT, task TEXT, params TEXT, about TEXT, started INTEGER, finished INTEGER,
  outcome TEXT, holder TEXT, waits INTEGER, result TEXT, failures INTEGER DEFAULT 0) STRICT;
CREATE TABLE map(
  run INTEGER, ord INTEGER, name TEXT, line INTEGER, total INTEGER, reused INTEGER, done INTEGER, failed INTEGER,
  bytes INTEGER, exact INTEGER, digest TEXT, PRIMARY KEY(run, ord)) STRICT, WITHOUT ROWID;
CREATE TABLE failure(run INTEGER, map INTEGER, key TEXT, failure TEXT, at INTEGER) STRICT;
CREATE INDEX failure_run ON failure(run);
CREATE TABLE log(run INTEGER, map INTEGER, key TEXT, message TEXT, at INTEGER) STRICT;
CREATE INDEX log_run ON log(run);
CREATE TABLE at_end(
  id INTEGER PRIMARY KEY, run INTEGER, plugin TEXT, entry TEXT, step TEXT, item TEXT, status TEXT, at INTEGER) STRICT;
CREATE TABLE memo(path TEXT PRIMARY KEY, stamp TEXT, digest TEXT) STRICT, WITHOUT ROWID;
`;

/** Raised when the layout changes; an older runner refuses a newer file instead of guessing. */
const layoutVersion = 1;
/** How long to wait for another process to be done with the file. */
const busyMs = 20_000;

export interface OpenedState {
  readonly db: DatabaseSync;
  readonly path: string;
  /** Set when a damaged file was put aside and a fresh one started; work is then done again or adopted. */
  readonly damaged?: string;
}

/**
 * Opens (or makes) the state under a `.runner` folder.
 *
 * Throws `state.network` on a network file system, whose locks cannot be trusted, and `state.newer` for a
 * file of a later version. A truncated or damaged file is renamed beside, never deleted.
 */
export function openState(runnerDir: string): OpenedState {
  const path = join(runnerDir, 'state.db');
  try {
    mkdirSync(join(runnerDir, 'locks'), { recursive: true });
  } catch (error) {
    throw folderFailure(error, path);
  }
  refuseNetworkFileSystem(runnerDir);
  try {
    return { db: openDatabase(path), path };
  } catch (error) {
    if (failureOf(error) !== undefined || !isDamage(error)) throw stateFailure(error, path);
    const aside = `${path}.damaged-${Date.now().toString(36)}`;
    for (const suffix of ['', '-wal', '-shm']) {
      if (existsSync(path + suffix)) renameSync(path + suffix, aside + suffix);
    }
    return { db: openDatabase(path), path, damaged: aside };
  }
}

/** Opens the state read-only, for readers in worker threads; undefined tables cannot occur there. */
export function openStateReader(path: string): DatabaseSync {
  const db = new DatabaseSync(path, { readOnly: true });
  db.exec('PRAGMA busy_timeout = 10000');
  return db;
}

function openDatabase(path: string): DatabaseSync {
  const db = new DatabaseSync(path);
  try {
    db.exec(`PRAGMA busy_timeout = ${busyMs}`);
    useLog(db);
    db.exec('PRAGMA synchronous = NORMAL; PRAGMA temp_store = MEMORY');
    // Measured on a million random keys: 32 MB of mapped pages save some of a plan and stay under its memory goal;
    // a log of 32 MB (8,000 pages) between checkpoints saves a seventh of writing.
    db.exec('PRAGMA mmap_size = 33554432; PRAGMA wal_autocheckpoint = 8000');
    db.exec('BEGIN IMMEDIATE');
    const found = Number(Object.values(db.prepare('PRAGMA user_version').get() ?? { v: 0 })[0]);
    if (found > layoutVersion) throw fail('state.newer', { path, found, supported: layoutVersion });
    if (found === 0) {
      db.exec(layout);
      db.prepare('INSERT INTO meta VALUES (?, ?)').run('id', randomBytes(8).toString('hex'));
      db.exec(`PRAGMA user_version = ${layoutVersion}`);
    }
    db.exec('COMMIT');
    // A truncated file often opens well and fails at the first read of a lost page.
    db.exec(
      'SELECT count(*) FROM line; SELECT count(*) FROM run; SELECT count(*) FROM at_end; SELECT max(seq) FROM row',
    );
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

// Two runners may make the file at the same moment. While a file changes to its log SQLite does not wait for the other,
// whatever the timeout (a reader that becomes a writer could wait for ever), so the waiting is ours.
function useLog(db: DatabaseSync): void {
  for (const since = performance.now(); ; ) {
    try {
      db.exec('PRAGMA journal_mode = WAL');
      return;
    } catch (error) {
      const isBusy = ((error as { readonly errcode?: number }).errcode ?? 0) % 256 === 5;
      if (!isBusy || performance.now() - since > busyMs) throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 10);
    }
  }
}

// SQLITE_CORRUPT 11, SQLITE_NOTADB 26, SQLITE_IOERR 10 (short read of a truncated file), SQLITE_ERROR 1 with a lost table.
function isDamage(error: unknown): boolean {
  const { errcode, message } = error as { errcode?: number; message?: string };
  const primary = (errcode ?? 0) & 0xff;
  return primary === 11 || primary === 26 || primary === 10 || (primary === 1 && /no such table/.test(message ?? ''));
}

const onceMended = 'Nothing recorded is lost; run the same command again once this is mended.';

// Why the folders around the state cannot be made, as a failure that names the state.
function folderFailure(error: unknown, path: string): unknown {
  switch ((error as NodeJS.ErrnoException).code) {
    case 'ENOTDIR':
    case 'EEXIST': {
      const reason = 'a file lies where its folder belongs';
      return fail('store.denied', { url: path, reason, hint: 'Move that file away, and run the same command again.' });
    }
    case 'ENOSPC':
    case 'EDQUOT':
      return fail('store.full', { url: path, why: 'no room is left for the state of the project', hint: onceMended });
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
    // What Node says of several new folders at once on a read-only disk.
    case 'ENOENT':
      return fail('store.denied', { url: path, hint: onceMended });
    default:
      return error;
  }
}

/** What SQLite could not do, as a failure that names the file; anything else comes back unchanged. */
export function stateFailure(error: unknown, path: string): unknown {
  const { errcode, message } = error as { readonly errcode?: number; readonly message?: string };
  if (errcode === undefined) return error;
  switch (errcode & 0xff) {
    case 13:
      return fail('store.full', { url: path, why: 'no room is left for the state of the project', hint: onceMended });
    case 8:
    case 14:
      return fail('store.denied', { url: path, hint: onceMended });
    case 10:
      return fail('store.broken', { url: path, why: message ?? 'input/output error', hint: onceMended });
    default:
      return error;
  }
}

// Magic numbers of statfs(2); SQLite's own locks are unreliable on these.
const networkFileSystems = new Map([
  [0x6969, 'NFS'],
  [0xff534d42, 'CIFS'],
  [0xfe534d42, 'SMB2'],
  [0x517b, 'SMB'],
  [0x01021997, '9p'],
  [0x5346414f, 'AFS'],
  [0x0bd00bd0, 'Lustre'],
]);

/** Throws `state.network` when a folder lies on a file system of a type (statfs's number) that only looks local. */
export function refuseNetworkFileSystem(
  path: string,
  type = statfsSync(existsSync(path) ? path : dirname(path)).type,
): void {
  const kind = networkFileSystems.get(type);
  if (kind !== undefined) throw fail('state.network', { path, kind });
}
