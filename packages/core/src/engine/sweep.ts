import { existsSync, readdirSync, rmdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Store } from '../model/store.ts';
import type { State } from '../state/state.ts';

/** The folder name under `.runner-staging/` that says which project and which process staged there. */
export function stagingName(state: State): string {
  return `${state.projectMark}-${state.token}`;
}

/** Removes what dead runs of this project left in a local place's staging folder. */
export function sweepStaging(state: State, store: Store): void {
  const staging = stagingDir(store);
  if (staging !== undefined) sweepDir(state, staging);
}

/** Removes this process's own staging folder, and the folder around it when nobody else is using it. */
export function leaveStaging(state: State, store: Store): void {
  const staging = stagingDir(store);
  if (staging === undefined || !existsSync(staging)) return;
  rmSync(join(staging, stagingName(state)), { recursive: true, force: true });
  // The process that a suspect had to itself may outlive a killed run by its item, and stage it after the first sweep.
  sweepDir(state, staging);
}

/** The same for the spool under `work:`. */
export function sweepDir(state: State, dir: string): void {
  if (!existsSync(dir)) return;
  for (const name of readdirSync(dir)) {
    const [mark, token] = name.split('-');
    if (mark !== state.projectMark || token === undefined || !state.isDead(token)) continue;
    rmSync(join(dir, name), { recursive: true, force: true });
  }
  removeEmpty(dir);
}

function stagingDir(store: Store): string | undefined {
  const path = store.localPath('.runner-staging/x');
  return path === undefined ? undefined : dirname(path);
}

function removeEmpty(dir: string): void {
  try {
    rmdirSync(dir);
  } catch {
    // Another live run stages there.
  }
}
