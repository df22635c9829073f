import { linkSync, mkdirSync, renameSync, unlinkSync } from 'node:fs';
import { dirname } from 'node:path';

/** Gives a staged file its name: over what lies there when that is ours, else only where nothing lies. */
export function placeStaged(staged: string, target: string, ours: boolean): void {
  if (ours) return withParent(target, () => renameSync(staged, target));
  // link(2) is check and publication in one atomic act.
  withParent(target, () => linkSync(staged, target));
  unlinkSync(staged);
}

/** Makes the folder of a file that is to be published, only when it is missing: asking first would cost a system call for every file. */
export function withParent<R>(target: string, act: () => R): R {
  try {
    return act();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    mkdirSync(dirname(target), { recursive: true });
    return act();
  }
}
