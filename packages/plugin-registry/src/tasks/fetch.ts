import { defineTask, type FileRef, listFiles, type RunContext, z } from '@dataset-runner/core/plugin';
import { registryFailures } from '../failures.ts';
import { memberKeys, type NeededOut, neededOuts } from '../objects/needed.ts';
import { isTreeOid, objectKey, oidOfKey } from '../objects/object-path.ts';
import { remotePlace } from '../remotes/remote-target.ts';
import { openRepo, type Repo } from '../repo/repo.ts';
import { repoPath } from '../repo/targets.ts';
import { fetchObject, type WantedObject } from '../steps/fetch-object.ts';

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
  steps: { fetchObject },
  run: async (context) => ({ fetched: await fetchAll(openRepo(process.cwd()), context) }),
  render: ({ fetched }) => (fetched === 0 ? 'everything is in the cache' : `${fetched} objects fetched`),
});

/** Fetches the outputs below the targets; returns how many objects came. */
export async function fetchAll(repo: Repo, context: RunContext<z.infer<typeof fetchParams>>): Promise<number> {
  const { params, map, store } = context;
  const outs = neededOuts(
    repo,
    params.targets.map((target) => repoPath(repo, target)),
  );
  // 1. What lies here and what lies there, in one listing each; the remote is only asked when something is missing.
  const cached = new Set((await listFiles(await store(repo.cacheDir))).map(({ key }) => key));
  const missing = (keys: readonly string[]): string[] => [...new Set(keys)].filter((key) => !cached.has(key));
  const outKeys = outs.map(({ oid, layout }) => objectKey(oid, layout));
  let remote: Map<string, FileRef> | undefined;
  const wanted = async (keys: readonly string[]): Promise<WantedObject[]> => {
    if (keys.length === 0) return [];
    const place = remotePlace(repo, params.remote);
    remote ??= new Map((await listFiles(await store(place))).map((file) => [file.key, file]));
    return keys.map((key) => wantedObject(repo, place, key, remote?.get(key)));
  };
  // 2. The .dir objects first: they say which files their folders want.
  const trees = outKeys.filter(isTreeOid);
  const fetchedTrees = await map(fetchObject, await wanted(missing(trees)), { name: 'fetch-trees' }).count();
  // 3. Then the files.
  const members = outs.flatMap((out) => membersOf(repo, out));
  const files = [...outKeys.filter((key) => !isTreeOid(key)), ...members];
  return fetchedTrees + (await map(fetchObject, await wanted(missing(files))).count());
}

function membersOf(repo: Repo, out: NeededOut): string[] {
  const keys = memberKeys(repo.cacheDir, out);
  if (keys !== undefined) return keys;
  throw registryFailures['object-missing']({
    path: out.path,
    key: objectKey(out.oid, out.layout),
    cacheDir: repo.cacheDir,
  });
}

function wantedObject(repo: Repo, place: string, key: string, file: FileRef | undefined): WantedObject {
  if (file === undefined) throw registryFailures['object-lost']({ key, remote: place });
  return { key, oid: oidOfKey(key)?.oid ?? key, file, cacheDir: repo.cacheDir };
}
