import { defineTask, failureOf, type RunContext, shownKey, z } from '@dataset-runner/core/plugin';
import { listFilesAt, outsToOpen } from '../objects/listed-files.ts';
import { type NeededOut, outsOf } from '../objects/needed.ts';
import { lockRepo } from '../repo/repo-lock.ts';
import { openRepo, type Repo, repoOrScratch } from '../repo/repo.ts';
import { describedBy } from '../repo/tracked.ts';
import { cloneRepo, repoUrl } from '../steps/clone-repo.ts';
import { fetchObjects } from '../steps/fetch-objects.ts';
import { openSource, sourcePath } from './bring-source.ts';
import { fetchTrees } from './fetch-all.ts';

const listedSchema = z.object({
  path: z.string(),
  isout: z.boolean(),
  isdir: z.boolean(),
  isexec: z.boolean(),
  size: z.int().nullable(),
  md5: z.string().nullable(),
});

/** Lists what a repository holds, the files of git and those of DVC, as `dvc list` does. */
export const list = defineTask({
  summary: 'List what a repository holds: files that git keeps, and data that DVC keeps',
  examples: [
    'runner run registry:list https://example.org/registry.git',
    'runner run registry:list ../registry raw --recursive --dvc-only --rev v1.0',
  ],
  params: z.object({
    url: z.string().describe('The repository: what git clones, or a folder').meta({ positional: true }),
    path: z.string().default('').describe('A path in it; default: its root').meta({ positional: true }),
    recursive: z.boolean().default(false).describe('List the files in folders too').meta({ short: 'R' }),
    dvcOnly: z.boolean().default(false).describe('Leave out what git keeps'),
    rev: z.string().optional().describe('A branch, tag or commit; default: the default branch'),
  }),
  outputs: z.object({ revLock: z.string(), files: z.array(listedSchema) }),
  steps: { cloneRepo, fetchObjects },
  async run(context) {
    const { params, dryRun } = context;
    const home = repoOrScratch(process.cwd());
    await using _lock = await lockRepo(home, { dryRun });
    const { recursive, dvcOnly, rev } = params;
    const wanted = { path: sourcePath(params.path), recursive, dvcOnly };
    // 1. Its own files, at the commit.
    const { dir, revLock } = await openSource(home, { url: repoUrl(params.url, process.cwd()), rev }, context);
    const outs = outsOf(describedBy(dir));
    // 2. The .dir objects of the folders to look into, and no data.
    const opened = outsToOpen(outs, wanted);
    if (opened.length > 0) await openFolders({ ...openRepo(dir), cacheDir: home.cacheDir }, opened, context);
    // 3. Both, side by side.
    return { revLock, files: listFilesAt(dir, wanted, { outs, cacheDir: home.cacheDir }) };
  },
  render: ({ files }) => files.map(({ path }) => shownKey(path)).join('\n') || 'nothing is there',
});

async function openFolders(
  source: Repo,
  outs: readonly NeededOut[],
  context: Pick<RunContext<unknown>, 'map' | 'store' | 'log'>,
): Promise<void> {
  const planner = { ...context, params: { remote: undefined } };
  for (const out of outs) {
    try {
      await fetchTrees(source, [out], planner);
    } catch (error) {
      // What was never pushed is still tracked; it is listed as a folder that nobody can look into.
      const code = failureOf(error)?.code ?? '';
      if (!['registry.object-lost', 'registry.remote-none'].includes(code)) throw error;
      context.log(`${out.path} is listed without its files: ${code}`);
    }
  }
}
