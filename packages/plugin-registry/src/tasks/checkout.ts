import { defineTask, z } from '@dataset-runner/core/plugin';
import { neededOuts } from '../objects/needed.ts';
import { lockRepo } from '../repo/repo-lock.ts';
import { openRepo } from '../repo/repo.ts';
import { repoPath } from '../repo/targets.ts';
import { type CheckedOut, checkOutAll, checkoutSteps } from './check-out-all.ts';

export const checkedOutSchema = z.object({ added: z.int(), modified: z.int(), deleted: z.int() });

/** Makes the workspace what the .dvc files say, as `dvc checkout` does. */
export const checkout = defineTask({
  summary: 'Make the workspace what the .dvc files say, from the cache',
  examples: ['runner run registry:checkout', 'runner run registry:checkout raw/01_data_collection --discard'],
  params: z.object({
    targets: z.array(z.string()).default([]).describe('Only these paths').meta({ positional: true }),
    discard: z.boolean().default(false).describe('Lose files that are nowhere in the cache').meta({ short: 'f' }),
    relink: z.boolean().default(false).describe('Place all files again, as `cache.type` says now'),
  }),
  outputs: checkedOutSchema,
  steps: checkoutSteps,
  async run(context) {
    const { params, dryRun } = context;
    const repo = openRepo(process.cwd());
    await using _lock = await lockRepo(repo, { dryRun });
    const targets = params.targets.map((target) => repoPath(repo, target));
    // Awaited here: a promise that fails while the lock is given back would have nobody to hear it.
    return await checkOutAll(repo, neededOuts(repo, targets), context, params);
  },
  render: saidOf,
});

/** What a checkout did, in words. */
export function saidOf({ added, modified, deleted }: CheckedOut): string {
  if (added + modified + deleted === 0) return 'the workspace is as it should be';
  return `${added} files added, ${modified} changed, ${deleted} removed`;
}
