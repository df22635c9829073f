import type { BigIntStats } from 'node:fs';
import type { DatabaseSync, StatementSync } from 'node:sqlite';

/**
 * Remembers digests of local files by what changes when their bytes do: size, mtime, ctime, inode.
 *
 * Git's racy rule: a file modified within the clock's grain of the moment it was hashed may change again
 * without its stamp changing, so such digests are not remembered.
 */
export class DigestMemo {
  readonly #get: StatementSync;
  readonly #put: StatementSync;

  constructor(db: DatabaseSync) {
    this.#get = db.prepare('SELECT digest FROM memo WHERE path = ? AND stamp = ?');
    this.#put = db.prepare(
      'INSERT INTO memo VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET stamp = excluded.stamp, digest = excluded.digest',
    );
  }

  get(path: string, stat: BigIntStats): string | undefined {
    return (this.#get.get(path, stampOf(stat)) as { digest: string } | undefined)?.digest;
  }

  /** `hashedAtMs` is the wall clock when reading began. */
  put(path: string, stat: BigIntStats, digest: string, hashedAtMs: number): void {
    if (Math.max(Number(stat.mtimeMs), Number(stat.ctimeMs)) > hashedAtMs - racyMs) return;
    this.#put.run(path, stampOf(stat), digest);
  }
}

// Coarsest clock grain of a file system in use today is 2 s (FAT).
const racyMs = 2000;

function stampOf(stat: BigIntStats): string {
  return `${stat.size}:${stat.mtimeNs}:${stat.ctimeNs}:${stat.ino}`;
}
