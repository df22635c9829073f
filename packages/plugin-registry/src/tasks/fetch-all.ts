import type { FileRef, RunContext } from '@dataset-runner/core/plugin';
import { registryFailures } from '../failures.ts';
import { cachedKeys } from '../objects/cached-keys.ts';
import { type NeededOut, outKey, treeEntries } from '../objects/needed.ts';
import { isTreeOid, objectKey } from '../objects/object-path.ts';
import { byRemote } from '../remotes/by-remote.ts';
import { farObjects } from '../remotes/far-objects.ts';
import type { Repo } from '../repo/repo.ts';
import { fetchObjects, type WantedObjects } from '../steps/fetch-objects.ts';

type Planner = Pick<RunContext<{ readonly remote?: string | undefined }>, 'params' | 'map' | 'store'>;

/** Fetches what the outputs need and the cache lacks; returns how many objects came. */
export async function fetchAll(repo: Repo, outs: readonly NeededOut[], context: Planner): Promise<number> {
  // 1. The .dir objects first: they say which files their folders want.
  const fetchedTrees = await fetchTrees(repo, outs, context);
  // 2. Then the files.
  const cached = cachedKeys(repo.cacheDir);
  const keysOf = (out: NeededOut): string[] => filesOf(repo, out);
  return fetchedTrees + (await fetchKeys(repo, outs, { context, cached, keysOf }));
}

/** Fetches only the `.dir` objects of outputs that are folders; returns how many came. */
export async function fetchTrees(repo: Repo, outs: readonly NeededOut[], context: Planner): Promise<number> {
  const trees = outs.filter(({ oid }) => isTreeOid(oid));
  const cached = cachedKeys(repo.cacheDir);
  return fetchKeys(repo, trees, { context, cached, keysOf: (out) => [outKey(out)] });
}

interface Fetching {
  readonly context: Planner;
  readonly cached: ReadonlySet<string>;
  readonly keysOf: (out: NeededOut) => readonly string[];
}

async function fetchKeys(
  repo: Repo,
  outs: readonly NeededOut[],
  { context, cached, keysOf }: Fetching,
): Promise<number> {
  const lacking = outs.map((out) => ({ out, keys: keysOf(out).filter((key) => !cached.has(key)) }));
  const short = lacking.filter(({ keys }) => keys.length > 0);
  const keys = new Map(short.map((each) => [each.out, each.keys]));
  const wanted = new Map<string, FileRef>();
  // The remote is only asked when something is missing.
  for (const [place, there] of byRemote(repo, [...keys.keys()], context.params.remote)) {
    const asked = [...new Set(there.flatMap((out) => keys.get(out) ?? []))];
    const far = await farObjects(place, asked, context);
    for (const key of asked) {
      const file = far.ref(key);
      if (file === undefined) throw registryFailures['object-lost']({ key, remote: place });
      wanted.set(key, file);
    }
  }
  if (wanted.size > 0) await context.map(fetchObjects, [...chunksOf([...wanted.values()], repo.cacheDir)]);
  return wanted.size;
}

function filesOf(repo: Repo, out: NeededOut): string[] {
  if (!isTreeOid(out.oid)) return [outKey(out)];
  const entries = treeEntries(repo.cacheDir, out);
  if (entries !== undefined) return entries.map(({ md5 }) => objectKey(md5, out.layout));
  throw registryFailures['object-missing']({ path: out.path, key: outKey(out), cacheDir: repo.cacheDir });
}

// Large objects travel alone, small ones in company.
function* chunksOf(files: readonly FileRef[], cacheDir: string): Generator<WantedObjects> {
  let chunk: FileRef[] = [];
  let bytes = 0;
  for (const [at, file] of files.entries()) {
    chunk.push(file);
    bytes += file.size;
    if (chunk.length < 64 && bytes < 8_000_000 && at < files.length - 1) continue;
    yield { key: chunk[0]?.key ?? '', files: chunk, cacheDir };
    [chunk, bytes] = [[], 0];
  }
}
