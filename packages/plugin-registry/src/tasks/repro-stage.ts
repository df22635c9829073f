import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { LockEntry } from '../pipeline/lock-file.ts';
import { pipelineFailures } from '../pipeline/pipeline-failures.ts';
import { findRuns, runKey } from '../pipeline/run-cache.ts';
import type { Stage } from '../pipeline/stage.ts';
import { describeChange, type StageChange } from '../pipeline/stage-changes.ts';
import type { Repo } from '../repo/repo.ts';
import { keepStage } from '../steps/keep-stage.ts';
import { runStage, type StageRun } from '../steps/run-stage.ts';
import { checkOutAll } from './check-out-all.ts';
import { commitStage } from './commit-stage.ts';
import { type Filing, keepMade, keptOf, neededOut, refuseGitTracked } from './keep-made.ts';
import { isWholeInCache } from './stage-hashes.ts';
import { type Here, stageChanges, stageInputs } from './stage-now.ts';

export type StageAction = 'ran' | 'restored' | 'committed' | 'up to date' | 'frozen' | 'failed' | 'not run';

/** What became of a stage, and why. */
export interface StageOutcome {
  readonly stage: string;
  readonly action: StageAction;
  readonly why: readonly string[];
}

export interface ReproSetting extends Filing {
  /** Runs although nothing changed, and takes no earlier run for it. */
  readonly force: boolean;
}

/** Brings one stage up to date whose inputs are final; in a dry run it only says what would happen. */
export async function reproStage(
  stage: Stage,
  locked: LockEntry | undefined,
  setting: ReproSetting,
): Promise<StageOutcome> {
  const { repo, context, placeOf, force } = setting;
  if (stage.frozen) {
    // It will not run, so what it lacks nobody makes.
    const lost = stage.outs.find(({ inRepo }) => !existsSync(join(repo.root, inRepo)));
    if (lost !== undefined) throw pipelineFailures['dep-missing']({ stage: stage.address, path: lost.inRepo });
    const why = await commitStage(stage, locked, setting, { outsOnly: true });
    return { stage: stage.address, action: why.length === 0 ? 'frozen' : 'committed', why };
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
  const earlier = key === undefined || force ? undefined : earlierRun(repo, stage, { key, inputs });
  if (earlier !== undefined) return restore(stage, { ...inputs, outs: earlier.outs }, { ...setting, why });
  // 4. Run it.
  refuseGitTracked(repo, stage);
  const ran = context.map(runStage, [runOf(repo, stage, why)], { name: label(stage, why, context) });
  if (context.dryRun) return { stage: stage.address, action: 'ran', why };
  await ran;
  // 5. Hash what it made into the cache, and write all of it down.
  await keepMade(stage, inputs, { repo, context, placeOf, ...(key === undefined ? {} : { key }) });
  return { stage: stage.address, action: 'ran', why };
}

function earlierRun(
  repo: Repo,
  stage: Stage,
  { key, inputs }: { readonly key: string; readonly inputs: Omit<LockEntry, 'outs'> },
): LockEntry | undefined {
  return findRuns(repo.cacheDir, key, inputs).find(
    ({ outs }) => outs.length === stage.outs.length && outs.every((out) => isWholeInCache(repo, out)),
  );
}

async function restore(
  stage: Stage,
  entry: LockEntry,
  { repo, context, placeOf, why }: Filing & { readonly why: readonly string[] },
): Promise<StageOutcome> {
  const name = `${context.dryRun ? 'restore' : 'keep'} ${stage.address}`;
  const outs = entry.outs.flatMap((out) => neededOut(stage, out));
  if (!context.dryRun) await checkOutAll(repo, outs, context, { discard: true, relink: false });
  const kept = context.map(keepStage, [keptOf(stage, entry, { repo, place: placeOf(stage) })], { name, uses: null });
  if (!context.dryRun) await kept;
  return { stage: stage.address, action: 'restored', why };
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
function label(stage: Stage, why: readonly string[], { dryRun }: Here['context']): string {
  return dryRun ? `${stage.address}: ${why.join(', ')}` : stage.address;
}
