import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { defineTask, shownKey, z } from '@dataset-runner/core/plugin';
import { registryFailures } from '../failures.ts';
import { lockRepo } from '../repo/repo-lock.ts';
import { lockedPaths, refuseIgnored, refuseOverlap, refuseReserved, trackedPaths } from '../repo/overlaps.ts';
import { isFolder, openRepo } from '../repo/repo.ts';
import { repoPath } from '../repo/targets.ts';
import { describedBy } from '../repo/tracked.ts';
import { moveTracked } from '../steps/move-tracked.ts';

/** Renames tracked data, as `dvc move` does. */
export const move = defineTask({
  summary: 'Rename tracked data together with its .dvc file',
  examples: ['runner run registry:move raw/01 raw/01_data_collection'],
  params: z.object({
    from: z.string().describe('A tracked file or folder').meta({ positional: true }),
    to: z.string().describe('Its new path, or a folder to move it into').meta({ positional: true }),
  }),
  outputs: z.object({ file: z.string() }),
  steps: { moveTracked },
  async run({ params, once, dryRun }) {
    const repo = openRepo(process.cwd());
    await using _lock = await lockRepo(repo, { dryRun });
    const from = repoPath(repo, params.from.replace(/\.dvc$/, ''));
    const described = describedBy(repo.root);
    const { tracked } = described;
    const own = tracked.find((each) => each.stage.outs.length === 1 && each.file === `${from}.dvc`);
    if (own === undefined) throw registryFailures['target-unknown']({ target: params.from });
    const given = repoPath(repo, params.to);
    const isInto = existsSync(join(repo.root, from)) && isFolder(join(repo.root, given));
    const to = isInto ? `${given === '' ? '' : `${given}/`}${from.slice(from.lastIndexOf('/') + 1)}` : given;
    const isThere = existsSync(join(repo.root, to)) && existsSync(join(repo.root, from));
    if (isThere || existsSync(join(repo.root, `${to}.dvc`))) throw registryFailures['path-there']({ path: to });
    // Its own path too: nothing moves into itself.
    const others = trackedPaths(described);
    refuseOverlap(to, [...others, ...lockedPaths(described)]);
    refuseReserved(to);
    refuseIgnored(repo.root, to);
    const { root, gitRoot } = repo;
    return await once(moveTracked, { root, ...(gitRoot === undefined ? {} : { gitRoot }), from, to }, { key: from });
  },
  render: ({ file }) => `tracked by ${shownKey(file)} now`,
});
