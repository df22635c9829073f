import { defineTask, z } from '@dataset-runner/core/plugin';
import { neededOuts } from '../objects/needed.ts';
import { requireRemote } from '../remotes/remote-target.ts';
import { lockRepo } from '../repo/repo-lock.ts';
import { openRepo } from '../repo/repo.ts';
import { repoPath } from '../repo/targets.ts';
import { sourceSteps } from './bring-source.ts';
import { fetchAll } from './fetch-all.ts';
import { fetchImports } from './fetch-imports.ts';

export const fetchParams = z.object({
  targets: z.array(z.string()).default([]).describe('Only these paths').meta({ positional: true }),
  remote: z.string().optional().describe('The remote; default: the default one').meta({ short: 'r' }),
});

/** Brings what the cache lacks from a remote, as `dvc fetch` does. */
export const fetch = defineTask({
  summary: 'Copy tracked data from a remote into the cache, checked on the way',
  examples: ['runner run registry:fetch', 'runner run registry:fetch raw/01_data_collection'],
  params: fetchParams,
  outputs: z.object({ fetched: z.int() }),
  steps: sourceSteps,
  async run(context) {
    const { params, dryRun } = context;
    const repo = openRepo(process.cwd());
    requireRemote(repo, params.remote);
    await using _lock = await lockRepo(repo, { dryRun });
    const targets = params.targets.map((target) => repoPath(repo, target));
    const outs = neededOuts(repo, targets);
    // 1. Imports from where they came: DVC pushes none.
    const imported = await fetchImports(repo, outs, context);
    // 2. The rest from the remote.
    return { fetched: imported + (await fetchAll(repo, outs, context)) };
  },
  render: ({ fetched }) => (fetched === 0 ? 'everything is in the cache' : `${fetched} objects fetched`),
});
