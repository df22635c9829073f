import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { RunContext } from '@dataset-runner/core/plugin';
import type { Hashed, Out } from '../formats/stage-file.ts';
import { dumpYaml } from '../formats/yaml-write.ts';
import { registryFailures } from '../failures.ts';
import { isGitTracked } from '../git.ts';
import type { NeededOut } from '../objects/needed.ts';
import { linkTypesOf } from '../objects/place-file.ts';
import { entryValue, type LockEntry, type LockedPath } from '../pipeline/lock-file.ts';
import { pipelineFailures } from '../pipeline/pipeline-failures.ts';
import { findRuns, runKey } from '../pipeline/run-cache.ts';
import type { Stage, StageOut, StagePath } from '../pipeline/stage.ts';
import { changesOf, describeChange, type StageChange, type StageNow } from '../pipeline/stage-changes.ts';
import { workspaceTexts } from '../pipeline/repo-view.ts';
import { requireParams, stageParams } from '../pipeline/stage-params.ts';
import type { Repo } from '../repo/repo.ts';
import { cacheFiles } from '../steps/cache-files.ts';
import { type KeptStage, keepStage } from '../steps/keep-stage.ts';
import { runStage, type StageRun } from '../steps/run-stage.ts';
import { checkOutAll } from './check-out-all.ts';
import { isExecutable, isWholeInCache, madeChunks, stageHashes } from './stage-hashes.ts';

export type StageAction = 'ran' | 'restored' | 'up to date' | 'frozen' | 'failed' | 'not run';

/** What became of a stage, and why. */
export interface StageOutcome {
  readonly stage: string;
  readonly action: StageAction;
  readonly why: readonly string[];
}

type Context = Pick<RunContext<unknown>, 'map' | 'once' | 'dryRun'>;

export interface ReproSetting {
  readonly repo: Repo;
  readonly context: Context;
  /** Runs although nothing changed, and takes no earlier run for it. */
  readonly force: boolean;
}

/** Brings one stage up to date whose inputs are final; in a dry run it only says what would happen. */
export async function reproStage(
  stage: Stage,
  locked: LockEntry | undefined,
  setting: ReproSetting,
): Promise<StageOutcome> {
  const { repo, context, force } = setting;
  if (stage.frozen) {
    // It will not run, so what it lacks nobody makes.
    const lost = stage.outs.find(({ inRepo }) => !existsSync(join(repo.root, inRepo)));
    if (lost !== undefined) throw pipelineFailures['dep-missing']({ stage: stage.address, path: lost.inRepo });
    return { stage: stage.address, action: 'frozen', why: [] };
  }
  // 1. What lies there now, hashed as the lock hashed it.
  const changes = await stageChanges(stage, locked, { repo, context });
  const forced: StageChange[] = force ? [{ kind: 'forced', what: stage.address, how: 'always' }] : [];
  const why = [...changes, ...(changes.length === 0 ? forced : [])].map(describeChange);
  if (why.length === 0) return { stage: stage.address, action: 'up to date', why };
  // 2. The inputs as they will be written down.
  const inputs = await stageInputs(stage, { repo, context });
  const key = runKey(stage, inputs);
  // 3. The same command on the same inputs may have run before.
  const earlier = key === undefined || force ? undefined : earlierRun(repo, key, stage);
  if (earlier !== undefined) return restore(stage, { ...inputs, outs: earlier.outs }, { repo, context, why });
  // 4. Run it.
  refuseGitTracked(repo, stage);
  const ran = context.map(runStage, [runOf(repo, stage, why)], { name: label(stage, why, context) });
  if (context.dryRun) return { stage: stage.address, action: 'ran', why };
  await ran;
  // 5. Hash what it made into the cache, and write all of it down.
  const made = await keep(stage, inputs, { repo, context, ...(key === undefined ? {} : { key }) });
  await relink(stage, made, { repo, context });
  return { stage: stage.address, action: 'ran', why };
}

const layout = 'files/md5' as const;

interface Here {
  readonly repo: Repo;
  readonly context: Context;
}

