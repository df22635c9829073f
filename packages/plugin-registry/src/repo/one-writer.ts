import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

/**
 * Does a short read-and-write of a repository's file while no other process of ours does; waits up to a minute.
 *
 * The kernel frees the lock when its holder dies in whatever way.
 */
export function asOneWriter<T>(root: string, act: () => T): T {
  const folder = join(root, '.dvc', 'tmp', 'runner');
  mkdirSync(folder, { recursive: true });
  const lock = new DatabaseSync(join(folder, 'writer.db'));
  try {
    lock.exec('PRAGMA busy_timeout = 60000; BEGIN EXCLUSIVE');
    return act();
  } finally {
    lock.close();
  }
}
