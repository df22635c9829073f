import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { defineTask, shownKey, z } from '@dataset-runner/core/plugin';
import { type NeededOut, neededOuts } from '../objects/needed.ts';
import { readLock } from '../pipeline/lock-file.ts';
import { newPlaces } from '../pipeline/new-places.ts';
import { readStages } from '../pipeline/read-stages.ts';
import { workspaceTexts } from '../pipeline/repo-view.ts';
import type { Stage } from '../pipeline/stage.ts';
import { lockRepo } from '../repo/repo-lock.ts';
import { openRepo, type Repo } from '../repo/repo.ts';
import { isStageTarget, isWithin, repoPath } from '../repo/targets.ts';
import { keepStage } from '../steps/keep-stage.ts';
import { saidOfTracked, trackedSchema } from './add.ts';
import { checkoutSteps } from './check-out-all.ts';
import { commitStage } from './commit-stage.ts';
import { commitTracked } from './commit-tracked.ts';
import { trackingSteps } from './track-all.ts';

/** Writes what changed in tracked data into the cache and the files that name it, as `dvc commit` does. */
export const commit = defineTask({
  summary: 'Take changes of tracked data over into the cache, the .dvc files and dvc.lock',
  description: 'Of a stage whose outputs are all there, dvc.lock names the bytes that lie there now; nothing is run.',
  examples: ['runner run registry:commit', 'runner run registry:commit raw/01_data_collection'],
  params: z.object({
    targets: z.array(z.string()).default([]).describe('Only these paths or stages').meta({ positional: true }),
  }),
  outputs: z.object({
    committed: z.array(trackedSchema),
    stages: z.array(z.object({ stage: z.string(), why: z.array(z.string()).readonly() })),
  }),
  steps: { ...checkoutSteps, ...trackingSteps, keepStage },
  async run(context) {
    const { params, dryRun } = context;
    const repo = openRepo(process.cwd());
    await using _lock = await lockRepo(repo, { dryRun });
    const targets = params.targets.map((target) => repoPath(repo, target));
    const { outs, stages } = meantBy(repo, targets);
    // 1. What .dvc files track.
    const committed = await commitTracked(repo, outs, context);
    // 2. What pipelines made.
    const texts = workspaceTexts(repo.root);
    const locks = new Map(stages.map(({ file }) => [file, readLock(texts, file)]));
    const placeOf = newPlaces(repo.root, stages, locks);
    const kept = [];
    for (const stage of stages) {
      const locked = locks.get(stage.file)?.get(stage.name);
      const why = await commitStage(stage, locked, { repo, context, placeOf }, { outsOnly: false });
      if (why.length > 0) kept.push({ stage: stage.address, why });
    }
    return { committed, stages: kept };
  },
  render: ({ committed, stages }) =>
    [saidOfTracked(committed), ...stages.map(({ stage, why }) => shownKey(`${stage}: ${why.join(', ')}`))]
      .filter((line) => line !== '')
      .join('\n') || 'nothing changed',
});

function meantBy(repo: Repo, targets: readonly string[]): { readonly outs: NeededOut[]; readonly stages: Stage[] } {
  const isMade = ({ outs }: Stage): boolean => outs.every(({ inRepo }) => existsSync(join(repo.root, inRepo)));
  const stages = readStages(repo);
  const all = neededOuts(repo).filter(({ file }) => file.endsWith('.dvc'));
  // What is a path is no name of a stage, as in DVC.
  const isPath = (target: string): boolean =>
    [...stages, ...all.map(({ file, path }) => ({ file, outs: [{ inRepo: path }] }))].some((each) =>
      holds(each, target),
    );
  const paths = new Set(targets.filter(isPath));
  const isAt = (stage: Stage, target: string): boolean =>
    paths.has(target) ? holds(stage, target) : isStageTarget(target, `${stage.file}:${stage.name}`);
  const ofStages = new Set(targets.filter((target) => stages.some((stage) => isAt(stage, target))));
  const ofFiles = targets.filter((target) => !ofStages.has(target));
  const outs = [
    ...(targets.length > 0 && ofFiles.length === 0 ? [] : neededOuts(repo, ofFiles)),
    ...all.filter(({ path }) => [...ofStages].some((target) => isWithin(path, target))),
  ].filter(({ file }) => file.endsWith('.dvc'));
  const isMeant = (stage: Stage): boolean => targets.length === 0 || targets.some((target) => isAt(stage, target));
  // What is gone is no change to keep.
  return { outs, stages: stages.filter((stage) => isMeant(stage) && isMade(stage)) };
}

function holds(
  { file, outs }: { readonly file: string; readonly outs: readonly { readonly inRepo: string }[] },
  target: string,
): boolean {
  return target === file || outs.some(({ inRepo }) => isWithin(inRepo, target) || isWithin(target, inRepo));
}
