import { isAbsolute, posix, relative } from 'node:path';
import { defineTask, shownKey, z } from '@dataset-runner/core/plugin';
import { importTarget } from '../repo/import-target.ts';
import { lockRepo } from '../repo/repo-lock.ts';
import { openRepo } from '../repo/repo.ts';
import { repoUrl } from '../steps/clone-repo.ts';
import { writeImport } from '../steps/write-import.ts';
import { bringSource, placeOut, sourcePath, sourceSteps } from './bring-source.ts';

/** Takes data of another repository over and remembers where it came from, as `dvc import` does. */
export const importTask = defineTask({
  summary: 'Take data of another git repository over, with a .dvc file that says from where',
  examples: [
    'runner run registry:import https://example.org/registry.git raw/01_data_collection data/inputs/01',
    'runner run registry:import ../registry processed/day_images --rev v1.0',
  ],
  params: z.object({
    url: z.string().describe('The repository: what git clones, or a folder').meta({ positional: true }),
    path: z.string().describe('The data in it: tracked, or a folder above tracked data').meta({ positional: true }),
    out: z
      .string()
      .optional()
      .describe('Where it goes, or a folder to put it into; default: its own name, here')
      .meta({ positional: true }),
    rev: z.string().optional().describe('A branch, tag or commit; default: the default branch'),
    discard: z.boolean().default(false).describe('Lose files in the way that are in no cache').meta({ short: 'f' }),
  }),
  outputs: z.object({ file: z.string(), revLock: z.string(), md5: z.string(), nfiles: z.int(), size: z.int() }),
  steps: { ...sourceSteps, writeImport },
  async run(context) {
    const { params, once, dryRun } = context;
    const repo = openRepo(process.cwd());
    await using _lock = await lockRepo(repo, { dryRun });
    const path = sourcePath(params.path);
    const to = importTarget(repo, { name: posix.basename(path), out: params.out, replaces: false });
    const url = repoUrl(params.url, process.cwd());
    // 1. Into the cache.
    const { revLock, out } = await bringSource(repo, { url, rev: params.rev, path }, context);
    // 2. Into the workspace.
    await placeOut(repo, { path: to, out }, context, params);
    // 3. And say so.
    const { root, gitRoot } = repo;
    // A folder is named from the root, whatever folder the command was given in; the root itself is `.`.
    const named = !isAbsolute(url) || isAbsolute(params.url) ? params.url : relative(root, url) || '.';
    const source = {
      // As DVC names the root.
      path: path || '.',
      repo: { url: named, revLock, ...(params.rev === undefined ? {} : { rev: params.rev }) },
    };
    const item = { root, path: to, out, source, ...(gitRoot === undefined ? {} : { gitRoot }) };
    const { file } = await once(writeImport, item, { key: to });
    return { file, revLock, md5: out.md5 ?? '', nfiles: out.nfiles ?? 1, size: out.size ?? 0 };
  },
  render: ({ file, revLock, nfiles, size }) =>
    `${shownKey(file)}: ${nfiles} files, ${size} bytes, of ${revLock.slice(0, 8)}`,
});
