import type { RunContext } from '@dataset-runner/core/plugin';
import type { Hashed } from '../formats/stage-file.ts';
import type { LockEntry, LockedPath } from '../pipeline/lock-file.ts';
import { pipelineFailures } from '../pipeline/pipeline-failures.ts';
import { workspaceTexts } from '../pipeline/repo-view.ts';
import type { Stage, StagePath } from '../pipeline/stage.ts';
import { changesOf, type StageChange, type StageNow } from '../pipeline/stage-changes.ts';
import { requireParams, stageParams } from '../pipeline/stage-params.ts';
import type { Repo } from '../repo/repo.ts';
import { isWholeInCache, stageHashes } from './stage-hashes.ts';

/** Where stages are looked at, and by what means. */
export interface Here {
  readonly repo: Repo;
  readonly context: Pick<RunContext<unknown>, 'map' | 'once' | 'dryRun'>;
}

const layout = 'files/md5' as const;

/** What differs from the lock, by what lies there now, hashed as the lock hashed it. */
export async function stageChanges(
  stage: Stage,
  locked: LockEntry | undefined,
  { repo, context }: Here,
): Promise<StageChange[]> {
  const before = new Map([...(locked?.deps ?? []), ...(locked?.outs ?? [])].map((each) => [each.path, each]));
  const wanted = [...stage.deps, ...stage.outs].map(({ path, inRepo }) => ({
    path: inRepo,
    layout: before.has(path) && before.get(path)?.hash === undefined ? ('legacy' as const) : layout,
  }));
  const found = await stageHashes(repo, wanted, context, `look at ${stage.address}`);
  const at = (paths: readonly StagePath[]): StageNow['deps'] =>
    new Map(
      paths.flatMap(({ path, inRepo }) => {
        const here = found.get(inRepo);
        return here === undefined ? [] : [[path, here] as const];
      }),
    );
  return changesOf(stage, locked, {
    deps: at(stage.deps),
    params: stageParams(workspaceTexts(repo.root), stage),
    outs: at(stage.outs),
    isCached: (out) => isWholeInCache(repo, out),
  });
}

/** The inputs as they will be written down; throws `registry.dep-missing` and `registry.param-missing`. */
export async function stageInputs(stage: Stage, { repo, context }: Here): Promise<Omit<LockEntry, 'outs'>> {
  const wanted = stage.deps.map(({ inRepo }) => ({ path: inRepo, layout }));
  const found = await stageHashes(repo, wanted, context, `hash inputs of ${stage.address}`);
  const missing = stage.deps.find(({ inRepo }) => !found.has(inRepo));
  if (missing !== undefined) throw pipelineFailures['dep-missing']({ stage: stage.address, path: missing.inRepo });
  const view = workspaceTexts(repo.root);
  const params = stageParams(view, stage);
  requireParams(view, stage, params);
  return { cmd: stage.cmd, deps: lockedPaths(stage.deps, found), params };
}

function lockedPaths(paths: readonly StagePath[], found: ReadonlyMap<string, Hashed>): LockedPath[] {
  return paths.flatMap(({ path, inRepo }) => {
    const here = found.get(inRepo);
    return here === undefined ? [] : [{ path, ...here }];
  });
}
