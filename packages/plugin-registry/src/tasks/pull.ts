import { defineTask, z } from '@dataset-runner/core/plugin';
import { neededOuts } from '../objects/needed.ts';
import { lockRepo } from '../repo/repo-lock.ts';
import { openRepo } from '../repo/repo.ts';
import { repoPath } from '../repo/targets.ts';
import { fetchObjects } from '../steps/fetch-objects.ts';
import { checkOutAll, checkoutSteps } from './check-out-all.ts';
import { checkedOutSchema, saidOf } from './checkout.ts';
import { fetchAll, fetchParams } from './fetch.ts';

/** Fetches and checks out, as `dvc pull` does. */
export const pull = defineTask({
  summary: 'Bring tracked data from a remote into the workspace, checked on the way',
  examples: ['runner run registry:pull', 'runner run registry:pull raw/01_data_collection/day'],
  params: fetchParams.extend({
    discard: z.boolean().default(false).describe('Lose files that are nowhere in the cache').meta({ short: 'f' }),
  }),
  outputs: checkedOutSchema.extend({ fetched: z.int() }),
  steps: { ...checkoutSteps, fetchObjects },
  async run(context) {
    const { params, dryRun } = context;
    const repo = openRepo(process.cwd());
    await using _lock = await lockRepo(repo, { dryRun });
    const outs = neededOuts(
      repo,
      params.targets.map((target) => repoPath(repo, target)),
    );
    // 1. What the cache lacks, from the remote.
    const fetched = await fetchAll(repo, outs, context);
    // 2. What the workspace lacks, from the cache.
    const placed = await checkOutAll(repo, outs, context, { discard: params.discard, relink: false });
    return { fetched, ...placed };
  },
  render: ({ fetched, ...placed }) => `${fetched} objects fetched; ${saidOf(placed)}`,
});
