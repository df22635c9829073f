import { mkdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Store } from '../../model/store.ts';
import { diskFailure } from './disk-failure.ts';

/** Where outputs wait until their item succeeded. */
export interface Staging {
  readonly place: string;
  readonly store: Store;
  /** True when staged files lie on the place's own file system. */
  readonly onPlace: boolean;
  /** Small files wait in memory: who publishes them writes them too. */
  readonly holdsSmall: boolean;
  /** A fresh private path; its folder exists. */
  path(): string;
  /** Of the file system it lies on, as stat says it. */
  device(): number;
}

let counter = 0;

// Two threads of one process share a folder of staging, hence the thread's own start in the name.
const threadMark = Math.trunc(performance.timeOrigin % 1e9).toString(36) + Math.trunc(Math.random() * 1e6).toString(36);
const prefix = `${process.pid.toString(36)}-${threadMark}-`;

/**
 * Opens the staging of a place for this process; `name` is unique to it (project mark and process token).
 *
 * `holdsSmall` is for the thread that publishes: elsewhere it is better to write where the work is done.
 */
export function openStaging(
  place: string,
  store: Store,
  { name, spoolDir, holdsSmall = false }: { name: string; spoolDir: string; holdsSmall?: boolean },
): Staging {
  const local = store.localPath(`.runner-staging/${name}`);
  const dir = local ?? join(spoolDir, name);
  let made = false;
  let device: number | undefined;
  const make = (): void => {
    if (made) return;
    try {
      mkdirSync(dir, { recursive: true });
    } catch (error) {
      throw diskFailure(error, local === undefined ? dir : place);
    }
    made = true;
  };
  return {
    place,
    store,
    onPlace: local !== undefined,
    holdsSmall: holdsSmall && local !== undefined,
    device() {
      make();
      return (device ??= statSync(dir).dev);
    },
    path() {
      make();
      return `${dir}/${prefix}${(counter++).toString(36)}`;
    },
  };
}
