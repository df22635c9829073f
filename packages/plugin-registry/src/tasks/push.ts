import { defineTask, type FileRef, listFiles, z } from '@dataset-runner/core/plugin';
import { registryFailures } from '../failures.ts';
import { isTreeOid, objectKey } from '../objects/object-path.ts';
import { memberKeys, neededOuts } from '../objects/needed.ts';
import { remotePlace } from '../remotes/remote-target.ts';
import { openRepo } from '../repo/repo.ts';
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
  outputs: z.object({ pushed: z.int(), trees: z.int() }),
  steps: { pushObject, pushTree },
  async run({ params, map, store }) {
    const repo = openRepo(process.cwd());
    const into = remotePlace(repo, params.remote);
    // 1. What the .dvc files name, and what the cache has of it, in one listing.
    const cached = new Map<string, FileRef>();
    for (const file of await listFiles(await store(repo.cacheDir))) cached.set(file.key, file);
    const files = new Map<string, MovedObject>();
    const trees = new Map<string, MovedObject>();
    const take = (to: Map<string, MovedObject>, key: string, path: string): void => {
      const file = cached.get(key);
      if (file === undefined) throw registryFailures['object-missing']({ path, key, cacheDir: repo.cacheDir });
      to.set(key, { key, file });
    };
    for (const out of neededOuts(
      repo,
      params.targets.map((target) => repoPath(repo, target)),
    )) {
      const key = objectKey(out.oid, out.layout);
      for (const member of memberKeys(repo.cacheDir, out) ?? []) take(files, member, out.path);
      take(isTreeOid(out.oid) ? trees : files, key, out.path);
    }
    // 2. The files first.
    const pushed = await map(pushObject, files.values(), { into }).count();
    // 3. Then the .dir objects: whoever sees one may believe that its files are there.
    const done = await map(pushTree, trees.values(), { into }).count();
    return { pushed, trees: done };
  },
  render: ({ pushed, trees }) => `${pushed} files and ${trees} folders are in the remote`,
});