/** What differs from the lock; throws `registry.dep-missing` only when the stage has to run. */
async function stageChanges(
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

async function stageInputs(stage: Stage, { repo, context }: Here): Promise<Omit<LockEntry, 'outs'>> {
  const wanted = stage.deps.map(({ inRepo }) => ({ path: inRepo, layout }));
  const found = await stageHashes(repo, wanted, context, `hash inputs of ${stage.address}`);
  const missing = stage.deps.find(({ inRepo }) => !found.has(inRepo));
  if (missing !== undefined) throw pipelineFailures['dep-missing']({ stage: stage.address, path: missing.inRepo });
  const params = stageParams(workspaceTexts(repo.root), stage);
  requireParams(stage, params);
  return { cmd: stage.cmd, deps: lockedPaths(stage.deps, found), params };
}

function earlierRun(repo: Repo, key: string, stage: Stage): LockEntry | undefined {
  return findRuns(repo.cacheDir, key).find(
    ({ outs }) => outs.length === stage.outs.length && outs.every((out) => isWholeInCache(repo, out)),
  );
}

async function restore(
  stage: Stage,
  entry: LockEntry,
  { repo, context, why }: Here & { readonly why: readonly string[] },
): Promise<StageOutcome> {
  const name = `${context.dryRun ? 'restore' : 'keep'} ${stage.address}`;
  const outs = entry.outs.flatMap((out) => neededOut(stage, out));
  if (!context.dryRun) await checkOutAll(repo, outs, context, { discard: true, relink: false });
  const kept = context.map(keepStage, [keptOf(repo, stage, entry, {})], { name, uses: null });
  if (!context.dryRun) await kept;
  return { stage: stage.address, action: 'restored', why };
}

async function keep(
  stage: Stage,
  inputs: Omit<LockEntry, 'outs'>,
  { repo, context, key }: Here & { readonly key?: string },
): Promise<readonly LockedPath[]> {
  // The run cache needs the bytes of metrics too, although git has them.
  const isKept = ({ cache }: StageOut): boolean => cache || key !== undefined;
  const wanted = stage.outs.map((out) => ({ path: out.inRepo, isKept: isKept(out) }));
  const { looks, chunks } = madeChunks(repo, wanted);
  const made = stage.outs.flatMap((out) => {
    const look = looks.find(({ path }) => path === out.inRepo);
    if (look === undefined) throw pipelineFailures['out-missing']({ stage: stage.address, path: out.inRepo });
    const { path, inRepo } = out;
    return [{ path, inRepo, isFolder: look.isFolder, isexec: isExecutable(look), isKept: isKept(out) }];
  });
  const hashed = context.map(cacheFiles, chunks, { name: `hash ${stage.address}` });
  const kept = keptOf(repo, stage, { ...inputs, outs: [] }, { made, ...(key === undefined ? {} : { key }) });
  const uses = { chunks: hashed };
  const [done] = await context.map(keepStage, [kept], { name: `keep ${stage.address}`, uses }).toArray();
  return done?.outs ?? [];
}

// Copies stay as they are; where outputs are links into the cache, new ones become links too, as DVC leaves them.
async function relink(stage: Stage, made: readonly LockedPath[], { repo, context }: Here): Promise<void> {
  const [type] = linkTypesOf(repo.config.sections.get('cache')?.get('type'));
  if (type !== 'hardlink' && type !== 'symlink') return;
  const cached = made.filter(({ path }) => stage.outs.some((out) => out.path === path && out.cache));
  const outs = cached.flatMap((out) => neededOut(stage, out));
  await checkOutAll(repo, outs, context, { discard: false, relink: true });
}

function keptOf(
  repo: Repo,
  stage: Stage,
  entry: LockEntry,
  { made = [], key }: { readonly made?: KeptStage['made']; readonly key?: string },
): KeptStage {
  return {
    key: stage.address,
    root: repo.root,
    cacheDir: repo.cacheDir,
    ...(repo.gitRoot === undefined ? {} : { gitRoot: repo.gitRoot }),
    file: stage.file,
    name: stage.name,
    entry: dumpYaml(entryValue(entry)),
    made,
    ignored: stage.outs.filter(({ cache }) => cache).map(({ inRepo }) => inRepo),
    ...(key === undefined ? {} : { runKey: key }),
  };
}

function runOf(repo: Repo, stage: Stage, why: readonly string[]): StageRun {
  const { cmd, wdir, address, outs } = stage;
  return {
    key: address,
    root: repo.root,
    wdir,
    commands: typeof cmd === 'string' ? [cmd] : cmd,
    outs: outs.map(({ inRepo, persist }) => ({ path: inRepo, persist })),
    why,
  };
}

// A plan has no line for reasons of our own, so a dry run says them in the name.
function label(stage: Stage, why: readonly string[], { dryRun }: Context): string {
  return dryRun ? `${stage.address}: ${why.join(', ')}` : stage.address;
}

function neededOut(stage: Stage, out: LockedPath): NeededOut[] {
  const path = stage.outs.find((each) => each.path === out.path)?.inRepo;
  if (path === undefined || out.md5 === undefined) return [];
  const described: Out = { ...out, cache: true, push: true, persist: false, raw: new Map() };
  return [{ oid: out.md5, layout, path, file: stage.address, out: described }];
}

function lockedPaths(paths: readonly StagePath[], found: ReadonlyMap<string, Hashed>): LockedPath[] {
  return paths.flatMap(({ path, inRepo }) => {
    const here = found.get(inRepo);
    return here === undefined ? [] : [{ path, ...here }];
  });
}

// Its bytes would be in git and in the cache, and git would see each run as a change.
function refuseGitTracked({ root, gitRoot }: Repo, stage: Stage): void {
  if (gitRoot === undefined) return;
  const tracked = stage.outs.find(({ cache, inRepo }) => cache && isGitTracked(gitRoot, join(root, inRepo)));
  if (tracked !== undefined) throw registryFailures['git-tracked']({ path: tracked.inRepo });
}
