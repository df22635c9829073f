import { createHash } from 'node:crypto';
import { statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { defineTask, type RunContext, z } from '@dataset-runner/core/plugin';
import { registryFailures } from '../failures.ts';
import { askGit } from '../git.ts';
import { cachedKeys } from '../objects/cached-keys.ts';
import { entriesIn, memberKeys, type NeededOut, outKey, outsOf } from '../objects/needed.ts';
import { isTreeOid, objectKey } from '../objects/object-path.ts';
import { allFarKeys } from '../remotes/far-objects.ts';
import { remotePlace } from '../remotes/remote-target.ts';
import { commitOf, History } from '../repo/at-revision.ts';
import { lockRepo } from '../repo/repo-lock.ts';
import { isFolder, openRepo, type Repo } from '../repo/repo.ts';
import { describedBy, outPathThen } from '../repo/tracked.ts';
import { chunked } from '../steps/cache-files.ts';
import { removeObjects } from '../steps/remove-objects.ts';

const params = z.object({
  workspace: z.boolean().default(false).describe('Keep what the workspace names').meta({ short: 'w' }),
  allBranches: z.boolean().default(false).describe('Keep what any branch names').meta({ short: 'a' }),
  allTags: z.boolean().default(false).describe('Keep what any tag names').meta({ short: 'T' }),
  allCommits: z.boolean().default(false).describe('Keep what any commit names').meta({ short: 'A' }),
  rev: z.string().optional().describe('Keep what this commit names, and with --num those before it'),
  num: z.int().min(1).default(1).describe('How many commits, from --rev or from each branch back'),
  date: z.string().optional().describe('Keep what commits since this day name, as 2026-01-31'),
  projects: z
    .array(z.string())
    .default([])
    .describe('Keep what these other repositories with the same cache name, by the same options')
    .meta({ short: 'p' }),
  cloud: z.boolean().default(false).describe('Remove from the remote too').meta({ short: 'c' }),
  remote: z.string().optional().describe('The remote; default: the default one').meta({ short: 'r' }),
});

type ReadOnlyStore = Awaited<ReturnType<RunContext<unknown>['store']>>;

/** Removes objects that nothing kept names any more, as `dvc gc` does. */
export const gc = defineTask({
  summary: 'Remove objects from the cache that nothing you keep names any more',
  examples: [
    'runner run registry:gc --workspace --dry-run',
    'runner run registry:gc --all-branches --all-tags',
    'runner run registry:gc --all-commits --cloud --dry-run',
    'runner run registry:gc --all-branches --projects ../other',
  ],
  params,
  outputs: z.object({ removed: z.int(), sizeBytes: z.int(), kept: z.int(), removedFar: z.int() }),
  steps: { removeObjects },
  async run({ params, map, store, log, dryRun }) {
    const repo = openRepo(process.cwd());
    const others = otherRepos(repo, params.projects);
    await using locks = new AsyncDisposableStack();
    for (const each of [repo, ...others]) locks.use(await lockRepo(each, { dryRun }));
    // 1. What is named by all that is to be kept; the workspace always is.
    const { used, unread } = usedKeys(repo, others, params);
    const far = params.cloud ? remotePlace(repo, params.remote) : undefined;
    for (const [key, { out, commit }] of unread) {
      // What a remote has of a folder it goes on having, though the cache knows nothing of it.
      const text = far === undefined ? undefined : await farText(await store(far), key, out);
      if (text === undefined) log(`${out.path} at ${commit}: its .dir is in no reach, so nothing is kept for it`);
      else for (const { md5 } of entriesIn(text, out)) used.add(objectKey(md5, out.layout));
    }
    // 2. All else goes; folders before their files, so that no .dir ever stands without them.
    const isUnused = (key: string): boolean => !used.has(key);
    const unused = [...cachedKeys(repo.cacheDir)].filter(isUnused);
    const sizeBytes = unused.reduce((sum, key) => sum + sizeOf(join(repo.cacheDir, key)), 0);
    const unusedFar = far === undefined ? [] : (await allFarKeys(far, { store })).filter(isUnused);
    const items = [...itemsOf(repo.cacheDir, unused), ...(far === undefined ? [] : itemsOf(far, unusedFar))];
    for (const part of [items.filter(({ trees }) => trees), items.filter(({ trees }) => !trees)]) {
      if (part.length > 0)
        await map(
          removeObjects,
          part.map(({ trees: _trees, ...item }) => item),
        );
    }
    return { removed: unused.length, sizeBytes, kept: used.size, removedFar: unusedFar.length };
  },
  render: ({ removed, sizeBytes, removedFar }) =>
    `${removed} objects removed from the cache, ${sizeBytes} bytes${removedFar > 0 ? `; ${removedFar} from the remote` : ''}`,
});

// A path that means no other repository would keep nothing, and its owner's data would be removed.
function otherRepos(repo: Repo, projects: readonly string[]): Repo[] {
  const found = new Map<string, Repo>();
  for (const project of projects) {
    const path = resolve(project);
    if (!isFolder(path)) throw registryFailures['path-missing']({ path: project });
    const other = openRepo(path);
    if (other.root === repo.root)
      throw registryFailures['word-missing']({ action: `gc --projects ${project}`, word: 'another repository' });
    found.set(other.root, other);
  }
  return [...found.values()];
}

interface Used {
  readonly used: Set<string>;
  /** Folders at commits whose `.dir` is not in the cache, by its key. */
  readonly unread: Map<string, { readonly out: NeededOut; readonly commit: string }>;
}

function usedKeys(repo: Repo, others: readonly Repo[], asked: z.infer<typeof params>): Used {
  const { workspace, allBranches, allTags, allCommits, rev, date } = asked;
  const isScoped = workspace || allBranches || allTags || allCommits || rev !== undefined || date !== undefined;
  if (!isScoped) throw registryFailures['word-missing']({ action: 'gc', word: 'what to keep, as --workspace' });
  // Git takes any words for a time, and words it does not know for now.
  if (date !== undefined && !isDay(date))
    throw registryFailures['word-missing']({ action: 'gc --date', word: 'a day, as 2026-01-31' });
  const all: Used = { used: new Set(), unread: new Map() };
  for (const each of [repo, ...others]) takeUsed(each, [repo.cacheDir, each.cacheDir], asked, all);
  return all;
}

function takeUsed(
  repo: Repo,
  cacheDirs: readonly string[],
  { allBranches, allTags, allCommits, rev, num, date }: z.infer<typeof params>,
  { used, unread }: Used,
): void {
  take(cacheDirs, outsOf(describedBy(repo.root)), used, (out) => {
    // What the files of the folder are nobody can say without its .dir, and they may lie in this cache.
    throw registryFailures['object-missing']({ path: out.path, key: outKey(out), cacheDir: repo.cacheDir });
  });
  const list = (...args: readonly string[]): string[] => {
    const told = askGit(repo.root, ['rev-list', ...args]);
    // No answer is not an empty one: all that only commits name would be removed.
    if (told === undefined) throw registryFailures['no-git']({ folder: repo.root });
    return told.split('\n').filter((line) => line !== '');
  };
  const commits = [
    ...(allBranches ? list('--no-walk', '--branches', '--remotes') : []).flatMap((tip) =>
      num === 1 ? [tip] : list(`--max-count=${num}`, tip),
    ),
    ...(allTags ? list('--no-walk', '--tags') : []),
    ...(allCommits ? list('--all') : []),
    ...(rev === undefined ? [] : list(`--max-count=${num}`, commitOf(repo, rev))),
    ...(date === undefined ? [] : list('--all', `--since=${date}T00:00:00Z`)),
  ];
  if (commits.length === 0) return;
  const history = new History(repo);
  for (const commit of new Set(commits)) {
    take(cacheDirs, outsOf(history.at(commit), outPathThen), used, (out) => unread.set(outKey(out), { out, commit }));
  }
}

function isDay(text: string): boolean {
  const day = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(day.getTime()) && day.toISOString().slice(0, 10) === text;
}

function take(
  cacheDirs: readonly string[],
  outs: readonly NeededOut[],
  used: Set<string>,
  notHere: (out: NeededOut) => void,
): void {
  for (const out of outs) {
    const key = outKey(out);
    if (used.has(key)) continue;
    used.add(key);
    const members = cacheDirs.map((dir) => memberKeys(dir, out)).find((keys) => keys !== undefined);
    if (members === undefined) notHere(out);
    for (const member of members ?? []) used.add(member);
  }
}

// A broken .dir is a failure and not an empty folder: its files would be removed.
async function farText(far: ReadOnlyStore, key: string, { oid }: NeededOut): Promise<string | undefined> {
  if ((await far.stat(key)) === undefined) return undefined;
  const pieces: Uint8Array[] = [];
  for await (const piece of await far.read(key)) pieces.push(piece);
  const bytes = Buffer.concat(pieces);
  const found = createHash('md5').update(bytes).digest('hex');
  if (`${found}.dir` !== oid) throw registryFailures['object-corrupt']({ oid, store: far.place, found });
  return bytes.toString('utf8');
}

function itemsOf(place: string, keys: readonly string[]) {
  return [true, false].flatMap((trees) =>
    [...chunked(keys.filter((key) => isTreeOid(key) === trees))].map((part, at) => {
      return { key: `${place} ${trees ? 'folders' : 'files'} ${at + 1}`, place, keys: part, trees };
    }),
  );
}

function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}
