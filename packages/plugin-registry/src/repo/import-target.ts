import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { registryFailures } from '../failures.ts';
import { lockedPaths, refuseIgnored, refuseLinked, refuseOverlap, refuseReserved, trackedPaths } from './overlaps.ts';
import { isFolder, type Repo } from './repo.ts';
import { joined, repoPath } from './targets.ts';
import { describedBy } from './tracked.ts';

export interface ImportWanted {
  /** What the data is called where it comes from. */
  readonly name: string;
  /** Where it goes, from the current folder; undefined: to its own name here. */
  readonly out: string | undefined;
  /** Whether what was imported to the same path may be replaced. */
  readonly replaces: boolean;
}

/**
 * Where an import goes, posix, from the root: into a folder that is there, as with DVC, else to the path itself.
 *
 * A folder that has a `.dvc` file is not gone into: it is what is meant. Throws `registry.path-there` where that file is
 * not to be replaced, and for a path that nothing may be tracked at what `registry:add` throws for it.
 */
export function importTarget(repo: Repo, { name, out, replaces }: ImportWanted): string {
  const { root } = repo;
  const path = pathFor(repo, name, out);
  const file = `${path}.dvc`;
  if (!replaces && existsSync(join(root, file))) throw registryFailures['path-there']({ path: file });
  refuseLinked(root, path);
  const described = describedBy(root);
  const others = trackedPaths(described).filter((owned) => !replaces || owned.file !== file);
  refuseOverlap(path, [...others, ...lockedPaths(described)]);
  refuseReserved(path);
  refuseIgnored(root, path);
  return path;
}

function pathFor(repo: Repo, name: string, out: string | undefined): string {
  const to = repoPath(repo, out ?? name);
  const at = join(repo.root, to);
  return out === undefined || existsSync(`${at}.dvc`) || !isFolder(at) ? to : joined(to, name);
}
