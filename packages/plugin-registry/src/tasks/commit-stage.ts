import { shownKey } from '@dataset-runner/core/plugin';
import type { LockEntry } from '../pipeline/lock-file.ts';
import { runKey } from '../pipeline/run-cache.ts';
import { isCallback, type Stage } from '../pipeline/stage.ts';
import { describeChange } from '../pipeline/stage-changes.ts';
import { keepStage } from '../steps/keep-stage.ts';
import { type Filing, keepMade, keptOf, refuseGitTracked } from './keep-made.ts';
import { stageChanges, stageInputs } from './stage-now.ts';

/**
 * Writes down what a stage reads and made as it lies there, without running it; returns what differed from the lock.
 *
 * `outsOnly`: changed inputs alone are no reason, as for a frozen stage.
 */
export async function commitStage(
  stage: Stage,
  locked: LockEntry | undefined,
  filing: Filing,
  { outsOnly }: { readonly outsOnly: boolean },
): Promise<readonly string[]> {
  const { repo, context, placeOf } = filing;
  const compared = { ...stage, alwaysChanged: false, ...(outsOnly ? { deps: [], params: [] } : {}) };
  if (isCallback(compared)) return [];
  const why = (await stageChanges(compared, locked, filing)).map(describeChange);
  if (why.length === 0) return why;
  const inputs = await stageInputs(stage, filing);
  refuseGitTracked(repo, stage);
  const key = runKey(stage, inputs);
  if (context.dryRun) {
    const kept = keptOf(stage, { ...inputs, outs: [] }, { repo, place: placeOf(stage) });
    context.map(keepStage, [kept], { name: shownKey(`keep ${stage.address}: ${why.join(', ')}`), uses: null });
  } else await keepMade(stage, inputs, { ...filing, ...(key === undefined ? {} : { key }) });
  return why;
}
