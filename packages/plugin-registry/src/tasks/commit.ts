import { defineTask, z } from '@dataset-runner/core/plugin';
import { cachedKeys } from '../objects/cached-keys.ts';
import { memberKeys, type NeededOut, neededOuts, outKey } from '../objects/needed.ts';
import { lockRepo } from '../repo/repo-lock.ts';
import { openRepo } from '../repo/repo.ts';
import { repoPath } from '../repo/targets.ts';
import { describedBy, outPath } from '../repo/tracked.ts';
import { saidOfTracked, trackedSchema } from './add.ts';
import { changedOuts } from './changed-outs.ts';
import { trackAll, type TrackTarget, trackingSteps } from './track-all.ts';

/** Writes what changed in tracked data into the cache and the .dvc files, as `dvc commit` does. */
export const commit = defineTask({
  summary: 'Take changes of tracked data over into the cache and the .dvc files',
  examples: ['runner run registry:commit', 'runner run registry:commit raw/01_data_collection'],
  params: z.object({
    targets: z.array(z.string()).default([]).describe('Only these paths').meta({ positional: true }),
  }),
  outputs: z.object({ committed: z.array(trackedSchema) }),
  steps: trackingSteps,
  async run(context) {
    const { params, dryRun } = context;
    const repo = openRepo(process.cwd());
    await using _lock = await lockRepo(repo, { dryRun });
    const targets = params.targets.map((target) => repoPath(repo, target));
    // 1. What changed since it was tracked; what is gone is no change to keep.
    const outs = neededOuts(repo, targets);
    const changed = await changedOuts(repo, outs, context);
    const changedPaths = new Set(changed.filter(({ here }) => here !== undefined).map(({ out }) => out.path));
    // 2. What was only described (`add --no-commit`): its bytes are not in the cache.
    const gone = new Set(changed.filter(({ here }) => here === undefined).map(({ out }) => out.path));
    const cached = cachedKeys(repo.cacheDir);
    const isShort = (out: NeededOut): boolean =>
      [outKey(out), ...(memberKeys(repo.cacheDir, out) ?? [])].some((key) => !cached.has(key));
    for (const out of outs) if (!gone.has(out.path) && isShort(out)) changedPaths.add(out.path);
    // 3. Into the cache, and into the files that track it.
    const wanted = describedBy(repo.root).tracked.flatMap((tracked) =>
      tracked.stage.outs.flatMap((out): TrackTarget[] => {
        const path = outPath(tracked, out.path);
        return changedPaths.has(path) ? [{ path, file: tracked.file, outPath: out.path }] : [];
      }),
    );
    return { committed: await trackAll(repo, wanted, context, { commit: true }) };
  },
  render: ({ committed }) => saidOfTracked(committed) || 'nothing changed',
});
