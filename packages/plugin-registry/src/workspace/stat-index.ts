import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { isRacy } from './racy.ts';
import { Seals } from './seals.ts';
import type { Found } from './walk.ts';

/** A file's hash as of the last time it was read. */
export interface Known {
  readonly md5: string;
  readonly size: number;
}

const layout = `CREATE TABLE IF NOT EXISTS file(
  folder TEXT, relpath TEXT, size INTEGER, mtime INTEGER, ctime INTEGER, ino INTEGER, md5 TEXT,
  PRIMARY KEY(folder, relpath)) WITHOUT ROWID`;

/**
 * Which hash a file had when it was last read, known by size, mtime, ctime and inode: git's stat cache.
 *
 * It may be lost any time, then files are read again. DVC keeps one of its own, which is private to it.
 */
export class StatIndex {
  readonly seals: Seals;
  readonly #db: DatabaseSync;

  constructor(path: string) {
    mkdirSync(dirname(path), { recursive: true });
    this.#db = new DatabaseSync(path);
    // Losing the last writes costs a second read, never a wrong answer: no sync.
    this.#db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF; PRAGMA busy_timeout = 5000');
    this.#db.exec(layout);
    this.seals = new Seals(this.#db);
  }

  /** Splits what a walk found into files whose hash is known and files that have to be read. */
  lookUp(folder: string, found: readonly Found[]): { readonly known: Map<string, Known>; readonly unknown: Found[] } {
    const rows = new Map<string, readonly unknown[]>();
    const query = this.#db.prepare('SELECT relpath, size, mtime, ctime, ino, md5 FROM file WHERE folder = ?');
    query.setReadBigInts(true);
    query.setReturnArrays(true);
    for (const row of query.all(folder) as unknown as readonly unknown[][]) rows.set(String(row[0]), row);
    const known = new Map<string, Known>();
    const unknown: Found[] = [];
    for (const file of found) {
      const row = rows.get(file.relpath);
      const same =
        row !== undefined &&
        row[1] === BigInt(file.size) &&
        row[2] === file.mtimeNs &&
        row[3] === file.ctimeNs &&
        row[4] === BigInt.asIntN(64, file.ino);
      if (same) known.set(file.relpath, { md5: String(row[5]), size: file.size });
      else unknown.push(file);
    }
    return { known, unknown };
  }

  /**
   * Keeps hashes of files as they were found before they were read.
   *
   * A file touched just before the walk may change once more without its times telling (git's racy rule), so it is
   * not kept. `nowMs` is when the walk began.
   */
  keep(folder: string, files: Iterable<readonly [Found, string]>, nowMs: number): void {
    const insert = this.#db.prepare('INSERT OR REPLACE INTO file VALUES (?, ?, ?, ?, ?, ?, ?)');
    this.#db.exec('BEGIN IMMEDIATE');
    try {
      for (const [file, md5] of files) {
        if (isRacy(file.mtimeNs, nowMs) || isRacy(file.ctimeNs, nowMs)) continue;
        const { relpath, size, mtimeNs, ctimeNs, ino } = file;
        insert.run(folder, relpath, size, mtimeNs, ctimeNs, BigInt.asIntN(64, ino), md5);
      }
      this.#db.exec('COMMIT');
    } catch (error) {
      this.#db.exec('ROLLBACK');
      throw error;
    }
  }

  /** Drops what is known of files that are gone. */
  forget(folder: string, relpaths: Iterable<string>): void {
    const remove = this.#db.prepare('DELETE FROM file WHERE folder = ? AND relpath = ?');
    this.#db.exec('BEGIN IMMEDIATE');
    for (const relpath of relpaths) remove.run(folder, relpath);
    this.#db.exec('COMMIT');
  }

  close(): void {
    this.#db.close();
  }
}
