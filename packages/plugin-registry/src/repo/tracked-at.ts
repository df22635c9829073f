import { registryFailures } from '../failures.ts';
import { type NeededOut, neededOuts } from '../objects/needed.ts';
import type { Repo } from './repo.ts';
import { repoPath } from './targets.ts';

/** The output a path names, by its data or its `.dvc` file; throws `registry.target-unknown`. */
export function trackedAt(repo: Repo, target: string): NeededOut {
  const path = repoPath(repo, target);
  const found = neededOuts(repo, [path]).find((out) => out.path === path || out.file === path);
  if (found === undefined) throw registryFailures['target-unknown']({ target });
  return found;
}
