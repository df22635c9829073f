import { defineTask, z } from '@dataset-runner/core/plugin';
import { registryFailures } from '../failures.ts';
import { lockRepo } from '../repo/repo-lock.ts';
import { openRepo } from '../repo/repo.ts';
import { repoPath } from '../repo/targets.ts';
import { describedBy, outPath } from '../repo/tracked.ts';
import { removeTracked } from '../steps/remove-tracked.ts';

/** Stops tracking data, as `dvc remove` does. */
export const remove = defineTask({
  summary: 'Stop tracking files or folders; the data stays unless --outs is given',
  examples: ['runner run registry:remove raw/01_data_collection', 'runner run registry:remove labels.csv.dvc --outs'],
  params: z.object({
    targets: z.array(z.string()).min(1).describe('Tracked paths or .dvc files').meta({ positional: true }),
    outs: z.boolean().default(false).describe('Remove the data from the workspace as well'),
  }),
  outputs: z.object({ removed: z.array(z.string()) }),
  steps: { removeTracked },
  async run({ params, map, dryRun }) {
    const repo = openRepo(process.cwd());
    await using _lock = await lockRepo(repo, { dryRun });
    const { tracked } = describedBy(repo.root);
    const items = params.targets.map((target) => {
      const path = repoPath(repo, target);
      const found = tracked.find(
        (each) => each.file === path || each.stage.outs.some((out) => outPath(each, out.path) === path),
      );
      if (found === undefined) throw registryFailures['target-unknown']({ target });
      const paths = found.stage.outs.map((out) => outPath(found, out.path));
      return { key: found.file, root: repo.root, file: found.file, paths, data: params.outs };
    });
    const removed = await map(removeTracked, items).toArray();
    return { removed: removed.map(({ file }) => file) };
  },
  render: ({ removed }) => `no longer tracked: ${removed.join(' ')}`,
});
