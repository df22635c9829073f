import { createHash } from 'node:crypto';
import { type BigIntStats, statSync } from 'node:fs';
import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { isRacy } from './racy.ts';
import type { Found } from './walk.ts';

const layout = `CREATE TABLE IF NOT EXISTS seal(
  subject TEXT, oid TEXT, print TEXT, PRIMARY KEY(subject, oid)) WITHOUT ROWID`;

/**
 * What was once compared file by file and found whole: the tree `oid` in `subject`, while that looked like `print`.
 *
 * As long as it looks the same, nothing needs to be compared again. Seals may be lost any time.
 */
export class Seals {
  readonly #db: DatabaseSync;

  constructor(db: DatabaseSync) {
    this.#db = db;
    db.exec(layout);
  }

  has(subject: string, oid: string, print: string): boolean {
    const row = this.#db.prepare('SELECT print FROM seal WHERE subject = ? AND oid = ?').get(subject, oid);
    return row?.['print'] === print;
  }

  put(subject: string, oids: readonly string[], print: string): void {
    if (oids.length === 0) return;
    this.#db.exec('BEGIN IMMEDIATE');
    try {
      // What it looked like before, it never will again: times only grow.
      this.#db.prepare('DELETE FROM seal WHERE subject = ? AND print <> ?').run(subject, print);
      const insert = this.#db.prepare('INSERT OR REPLACE INTO seal VALUES (?, ?, ?)');
      for (const oid of oids) insert.run(subject, oid, print);
      this.#db.exec('COMMIT');
    } catch (error) {
      this.#db.exec('ROLLBACK');
      throw error;
    }
  }
}

/** What the files of a folder look like: their names, sizes, times and inodes, in the order of the walk. */
export function printOfFiles(found: readonly Found[]): string {
  const numbers = new BigInt64Array(found.length * 4);
  let at = 0;
  for (const { size, mtimeNs, ctimeNs, ino } of found) {
    numbers[at++] = BigInt(size);
    numbers[at++] = mtimeNs;
    numbers[at++] = ctimeNs;
    numbers[at++] = ino;
  }
  // No name holds a NUL.
  return createHash('sha256')
    .update(numbers)
    .update(found.map(({ relpath }) => relpath).join('\0'))
    .digest('hex');
}

/**
 * What the folders of a cache or of a remote on disk look like: a folder's mtime changes when a name comes or goes.
 *
 * Undefined while one is so young that a change might not show.
 */
export function printOfObjects(dir: string): string | undefined {
  const nowMs = Date.now();
  const times: bigint[] = [];
  for (const parent of [dir, join(dir, 'files', 'md5')]) {
    for (let first = -1; first < 256; first++) {
      const name = first < 0 ? '' : first.toString(16).padStart(2, '0');
      const stat: BigIntStats | undefined = statSync(join(parent, name), { bigint: true, throwIfNoEntry: false });
      if (stat !== undefined && isRacy(stat.mtimeNs, nowMs)) return undefined;
      times.push(stat === undefined ? -1n : stat.mtimeNs, stat === undefined ? -1n : stat.ino);
    }
  }
  return createHash('sha256').update(BigInt64Array.from(times)).digest('hex');
}
