import { defineTask, z } from '@dataset-runner/core/plugin';
import { registryFailures } from '../failures.ts';
import { lockRepo } from '../repo/repo-lock.ts';
import { openRepo } from '../repo/repo.ts';
import { repoPath } from '../repo/targets.ts';
import { describedBy, outPath } from '../repo/tracked.ts';
import { repoUrl } from '../steps/clone-repo.ts';
import { writeImport } from '../steps/write-import.ts';
import { bringSource, placeOut, sourceSteps } from './bring-source.ts';

/** Brings imported data to what its source has now, as `dvc update` does. */
export const update = defineTask({
  summary: 'Bring imported data to what its repository has now',
  examples: ['runner run registry:update data/inputs/01', 'runner run registry:update data/inputs/01 --rev v2.0'],
  params: z.object({
    targets: z.array(z.string()).default([]).describe('Imported paths; default: all').meta({ positional: true }),
    rev: z.string().optional().describe('Another branch, tag or commit than the one imported'),
    discard: z.boolean().default(false).describe('Lose files that are in no cache').meta({ short: 'f' }),
  }),
  outputs: z.object({
    updated: z.array(z.object({ file: z.string(), revLock: z.string(), isNew: z.boolean(), changed: z.boolean() })),
  }),
  steps: { ...sourceSteps, writeImport },
  async run(context) {
    const { params, once, dryRun } = context;
    const repo = openRepo(process.cwd());
    await using _lock = await lockRepo(repo, { dryRun });
    const imports = describedBy(repo.root).tracked.flatMap((tracked) => {
      const [dep] = tracked.stage.deps;
      const [out] = tracked.stage.outs;
      if (dep?.repo === undefined || out === undefined) return [];
      return [{ file: tracked.file, path: outPath(tracked, out.path), source: dep.path, from: dep.repo, old: out.md5 }];
    });
    const targets = params.targets.map((target) => repoPath(repo, target));
    for (const target of targets) {
      const isImport = imports.some(({ path, file }) => path === target || file === target);
      if (!isImport) throw registryFailures['target-unknown']({ target });
    }
    const meant = ({ path, file }: { readonly path: string; readonly file: string }): boolean =>
      targets.length === 0 || targets.includes(path) || targets.includes(file);
    const updated = [];
    for (const { file, path, source, from, old } of imports.filter(meant)) {
      const rev = params.rev ?? from.rev;
      const url = repoUrl(from.url, repo.root);
      const { revLock, out } = await bringSource(repo, { url, rev, path: source }, context);
      await placeOut(repo, { path, out }, context, params);
      const { root, gitRoot } = repo;
      const named = { url: from.url, revLock, ...(rev === undefined ? {} : { rev }) };
      const item = { root, path, out, source: { path: source, repo: named } };
      const { changed } = await once(writeImport, gitRoot === undefined ? item : { ...item, gitRoot }, { key: path });
      updated.push({ file, revLock, isNew: out.md5 !== old, changed });
    }
    return { updated };
  },
  render: ({ updated }) =>
    updated
      .map(({ file, revLock, isNew }) => `${file}: ${isNew ? 'new data' : 'the same data'}, of ${revLock.slice(0, 8)}`)
      .join('\n') || 'nothing is imported',
});
