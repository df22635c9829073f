import { cachedKeys } from '../objects/cached-keys.ts';
import { memberKeys, type NeededOut, outKey } from '../objects/needed.ts';
import type { Repo } from '../repo/repo.ts';
import { describedBy } from '../repo/tracked.ts';
import { repoUrl } from '../steps/clone-repo.ts';
import { bringSource } from './bring-source.ts';

type Planner = Parameters<typeof bringSource>[2];

/**
 * Brings imports that the cache lacks from the repositories they came from, at the commit they name.
 *
 * DVC never pushes an import: whoever clones a registry finds it at its source only. Returns how many came.
 */
export async function fetchImports(repo: Repo, outs: readonly NeededOut[], context: Planner): Promise<number> {
  const cached = cachedKeys(repo.cacheDir);
  const lacks = (out: NeededOut): boolean =>
    !cached.has(outKey(out)) || (memberKeys(repo.cacheDir, out) ?? []).some((key) => !cached.has(key));
  const lacking = new Set(outs.filter(lacks).map(({ file }) => file));
  let fetched = 0;
  for (const { file, stage } of describedBy(repo.root).tracked) {
    const [dep] = stage.deps;
    // Without the commit nobody knows which data was meant; then the remote is asked like for any other.
    if (!lacking.has(file) || dep?.repo?.revLock === undefined) continue;
    const { url, revLock } = dep.repo;
    await bringSource(repo, { url: repoUrl(url, repo.root), rev: revLock, path: dep.path }, context);
    fetched += 1;
  }
  return fetched;
}
