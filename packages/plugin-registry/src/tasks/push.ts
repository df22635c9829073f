import { statSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import { defineTask, z } from '@dataset-runner/core/plugin';
import { registryFailures } from '../failures.ts';
import { cachedKeys } from '../objects/cached-keys.ts';
import { memberKeys, type NeededOut, neededOuts, outKey } from '../objects/needed.ts';
import { lookForWhole } from '../objects/whole-outs.ts';
import { isTreeOid } from '../objects/object-path.ts';
import { byRemote } from '../remotes/by-remote.ts';
import { farObjects } from '../remotes/far-objects.ts';
import { requireRemote } from '../remotes/remote-target.ts';
import { lockRepo } from '../repo/repo-lock.ts';
import { openRepo, type Repo } from '../repo/repo.ts';
import { repoPath } from '../repo/targets.ts';
import { type MovedObject, pushObject, pushTree } from '../steps/push-object.ts';

/** Copies what the remote lacks, as `dvc push` does. */
export const push = defineTask({
  summary: 'Copy tracked data into a remote, only what is not there yet',
  examples: ['runner run registry:push', 'runner run registry:push raw/01_data_collection --remote storage'],
  params: z.object({
    targets: z.array(z.string()).default([]).describe('Only these paths').meta({ positional: true }),
    remote: z.string().optional().describe('The remote; default: the default one').meta({ short: 'r' }),
  }),
  outputs: z.object({ pushed: z.int() }),
  steps: { pushObject, pushTree },
  async run(context) {
    const { params, map, dryRun } = context;
    const repo = openRepo(process.cwd());
    requireRemote(repo, params.remote);
    await using _lock = await lockRepo(repo, { dryRun });
    const targets = params.targets.map((target) => repoPath(repo, target));
    const outs = neededOuts(repo, targets).filter(({ out }) => out.push);
    let cached: ReadonlySet<string> | undefined;
    let pushed = 0;
    for (const [into, all] of byRemote(repo, outs, params.remote)) {
      // 1. What the files of the repository name, and what the cache has of it.
      const { open: there, found } = notSeenThere(repo, into, all);
      if (there.length === 0) continue;
      cached ??= cachedKeys(repo.cacheDir);
      const named = namedBy(repo, there, cached);
      // 2. What the remote lacks.
      const far = await farObjects(into, [...named.keys()], context);
      const lacking = [...named].filter(([key]) => !far.has(key));
      const absent = lacking.find(([key]) => !cached?.has(key));
      if (absent !== undefined) {
        throw registryFailures['object-missing']({ path: absent[1], key: absent[0], cacheDir: repo.cacheDir });
      }
      if (lacking.length === 0) found(there.filter((out) => cached?.has(outKey(out))));
      const objects = lacking.map(([key]) => movedObject(repo, key));
      pushed += objects.length;
      const [trees, files] = [
        objects.filter(({ key }) => isTreeOid(key)),
        objects.filter(({ key }) => !isTreeOid(key)),
      ];
      // 3. The files first.
      if (files.length > 0) await map(pushObject, files, { into });
      // 4. Then the .dir objects: whoever sees one may believe that its files are there.
      if (trees.length > 0) await map(pushTree, trees, { into });
    }
    return { pushed };
  },
  render: ({ pushed }) => (pushed === 0 ? 'everything is in the remote' : `${pushed} objects pushed`),
});

// A remote on disk shows by the times of its folders that it still has what it had.
function notSeenThere(repo: Repo, into: string, outs: readonly NeededOut[]) {
  return isAbsolute(into) ? lookForWhole(repo, into, outs) : { open: outs, found: () => undefined };
}

// Each object with the path that needs it. A folder whose .dir is in no cache cannot be told apart from a lost one.
function namedBy(repo: Repo, outs: readonly NeededOut[], cached: ReadonlySet<string>): Map<string, string> {
  const named = new Map<string, string>();
  for (const { part: _part, ...out } of outs) {
    const key = outKey(out);
    named.set(key, out.path);
    if (cached.has(key)) for (const member of memberKeys(repo.cacheDir, out) ?? []) named.set(member, out.path);
  }
  return named;
}

function movedObject({ cacheDir }: Repo, key: string): MovedObject {
  const { size } = statSync(join(cacheDir, key));
  return { key, file: { $type: 'file', store: cacheDir, key, size } };
}
