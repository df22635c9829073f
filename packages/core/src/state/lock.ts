import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

/**
 * A lock the kernel frees when its process dies, and never while it merely sleeps.
 *
 * It is an exclusive SQLite transaction held open on a file of its own: no heartbeat to miss, no stale lock to
 * remove, no `unlock` command. A stopped process (SIGSTOP) keeps it.
 */
export interface Lock {
  release(): void;
}

/** Takes the lock named `name` in `dir`, or returns undefined at once when another holder has it. */
export function tryLock(dir: string, name: string): Lock | undefined {
  const db = new DatabaseSync(join(dir, `${name}.db`));
  try {
    // No rollback journal on disk: nothing is ever written, and a journal left by a kill would need recovery.
    db.exec('PRAGMA busy_timeout = 0; PRAGMA journal_mode = MEMORY; PRAGMA locking_mode = NORMAL; BEGIN EXCLUSIVE');
  } catch (error) {
    db.close();
    if (isBusy(error)) return undefined;
    throw error;
  }
  let held = true;
  return {
    release() {
      if (!held) return;
      held = false;
      db.close();
    },
  };
}

/** True when no live process holds the lock; a missing file counts as free. */
export function isFree(dir: string, name: string): boolean {
  if (!existsSync(join(dir, `${name}.db`))) return true;
  const lock = tryLock(dir, name);
  lock?.release();
  return lock !== undefined;
}

/** Removes the file of a lock nobody needs any more (a dead run's). */
export function forgetLock(dir: string, name: string): void {
  rmSync(join(dir, `${name}.db`), { force: true });
}

// SQLITE_BUSY is 5, SQLITE_LOCKED 6; extended codes carry them in the low byte.
function isBusy(error: unknown): boolean {
  const code = ((error as { errcode?: number }).errcode ?? 0) & 0xff;
  return code === 5 || code === 6;
}
