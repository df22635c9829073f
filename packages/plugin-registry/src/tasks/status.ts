import { defineTask, type RunContext, shownKey, z } from '@dataset-runner/core/plugin';
import { cachedKeys } from '../objects/cached-keys.ts';
import { memberKeys, type NeededOut, neededOuts, outKey } from '../objects/needed.ts';
import { lookForWhole } from '../objects/whole-outs.ts';
import { byRemote } from '../remotes/by-remote.ts';
import { farObjects } from '../remotes/far-objects.ts';
import { remoteName } from '../remotes/remote-target.ts';
import { openRepo, type Repo } from '../repo/repo.ts';
import { repoPath } from '../repo/targets.ts';
import { type ChangedOut, changedOuts } from './changed-outs.ts';
import { hashingSteps } from './hashes-here.ts';

const state = z.object({
  file: z.string(),
  path: z.string(),
  /** DVC's words. */
  state: z.enum(['modified', 'deleted', 'not in cache', 'new', 'missing']),
  added: z.int(),
  deleted: z.int(),
  modified: z.int(),
  objects: z.int(),
});

type State = z.infer<typeof state>;

/** Says what changed, here or against a remote, as `dvc status` does. */
export const status = defineTask({
  summary: 'Say what changed: in the workspace, or with --cloud against a remote',
  examples: ['runner run registry:status', 'runner run registry:status --cloud'],
  params: z.object({
    targets: z.array(z.string()).default([]).describe('Only these paths').meta({ positional: true }),
    cloud: z.boolean().default(false).describe('Compare the cache with a remote').meta({ short: 'c' }),
    remote: z.string().optional().describe('Compare with this remote').meta({ short: 'r' }),
  }),
  outputs: z.object({ isClean: z.boolean(), remote: z.string().optional(), changes: z.array(state) }),
  steps: hashingSteps,
  async run(context) {
    const { params } = context;
    const repo = openRepo(process.cwd());
    const outs = neededOuts(
      repo,
      params.targets.map((target) => repoPath(repo, target)),
    );
    const isCloud = params.cloud || params.remote !== undefined;
    const changes = isCloud ? await cloudStates(repo, outs, context) : await localStates(repo, outs, context);
    const remote = isCloud ? { remote: remoteName(repo, params.remote) } : {};
    return { isClean: changes.length === 0, ...remote, changes };
  },
  render({ isClean, changes, remote }) {
    if (isClean) return remote === undefined ? 'data is up to date' : `cache and remote '${remote}' are in sync`;
    return changes.map((each) => `${`${each.state}:`.padEnd(14)}${shownKey(each.path)}${countsOf(each)}`).join('\n');
  },
});

function countsOf({ added, deleted, modified, objects }: State): string {
  const words = [
    [added, 'added'],
    [deleted, 'deleted'],
    [modified, 'modified'],
    [objects, objects === 1 ? 'object' : 'objects'],
  ] as const;
  const said = words.filter(([count]) => count > 0).map(([count, word]) => `${count} ${word}`);
  return said.length === 0 ? '' : ` (${said.join(', ')})`;
}

async function localStates(
  repo: Repo,
  outs: readonly NeededOut[],
  context: Pick<RunContext<unknown>, 'map' | 'once'>,
): Promise<State[]> {
  // 1. The workspace, by names and times; only what changed is read.
  const changed = new Map((await changedOuts(repo, outs, context)).map((each) => [each.out.path, each]));
  // 2. The cache, by names; not even by those where none came or went since it had them all.
  const { open, found } = lookForWhole(repo, repo.cacheDir, outs);
  const cached = open.length === 0 ? new Set<string>() : cachedKeys(repo.cacheDir);
  const lacking = new Map(open.map((out) => [out, lackingIn(repo, out, cached)]));
  found(open.filter((out) => lacking.get(out) === 0));
  return outs.flatMap((out) => localState(out, changed.get(out.path), lacking.get(out) ?? 0));
}

function localState({ path, file }: NeededOut, changed: ChangedOut | undefined, objects: number): State[] {
  const none = { file, path, added: 0, deleted: 0, modified: 0, objects: 0 };
  // DVC's order: what the cache lacks comes first, whatever the workspace holds.
  if (objects > 0) return [{ ...none, state: 'not in cache', objects }];
  if (changed === undefined) return [];
  if (changed.here === undefined) return [{ ...none, state: 'deleted' }];
  const { added = [], deleted = [], modified = [] } = changed.difference ?? {};
  const counts = { added: added.length, deleted: deleted.length, modified: modified.length };
  return [{ ...none, ...counts, state: 'modified' }];
}

function lackingIn(repo: Repo, { part: _part, ...out }: NeededOut, cached: ReadonlySet<string>): number {
  const keys = [outKey(out), ...((cached.has(outKey(out)) ? memberKeys(repo.cacheDir, out) : undefined) ?? [])];
  return keys.filter((key) => !cached.has(key)).length;
}

async function cloudStates(
  repo: Repo,
  outs: readonly NeededOut[],
  context: Pick<RunContext<{ readonly remote?: string | undefined }>, 'params' | 'store'>,
): Promise<State[]> {
  const cached = cachedKeys(repo.cacheDir);
  const states: State[] = [];
  const pushed = outs.filter(({ out }) => out.push);
  for (const [place, there] of byRemote(repo, pushed, context.params.remote)) {
    const keys = there.map((out) => [outKey(out), ...(memberKeys(repo.cacheDir, out) ?? [])]);
    const far = await farObjects(place, [...new Set(keys.flat())], context);
    for (const [at, { path, file }] of there.entries()) {
      const counts = { new: 0, deleted: 0, missing: 0 };
      for (const key of keys[at] ?? []) {
        if (cached.has(key) === far.has(key)) counts.missing += cached.has(key) ? 0 : 1;
        else counts[cached.has(key) ? 'new' : 'deleted'] += 1;
      }
      for (const word of ['new', 'deleted', 'missing'] as const) {
        if (counts[word] === 0) continue;
        states.push({ file, path, state: word, added: 0, deleted: 0, modified: 0, objects: counts[word] });
      }
    }
  }
  return states;
}
