import { join } from 'node:path';
import { defineTask, type RunContext, shownKey, z } from '@dataset-runner/core/plugin';
import { registryFailures } from '../failures.ts';
import type { Dep, Hashed } from '../formats/stage-file.ts';
import { urlSource } from '../remotes/url-source.ts';
import { lockRepo } from '../repo/repo-lock.ts';
import { openRepo, type Repo } from '../repo/repo.ts';
import { folderOf, joined, repoPath } from '../repo/targets.ts';
import { describedBy, outPath } from '../repo/tracked.ts';
import { repoUrl } from '../steps/clone-repo.ts';
import { type ImportSource, writeImport } from '../steps/write-import.ts';
import { bringUrl, urlSteps } from './bring-url.ts';
import { bringSource, placeOut, sourceSteps } from './bring-source.ts';

/** Brings imported data to what its source has now, as `dvc update` does. */
export const update = defineTask({
  summary: 'Bring imported data to what its repository or URL has now',
  examples: ['runner run registry:update data/inputs/01', 'runner run registry:update data/inputs/01 --rev v2.0'],
  params: z.object({
    targets: z.array(z.string()).default([]).describe('Imported paths; default: all').meta({ positional: true }),
    rev: z.string().optional().describe('Another branch, tag or commit than the one imported'),
    discard: z.boolean().default(false).describe('Lose files that are in no cache').meta({ short: 'f' }),
  }),
  outputs: z.object({
    updated: z.array(
      z.object({ file: z.string(), revLock: z.string().optional(), isNew: z.boolean(), changed: z.boolean() }),
    ),
  }),
  steps: { ...sourceSteps, ...urlSteps, writeImport },
  async run(context) {
    const { params, once, dryRun } = context;
    const repo = openRepo(process.cwd());
    await using _lock = await lockRepo(repo, { dryRun });
    const imports = importsOf(repo);
    const targets = params.targets.map((target) => repoPath(repo, target));
    for (const target of targets) {
      const isImport = imports.some(({ path, file }) => path === target || file === target);
      if (!isImport) throw registryFailures['target-unknown']({ target });
    }
    const meant = ({ path, file }: { readonly path: string; readonly file: string }): boolean =>
      targets.length === 0 || targets.includes(path) || targets.includes(file);
    const updated = [];
    for (const each of imports.filter(meant)) {
      const { file, path, old } = each;
      const { source, out, revLock } = await bringAgain(repo, each, context);
      await placeOut(repo, { path, out }, context, params);
      const { root, gitRoot } = repo;
      const item = { root, path, out, source };
      const { changed } = await once(writeImport, gitRoot === undefined ? item : { ...item, gitRoot }, { key: path });
      updated.push({ file, isNew: out.md5 !== old, changed, ...(revLock === undefined ? {} : { revLock }) });
    }
    return { updated };
  },
  render: ({ updated }) =>
    updated
      .map(({ file, revLock, isNew }) => {
        const of = revLock === undefined ? '' : `, of ${revLock.slice(0, 8)}`;
        return `${shownKey(file)}: ${isNew ? 'new data' : 'the same data'}${of}`;
      })
      .join('\n') || 'nothing is imported',
});

interface OldImport {
  readonly file: string;
  readonly path: string;
  readonly dep: Dep;
  /** Posix, from the root: where a path in the file starts. */
  readonly wdir: string;
  /** The md5 the data had. */
  readonly old: string | undefined;
}

// As DVC tells them: no command, one dependency, one output.
function importsOf({ root }: Repo): OldImport[] {
  return describedBy(root).tracked.flatMap((tracked) => {
    const { file, stage } = tracked;
    const [[dep, ...deps], [out, ...outs]] = [stage.deps, stage.outs];
    if (dep === undefined || out === undefined || deps.length + outs.length > 0 || stage.raw.has('cmd')) return [];
    return [{ file, path: outPath(tracked, out.path), dep, wdir: joined(folderOf(file), stage.wdir), old: out.md5 }];
  });
}

async function bringAgain(
  repo: Repo,
  { dep, wdir }: OldImport,
  context: RunContext<{ readonly rev?: string | undefined }>,
): Promise<{ readonly source: ImportSource; readonly out: Hashed; readonly revLock?: string }> {
  if (dep.repo === undefined) {
    const found = urlSource(repo, dep.path, join(repo.root, wdir));
    const { dep: now, out = {} } = await bringUrl(repo, found, context, { download: true });
    return { source: { ...now, path: dep.path }, out };
  }
  const rev = context.params.rev ?? dep.repo.rev;
  const { url } = dep.repo;
  const { revLock, out } = await bringSource(repo, { url: repoUrl(url, repo.root), rev, path: dep.path }, context);
  const named = { url, revLock, ...(rev === undefined ? {} : { rev }) };
  return { source: { path: dep.path, repo: named }, out, revLock };
}
