import type { RunContext } from '@dataset-runner/core/plugin';
import { cachedKeys } from '../objects/cached-keys.ts';
import { memberKeys, type NeededOut, outKey } from '../objects/needed.ts';
import type { Repo } from '../repo/repo.ts';
import { describedBy, outPath } from '../repo/tracked.ts';
import type { TrackedResult } from '../steps/write-tracked.ts';
import { stageHashes } from './stage-hashes.ts';
import { planTracking, trackAll, type TrackTarget } from './track-all.ts';

/**
 * Takes changes of the data of `.dvc` files into the cache and into these files; what is gone is no change to keep.
 *
 * A dry run plans the same, and says what would be written.
 */
export async function commitTracked(
  repo: Repo,
  outs: readonly NeededOut[],
  context: Pick<RunContext<unknown>, 'map' | 'once' | 'dryRun'>,
): Promise<TrackedResult[]> {
  if (outs.length === 0) return [];
  // 1. What changed since it was tracked, or was only described (`add --no-commit`): its bytes are not in the cache.
  const here = await stageHashes(repo, outs, context, 'look at data');
  const cached = cachedKeys(repo.cacheDir);
  const isShort = (out: NeededOut): boolean =>
    [outKey(out), ...(memberKeys(repo.cacheDir, out) ?? [])].some((key) => !cached.has(key));
  const changed = outs.filter((out) => here.has(out.path) && (here.get(out.path)?.md5 !== out.oid || isShort(out)));
  const paths = new Set(changed.map(({ path }) => path));
  // 2. Into the cache, and into the files that track it.
  const wanted = describedBy(repo.root).tracked.flatMap((tracked) =>
    tracked.stage.outs.flatMap((out): TrackTarget[] => {
      const path = outPath(tracked, out.path);
      return paths.has(path) ? [{ path, file: tracked.file, outPath: out.path }] : [];
    }),
  );
  if (!context.dryRun) return trackAll(repo, wanted, context, { commit: true });
  planTracking(repo, wanted, context);
  return wanted.map(({ path, file }) => {
    const { md5 = '', size = 0, nfiles = 1 } = here.get(path) ?? {};
    return { file, md5, size, nfiles, changed: true };
  });
}
