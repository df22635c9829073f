import { posix } from 'node:path';
import { defineTask, shownKey, z } from '@dataset-runner/core/plugin';
import { namedSource, urlSource } from '../remotes/url-source.ts';
import { importTarget } from '../repo/import-target.ts';
import { lockRepo } from '../repo/repo-lock.ts';
import { openRepo } from '../repo/repo.ts';
import { writeImport } from '../steps/write-import.ts';
import { placeOut } from './bring-source.ts';
import { bringUrl, urlSteps } from './bring-url.ts';
import { checkoutSteps } from './check-out-all.ts';

/** Takes over what lies at a URL and remembers where it came from, as `dvc import-url` does. */
export const importUrl = defineTask({
  summary: 'Take over what lies at a URL or path, with a .dvc file that says from where',
  examples: [
    'runner run registry:import-url https://example.org/labels.csv raw/labels.csv',
    'runner run registry:import-url s3://lab/collections/03 raw/03 --no-download',
  ],
  params: z.object({
    url: z
      .string()
      .describe('A file or folder: a path, s3://, https:// ..., or remote://name/path')
      .meta({ positional: true }),
    out: z
      .string()
      .optional()
      .describe('Where it goes, or a folder to put it into; default: its own name, here')
      .meta({ positional: true }),
    download: z.boolean().default(true).describe('Bring it; --no-download only writes down what it is'),
    discard: z
      .boolean()
      .default(false)
      .describe('Replace what was imported there, and lose files in the way that are in no cache')
      .meta({ short: 'f' }),
  }),
  outputs: z.object({ file: z.string(), md5: z.string(), nfiles: z.int(), size: z.int() }),
  steps: { ...checkoutSteps, ...urlSteps, writeImport },
  async run(context) {
    const { params, once, dryRun } = context;
    const repo = openRepo(process.cwd());
    await using _lock = await lockRepo(repo, { dryRun });
    const { url, download, discard } = params;
    const name = posix.basename(url.replace(/\/+$/, ''));
    const path = importTarget(repo, { name, out: params.out, replaces: discard });
    // 1. Into the cache.
    const source = urlSource(repo, url, process.cwd());
    const { dep, out } = await bringUrl(repo, source, context, { download });
    // 2. Into the workspace.
    if (out !== undefined) await placeOut(repo, { path, out }, context, { discard });
    // 3. And say so.
    const { root, gitRoot } = repo;
    const named = namedSource(repo, url, { path, from: process.cwd() });
    const item = { root, path, out: out ?? { hash: 'md5' }, source: { ...dep, path: named } };
    const { file } = await once(writeImport, gitRoot === undefined ? item : { ...item, gitRoot }, { key: path });
    return { file, md5: out?.md5 ?? '', nfiles: dep.nfiles ?? 1, size: dep.size ?? 0 };
  },
  render: ({ file, md5, nfiles, size }) =>
    `${shownKey(file)}: ${nfiles} files, ${size} bytes${md5 === '' ? ', not brought yet: `registry:update` brings them' : ''}`,
});
