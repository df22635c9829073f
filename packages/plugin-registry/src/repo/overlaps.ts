import { lstatSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { registryFailures } from '../failures.ts';
import { isIgnored } from '../workspace/walk.ts';
import { isWithin } from './targets.ts';
import { type describedBy, outPath } from './tracked.ts';

/** A path with an owner: the `.dvc` file or the stage that tracks it. */
export interface OwnedPath {
  /** Posix, from the root. */
  readonly path: string;
  readonly file: string;
}

/** What a repository's `.dvc` files track. */
export function trackedPaths({ tracked }: Pick<ReturnType<typeof describedBy>, 'tracked'>): OwnedPath[] {
  return tracked.flatMap((each) => each.stage.outs.map((out) => ({ path: outPath(each, out.path), file: each.file })));
}

/** What its pipelines made and `dvc.lock` names. */
export function lockedPaths({ locked }: Pick<ReturnType<typeof describedBy>, 'locked'>): OwnedPath[] {
  return locked.map(({ path, stage }) => ({ path, file: stage }));
}

/**
 * Throws `registry.outs-overlap` when a path is an owned one, lies in it or above it.
 *
 * DVC would refuse every command in the repository, and each owner would remove or rewrite what the other one keeps.
 */
export function refuseOverlap(path: string, owned: readonly OwnedPath[]): void {
  const other = owned.find((each) => isWithin(path, each.path) || isWithin(each.path, path));
  if (other !== undefined) throw registryFailures['outs-overlap']({ path, other: other.path, file: other.file });
}

/** Throws `registry.path-ignored` when `.dvcignore` hides a path that is to be tracked: DVC refuses every command then. */
export function refuseIgnored(root: string, path: string): void {
  if (isIgnored(root, path)) throw registryFailures['path-ignored']({ path });
}

/** Throws `registry.path-reserved` for what DVC reads itself: as data it would be hidden from git and read as both. */
export function refuseReserved(path: string): void {
  const name = path.slice(path.lastIndexOf('/') + 1);
  const isOwn = ['dvc.yaml', 'dvc.lock', '.gitignore', '.dvcignore'].includes(name) || name.endsWith('.dvc');
  if (isOwn) throw registryFailures['path-reserved']({ path });
}

/** Throws `registry.path-linked` for a link to a folder and what lies behind one: the data has another name already. */
export function refuseLinked(root: string, path: string): void {
  const parts = path.split('/');
  for (let count = 1; count <= parts.length; count++) {
    const link = parts.slice(0, count).join('/');
    if (isFolderLink(join(root, link))) throw registryFailures['path-linked']({ path, link });
  }
}

function isFolderLink(path: string): boolean {
  if (lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() !== true) return false;
  try {
    return statSync(path).isDirectory();
  } catch {
    // Broken, or a ring: what reads it says so.
    return false;
  }
}
