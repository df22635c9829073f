import { defineTask, z } from '@dataset-runner/core/plugin';
import { neededOuts } from '../objects/needed.ts';
import { requireRemote } from '../remotes/remote-target.ts';
import { lockRepo } from '../repo/repo-lock.ts';
import { openRepo } from '../repo/repo.ts';
import { repoPath } from '../repo/targets.ts';
import { sourceSteps } from './bring-source.ts';
import { checkOutAll } from './check-out-all.ts';
import { checkedOutSchema, saidOf } from './checkout.ts';
import { fetchParams } from './fetch.ts';
import { fetchAll } from './fetch-all.ts';
import { fetchImports } from './fetch-imports.ts';

/** Fetches and checks out, as `dvc pull` does. */
export const pull = defineTask({
  summary: 'Bring tracked data from a remote into the workspace, checked on the way',
  examples: ['runner run registry:pull', 'runner run registry:pull raw/01_data_collection/day'],
  params: fetchParams.extend({
    discard: z.boolean().default(false).describe('Lose files that are nowhere in the cache').meta({ short: 'f' }),
  }),
  outputs: checkedOutSchema.extend({ fetched: z.int() }),
  steps: sourceSteps,
  async run(context) {
    const { params, dryRun } = context;
    const repo = openRepo(process.cwd());
    requireRemote(repo, params.remote);
    await using _lock = await lockRepo(repo, { dryRun });
    const outs = neededOuts(
      repo,
      params.targets.map((target) => repoPath(repo, target)),
    );
    // 1. What the cache lacks: imports from where they came, for DVC pushes none, and the rest from the remote.
    const imported = await fetchImports(repo, outs, context);
    const fetched = imported + (await fetchAll(repo, outs, context));
    // 2. What the workspace lacks, from the cache.
    const placed = await checkOutAll(repo, outs, context, { discard: params.discard, relink: false });
    return { fetched, ...placed };
  },
  render: ({ fetched, ...placed }) => `${fetched} objects fetched; ${saidOf(placed)}`,
});
