import { statSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import { defineTask, z } from '@dataset-runner/core/plugin';
import { registryFailures } from '../failures.ts';
import { askGit } from '../git.ts';
import { cachedKeys } from '../objects/cached-keys.ts';
import { memberKeys, type NeededOut, outKey, outsOf } from '../objects/needed.ts';
import { isTreeOid } from '../objects/object-path.ts';
import { remotePlace } from '../remotes/remote-target.ts';
import { commitOf, History } from '../repo/at-revision.ts';
import { lockRepo } from '../repo/repo-lock.ts';
import { openRepo, type Repo } from '../repo/repo.ts';
import { describedBy } from '../repo/tracked.ts';
import { chunked } from '../steps/cache-files.ts';
import { removeObjects } from '../steps/remove-objects.ts';

const params = z.object({
  workspace: z.boolean().default(false).describe('Keep what the workspace names').meta({ short: 'w' }),
  allBranches: z.boolean().default(false).describe('Keep what any branch names').meta({ short: 'a' }),
  allTags: z.boolean().default(false).describe('Keep what any tag names').meta({ short: 'T' }),
  allCommits: z.boolean().default(false).describe('Keep what any commit names').meta({ short: 'A' }),
  rev: z.string().optional().describe('Keep what this commit names, and with --num those before it'),
  num: z.int().min(1).default(1).describe('How many commits, from --rev back'),
  date: z.string().optional().describe('Keep what commits since this day name, as 2026-01-31'),
  cloud: z
    .boolean()
    .default(false)
    .describe('Remove from the remote too; only remotes that are folders')
    .meta({ short: 'c' }),
  remote: z.string().optional().describe('The remote; default: the default one').meta({ short: 'r' }),
});

/** Removes objects that nothing kept names any more, as `dvc gc` does. */
export const gc = defineTask({
  summary: 'Remove objects from the cache that nothing you keep names any more',
  examples: ['runner run registry:gc --workspace --dry-run', 'runner run registry:gc --all-branches --all-tags'],
  params,
  outputs: z.object({ removed: z.int(), sizeBytes: z.int(), kept: z.int(), removedFar: z.int() }),
  steps: { removeObjects },
  async run({ params, map, log, dryRun }) {
    const repo = openRepo(process.cwd());
    await using _lock = await lockRepo(repo, { dryRun });
    // 1. What is named by all that is to be kept; the workspace always is.
    const used = usedKeys(repo, params, log);
    // 2. All else goes; folders before their files, so that no .dir ever stands without them.
    const unused = unusedIn(repo.cacheDir, used);
    const sizeBytes = unused.reduce((sum, key) => sum + sizeOf(join(repo.cacheDir, key)), 0);
    const far = params.cloud ? folderOf(repo, params.remote) : undefined;
    const unusedFar = far === undefined ? [] : unusedIn(far, used);
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

function usedKeys(repo: Repo, asked: z.infer<typeof params>, log: (text: string) => void): Set<string> {
  const { workspace, allBranches, allTags, allCommits, rev, num, date } = asked;
  const isScoped = workspace || allBranches || allTags || allCommits || rev !== undefined || date !== undefined;
  if (!isScoped) throw registryFailures['word-missing']({ action: 'gc', word: 'what to keep, as --workspace' });
  const used = new Set<string>();
  take(repo, outsOf(describedBy(repo.root)), used, (out) => {
    // What the files of the folder are nobody can say without its .dir, and they may lie in this cache.
    throw registryFailures['object-missing']({ path: out.path, key: outKey(out), cacheDir: repo.cacheDir });
  });
  const list = (...args: readonly string[]): string[] =>
    (askGit(repo.root, ['rev-list', ...args]) ?? '').split('\n').filter((line) => line !== '');
  const commits = [
    ...(allBranches ? list('--no-walk', '--branches', '--remotes') : []),
    ...(allTags ? list('--no-walk', '--tags') : []),
    ...(allCommits ? list('--all') : []),
    ...(rev === undefined ? [] : list(`--max-count=${num}`, commitOf(repo, rev))),
    ...(date === undefined ? [] : list('--all', `--since=${date}T00:00:00Z`)),
  ];
  if (commits.length === 0) return used;
  const history = new History(repo);
  for (const commit of new Set(commits)) {
    take(repo, outsOf(history.at(commit)), used, (out) =>
      log(`${out.path} at ${commit}: its .dir is not in the cache`),
    );
  }
  return used;
}

function take(repo: Repo, outs: readonly NeededOut[], used: Set<string>, lost: (out: NeededOut) => void): void {
  for (const out of outs) {
    const key = outKey(out);
    if (used.has(key)) continue;
    used.add(key);
    const members = memberKeys(repo.cacheDir, out);
    if (members === undefined) lost(out);
    for (const member of members ?? []) used.add(member);
  }
}

function unusedIn(folder: string, used: ReadonlySet<string>): string[] {
  return [...cachedKeys(folder)].filter((key) => !used.has(key));
}

function itemsOf(folder: string, keys: readonly string[]) {
  return [true, false].flatMap((trees) =>
    [...chunked(keys.filter((key) => isTreeOid(key) === trees))].map((part, at) => {
      return { key: `${folder} ${trees ? 'folders' : 'files'} ${at + 1}`, folder, keys: part, trees };
    }),
  );
}

function folderOf(repo: Repo, name: string | undefined): string {
  const place = remotePlace(repo, name);
  if (!isAbsolute(place)) throw registryFailures['remote-no-folder']({ place });
  return place;
}

function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}
