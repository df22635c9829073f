import type { RunContext } from '@dataset-runner/core/plugin';
import type { Out } from '../formats/stage-file.ts';
import { dumpYaml } from '../formats/yaml-write.ts';
import { registryFailures } from '../failures.ts';
import { isGitTracked } from '../git.ts';
import type { NeededOut } from '../objects/needed.ts';
import { linkTypesOf } from '../objects/place-file.ts';
import { entryValue, type LockEntry, type LockedPath } from '../pipeline/lock-file.ts';
import { pipelineFailures } from '../pipeline/pipeline-failures.ts';
import { findRuns, runKey } from '../pipeline/run-cache.ts';
import type { Stage, StagePath } from '../pipeline/stage.ts';
import { changesOf, describeChange, type StageChange, type StageNow } from '../pipeline/stage-changes.ts';
import { requireParams, stageParams } from '../pipeline/stage-params.ts';
import type { Repo } from '../repo/repo.ts';
import { type KeptStage, keepStage } from '../steps/keep-stage.ts';
import { runStage, type StageRun } from '../steps/run-stage.ts';
import { checkOutAll } from './check-out-all.ts';
import { type FoundHash, isWholeInCache, stageHashes } from './stage-hashes.ts';
import { join } from 'node:path';

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
  if (stage.frozen) return { stage: stage.address, action: 'frozen', why: [] };
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
  const isKept = key !== undefined;
  const outs = stage.outs.map(({ inRepo, cache }) => ({ path: inRepo, layout, keep: cache || isKept }));
  const made = await stageHashes(repo, outs, context, `hash ${stage.address}`);
  await keep(stage, inputs, { repo, context, made, ...(key === undefined ? {} : { key }) });
  await relink(stage, made, { repo, context });
  return { stage: stage.address, action: 'ran', why };
}

const layout = 'files/md5' as const;

interface Here {
  readonly repo: Repo;
  readonly context: Context;
}

/** What differs from the lock; throws `registry.dep-missing` only when the stage has to run. */
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
        return here === undefined ? [] : [[path, here.hashed] as const];
      }),
    );
  return changesOf(stage, locked, {
    deps: at(stage.deps),
    params: stageParams(repo.root, stage),
    outs: at(stage.outs),
    isCached: (out) => isWholeInCache(repo, out),
  });
}

async function stageInputs(stage: Stage, { repo, context }: Here): Promise<Omit<LockEntry, 'outs'>> {
  const wanted = stage.deps.map(({ inRepo }) => ({ path: inRepo, layout }));
  const found = await stageHashes(repo, wanted, context, `hash inputs of ${stage.address}`);
  const missing = stage.deps.find(({ inRepo }) => !found.has(inRepo));
  if (missing !== undefined) throw pipelineFailures['dep-missing']({ stage: stage.address, path: missing.inRepo });
  const params = stageParams(repo.root, stage);
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
  const outcome = { stage: stage.address, action: 'restored', why } as const;
  const outs = entry.outs.flatMap((out) => neededOut(stage, out));
  if (context.dryRun) {
    context.map(keepStage, [keptOf(repo, stage, entry, {})], { name: `restore ${stage.address}` });
    return outcome;
  }
  await checkOutAll(repo, outs, context, { force: true, relink: false });
  await context.map(keepStage, [keptOf(repo, stage, entry, {})], { name: `keep ${stage.address}` });
  return outcome;
}

async function keep(
  stage: Stage,
  inputs: Omit<LockEntry, 'outs'>,
  { repo, context, made, key }: Here & { readonly made: ReadonlyMap<string, FoundHash>; readonly key?: string },
): Promise<void> {
  const entry = { ...inputs, outs: lockedPaths(stage.outs, made) };
  const trees = stage.outs.flatMap(({ inRepo, cache }) => {
    const entries = cache || key !== undefined ? made.get(inRepo)?.entries : undefined;
    return entries === undefined ? [] : [entries.map(({ relpath, md5 }) => [relpath, md5] as const)];
  });
  const kept = keptOf(repo, stage, entry, { trees, ...(key === undefined ? {} : { key }) });
  await context.map(keepStage, [kept], { name: `keep ${stage.address}` });
}

// Copies stay as they are; where outputs are links into the cache, new ones become links too, as DVC leaves them.
async function relink(
  stage: Stage,
  made: ReadonlyMap<string, FoundHash>,
  { repo, context }: Here,
): Promise<void> {
  const [type] = linkTypesOf(repo.config.sections.get('cache')?.get('type'));
  if (type !== 'hardlink' && type !== 'symlink') return;
  const outs = lockedPaths(
    stage.outs.filter(({ cache }) => cache),
    made,
  ).flatMap((out) => neededOut(stage, out));
  await checkOutAll(repo, outs, context, { force: false, relink: true });
}

function keptOf(
  repo: Repo,
  stage: Stage,
  entry: LockEntry,
  { trees = [], key }: { readonly trees?: KeptStage['trees']; readonly key?: string },
): KeptStage {
  return {
    key: stage.address,
    root: repo.root,
    cacheDir: repo.cacheDir,
    ...(repo.gitRoot === undefined ? {} : { gitRoot: repo.gitRoot }),
    file: stage.file,
    name: stage.name,
    entry: dumpYaml(entryValue(entry)),
    trees,
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

function lockedPaths(paths: readonly StagePath[], found: ReadonlyMap<string, FoundHash>): LockedPath[] {
  return paths.flatMap(({ path, inRepo }) => {
    const here = found.get(inRepo);
    return here === undefined ? [] : [{ path, ...here.hashed }];
  });
}

// Its bytes would be in git and in the cache, and git would see each run as a change.
function refuseGitTracked({ root, gitRoot }: Repo, stage: Stage): void {
  if (gitRoot === undefined) return;
  const tracked = stage.outs.find(({ cache, inRepo }) => cache && isGitTracked(gitRoot, join(root, inRepo)));
  if (tracked !== undefined) throw registryFailures['git-tracked']({ path: tracked.inRepo });
}
