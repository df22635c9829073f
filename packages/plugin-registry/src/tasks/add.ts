import { globSync } from 'node:fs';
import { basename, join } from 'node:path';
import { defineTask, type RunContext, shownKey, z } from '@dataset-runner/core/plugin';
import { registryFailures } from '../failures.ts';
import type { Out } from '../formats/stage-file.ts';
import { isGitTracked } from '../git.ts';
import { outsOf } from '../objects/needed.ts';
import { isTreeOid } from '../objects/object-path.ts';
import { lockRepo } from '../repo/repo-lock.ts';
import { lockedPaths, refuseIgnored, refuseLinked, refuseOverlap, refuseReserved } from '../repo/overlaps.ts';
import { openRepo, type Repo } from '../repo/repo.ts';
import { repoPath } from '../repo/targets.ts';
import { describedBy, outPath, type TrackedFile } from '../repo/tracked.ts';
import { remember } from '../steps/remember.ts';
import { addElsewhere, elsewhereSteps } from './add-elsewhere.ts';
import { changedOuts } from './changed-outs.ts';
import { trackAll, type TrackTarget, trackingSteps } from './track-all.ts';

export const trackedSchema = z.object({
  file: z.string(),
  md5: z.string(),
  nfiles: z.int(),
  size: z.int().optional(),
  changed: z.boolean(),
});

/** Tracks files and folders, as `dvc add` does. */
export const add = defineTask({
  summary: 'Track files or folders: into the cache, with a .dvc file for git',
  examples: [
    'runner run registry:add raw/01_data_collection',
    "runner run registry:add 'raw/*' --glob",
    'runner run registry:add raw/01_data_collection/late.jpg',
    'runner run registry:add /media/card/DCIM --out raw/02 --to-remote',
  ],
  params: z.object({
    targets: z.array(z.string()).min(1).describe('Files and folders').meta({ positional: true }),
    commit: z.boolean().default(true).describe('Put the bytes into the cache; --no-commit only describes them'),
    out: z.string().optional().describe('Track one target, a path or URL, under this path here').meta({ short: 'o' }),
    toRemote: z.boolean().default(false).describe('Send one target straight to the remote, and keep nothing here'),
    remote: z.string().optional().describe('The remote of --to-remote; default: the default one').meta({ short: 'r' }),
    glob: z.boolean().default(false).describe('Read the targets as patterns: `*`, `**`, `?`'),
  }),
  outputs: z.object({ added: z.array(trackedSchema) }),
  steps: { ...trackingSteps, ...elsewhereSteps, remember },
  async run(context) {
    const { params, dryRun } = context;
    const repo = openRepo(process.cwd());
    await using _lock = await lockRepo(repo, { dryRun });
    // 1. Find what is meant, and refuse what two keepers would fight over.
    const described = describedBy(repo.root);
    const { tracked } = described;
    if (params.out !== undefined || params.toRemote) {
      return { added: [await addElsewhere(repo, elsewhere(repo, params, described), context, params)] };
    }
    const targets = pathsOf(repo, params).map((path) => targetOf(repo, path, described));
    // 2. Leave alone what DVC 2 wrote and nobody changed.
    const changed = await withoutOld(repo, targets, tracked, context);
    // 3. Hash into the cache in one read; write the .dir object, the .dvc file and the .gitignore line.
    return { added: await trackAll(repo, changed, context, { commit: params.commit }) };
  },
  render: ({ added }) => saidOfTracked(added) || 'nothing changed',
});

/** Lines for people. */
export function saidOfTracked(added: readonly z.infer<typeof trackedSchema>[]): string {
  return added
    .map(({ file, nfiles, size, changed }) => {
      // DVC drops the size of a folder of which a part was made anew.
      const bytes = size === undefined ? '' : `, ${size} bytes`;
      return `${shownKey(file)}: ${nfiles} files${bytes}${changed ? '' : ', as before'}`;
    })
    .join('\n');
}

function elsewhere(
  repo: Repo,
  { targets, out }: { readonly targets: readonly string[]; readonly out?: string | undefined },
  described: Described,
): { readonly url: string; readonly path: string } {
  const [url = '', ...others] = targets;
  if (others.length > 0) throw registryFailures['word-missing']({ action: 'add', word: 'one target, no more' });
  const path = repoPath(repo, out ?? basename(url));
  const { within } = targetOf(repo, path, described);
  if (within === undefined) return { url, path };
  throw registryFailures['outs-overlap']({ path, other: within.path, file: `${within.path}.dvc` });
}

function pathsOf(repo: Repo, params: { readonly targets: readonly string[]; readonly glob: boolean }): string[] {
  const paths = params.targets.flatMap((target) => {
    if (!params.glob) return [repoPath(repo, target)];
    // A pattern means data; the files that describe it are no data.
    const found = globSync(target).filter(
      (path) => !/(?:\.dvc|^|\/)(?:dvc\.(?:yaml|lock)|\.gitignore|\.dvcignore)?$/.test(path),
    );
    if (found.length === 0) throw registryFailures['path-missing']({ path: target });
    return found.sort().map((path) => repoPath(repo, path));
  });
  return [...new Set(paths)];
}

type Described = ReturnType<typeof describedBy>;

function targetOf(repo: Repo, path: string, described: Described): TrackTarget {
  refuseLinked(repo.root, path);
  const outs = described.tracked.flatMap((each) =>
    each.stage.outs.map((out) => ({ each, out, other: outPath(each, out.path) })),
  );
  const own = outs.find(({ other }) => other === path);
  if (own !== undefined) return { path, file: own.each.file, outPath: own.out.path };
  if (path === '' || path.endsWith('.dvc')) throw registryFailures['target-unknown']({ target: path });
  refuseOverlap(path, lockedPaths(described));
  refuseIgnored(repo.root, path);
  const above = outs.find(({ other }) => path.startsWith(`${other}/`));
  if (above !== undefined) return partOf(path, above);
  const below = outs.find(({ other }) => other.startsWith(`${path}/`));
  // Two outputs that share files would each rewrite what the other says of them.
  if (below !== undefined) throw registryFailures['outs-overlap']({ path, other: below.other, file: below.each.file });
  refuseReserved(path);
  if (repo.gitRoot !== undefined && isGitTracked(repo.gitRoot, join(repo.root, path))) {
    throw registryFailures['git-tracked']({ path });
  }
  return { path, file: `${path}.dvc`, outPath: basename(path) };
}

// A path in a tracked folder belongs to that folder's tree.
function partOf(
  path: string,
  above: { readonly each: TrackedFile; readonly out: Out; readonly other: string },
): TrackTarget {
  const { each, out, other } = above;
  const { md5: oid, size, hash } = out;
  if (oid === undefined || !isTreeOid(oid) || hash !== 'md5') {
    throw registryFailures['outs-overlap']({ path, other, file: each.file });
  }
  const within = { path: other, oid, ...(size === undefined ? {} : { size }) };
  return { path, file: each.file, outPath: out.path, within };
}

async function withoutOld(
  repo: Repo,
  targets: readonly TrackTarget[],
  tracked: readonly TrackedFile[],
  context: Pick<RunContext<unknown>, 'map' | 'once'>,
): Promise<TrackTarget[]> {
  const wanted = new Set(targets.map(({ path }) => path));
  const old = outsOf({ tracked, locked: [] }).filter(({ path, layout }) => layout === 'legacy' && wanted.has(path));
  const changed = new Set((await changedOuts(repo, old, context)).map(({ out }) => out.path));
  const same = new Set(old.filter(({ path }) => !changed.has(path)).map(({ path }) => path));
  return targets.filter(({ path }) => !same.has(path));
}
