import { basename, dirname, join, posix, resolve } from 'node:path';
import { defineTask, shownKey, z } from '@dataset-runner/core/plugin';
import { registryFailures } from '../failures.ts';
import { treeEntries } from '../objects/needed.ts';
import { isTreeOid, objectKey } from '../objects/object-path.ts';
import { lockRepo } from '../repo/repo-lock.ts';
import { isFolder, repoOrScratch } from '../repo/repo.ts';
import { cacheFiles } from '../steps/cache-files.ts';
import { repoUrl } from '../steps/clone-repo.ts';
import { takeOut } from '../steps/take-out.ts';
import { bringSource, sourcePath, sourceSteps } from './bring-source.ts';
import { othersInTheWay } from './in-the-way.ts';

/** Brings data of another repository without tracking it, as `dvc get` does. */
export const get = defineTask({
  summary: 'Bring data of another git repository here, and track nothing',
  examples: [
    'runner run registry:get https://example.org/registry.git raw/01_data_collection',
    'runner run registry:get ../registry processed/day_images --out /tmp/day --rev v1.0',
  ],
  params: z.object({
    url: z.string().describe('The repository: what git clones, or a folder').meta({ positional: true }),
    path: z.string().describe('The data in it: tracked by DVC or by git').meta({ positional: true }),
    out: z
      .string()
      .optional()
      .describe('Where it goes, or a folder to put it into; default: its own name')
      .meta({ short: 'o' }),
    rev: z.string().optional().describe('A branch, tag or commit; default: the default branch'),
    discard: z.boolean().default(false).describe('Replace other files in the way').meta({ short: 'f' }),
  }),
  outputs: z.object({ out: z.string(), revLock: z.string(), md5: z.string(), nfiles: z.int(), size: z.int() }),
  steps: { ...sourceSteps, takeOut, cacheFiles },
  async run(context) {
    const { params, map, dryRun } = context;
    const home = repoOrScratch(process.cwd());
    await using _lock = await lockRepo(home, { dryRun });
    const path = sourcePath(params.path);
    const name = placeFor(posix.basename(path), params.out);
    const to = resolve(name);
    // 1. Into the cache, checked.
    const { cacheDir } = home;
    const url = repoUrl(params.url, process.cwd());
    const { revLock, out } = await bringSource(home, { url, rev: params.rev, path }, context);
    // 2. And out of it. What lies there and is not what comes may be somebody's only copy.
    const { md5: oid = '', size = 0, isexec = false } = out;
    const isTree = isTreeOid(oid);
    const entries = treeEntries(cacheDir, { oid, layout: 'files/md5', path }) ?? [];
    const files = entries.map(({ relpath, md5 }) => {
      return { key: isTree ? relpath : basename(to), md5, object: join(cacheDir, objectKey(md5)), isexec };
    });
    const others = await othersInTheWay({ to, isFolder: isTree, files }, context, { replaces: params.discard });
    const into = isTree ? to : dirname(to);
    const items = files.map((file) => (others.has(file.key) ? { ...file, replaces: join(into, file.key) } : file));
    await map(takeOut, items, { into }).toArray();
    return { out: name, revLock, md5: oid, nfiles: entries.length, size };
  },
  render: ({ out, revLock, nfiles, size }) =>
    `${shownKey(out)}: ${nfiles} files, ${size} bytes, of ${revLock.slice(0, 8)}`,
});

function placeFor(name: string, out: string | undefined): string {
  if (out !== undefined && (name === '' || !isFolder(out))) return out;
  if (name === '') throw registryFailures['word-missing']({ action: 'get of a whole repository', word: '--out' });
  return out === undefined ? name : join(out, name);
}
