import { relative, sep } from 'node:path';
import { defineTask, failureOf, type RunContext, shownKey, z } from '@dataset-runner/core/plugin';
import { type NeededOut, neededOuts } from '../objects/needed.ts';
import { stagesNamed } from '../pipeline/choose-stages.ts';
import { type LockEntry, readLock } from '../pipeline/lock-file.ts';
import { newPlaces } from '../pipeline/new-places.ts';
import { readStages } from '../pipeline/read-stages.ts';
import { workspaceTexts } from '../pipeline/repo-view.ts';
import type { Stage } from '../pipeline/stage.ts';
import { graphOf, reachable, type StageGraph } from '../pipeline/stage-graph.ts';
import { type OwnedPath, trackedPaths } from '../repo/overlaps.ts';
import { openRepo, type Repo } from '../repo/repo.ts';
import { lockRepo } from '../repo/repo-lock.ts';
import { isWithin, repoPath } from '../repo/targets.ts';
import { describedBy } from '../repo/tracked.ts';
import { keepStage } from '../steps/keep-stage.ts';
import { runStage } from '../steps/run-stage.ts';
import { checkoutSteps } from './check-out-all.ts';
import { commitTracked } from './commit-tracked.ts';
import { reproStage, type StageOutcome } from './repro-stage.ts';
import { trackingSteps } from './track-all.ts';

const params = z.object({
  targets: z
    .array(z.string())
    .default([])
    .describe('Stages, groups, dvc.yaml files or outputs; a .dvc file takes changes of its data over')
    .meta({ positional: true }),
  all: z.boolean().default(false).describe('All pipelines of the repository').meta({ short: 'P' }),
  single: z.boolean().default(false).describe('Only the named stages, not what they wait for').meta({ short: 's' }),
  downstream: z.boolean().default(false).describe('The named stages and all that wait for them'),
  anyway: z.boolean().default(false).describe('Run stages that are up to date too').meta({ short: 'f' }),
});

/** The steps a task needs for {@link reproStages}. */
export const reproSteps = { ...checkoutSteps, ...trackingSteps, runStage, keepStage };

/** What a task that brings stages up to date returns. */
export const reproOutputs = z.object({
  stages: z.array(
    z.object({
      stage: z.string(),
      action: z.enum(['ran', 'restored', 'committed', 'up to date', 'frozen', 'failed', 'not run']),
      why: z.array(z.string()).readonly(),
    }),
  ),
});

/** Runs the stages of pipelines that are out of date, as `dvc repro` does, side by side where the graph allows it. */
export const repro = defineTask({
  summary: 'Run the stages of dvc.yaml that are out of date, in parallel by their graph',
  description:
    'Stages run in the lane `stages`, 4 at a time unless `lanes:` in runner.yaml says otherwise. A stage that fails stops those that wait for it; with --on-failure stop no other is started.',
  examples: [
    'runner run registry:repro',
    'runner run registry:repro train --dry-run',
    'runner run registry:repro --all',
  ],
  params,
  outputs: reproOutputs,
  steps: reproSteps,
  async run(context) {
    // 1. Read every dvc.yaml, fill in its templates and link its stages.
    const repo = openRepo(process.cwd());
    const stages = readStages(repo);
    const data = trackedPaths(describedBy(repo.root));
    const graph = graphOf(stages, data);
    // 2. Choose what is meant: the named stages and all they wait for; of a `.dvc` file its data.
    const paths = new Set(context.params.targets.map((target) => repoPath(repo, target)));
    const named = data.filter(({ file }) => paths.has(file));
    const chosen = choose(repo, graph, { given: context.params, named });
    await using _lock = await lockRepo(repo, { dryRun: context.dryRun });
    // 3. Commit tracked data they read that was changed by hand: the lock is not to name bytes that no cache has.
    const committed = await commitInputs(repo, graph, { chosen, named }, context);
    // 4. Bring each up to date as soon as those it waits for are.
    return {
      stages: [...committed, ...(await reproStages(repo, graph, { context, chosen, force: context.params.anyway }))],
    };
  },
  render: ({ stages }) => renderRepro(stages),
});

/** The outcome in lines for people; DVC's words when there was nothing to do. */
export function renderRepro(stages: readonly StageOutcome[]): string {
  const done = stages.filter(({ action }) => action !== 'up to date' && action !== 'frozen');
  if (done.length === 0) return 'Data and pipelines are up to date.';
  return done
    .map(({ stage, action, why }) => shownKey(`${stage}: ${action}${why.length > 0 ? ` (${why.join(', ')})` : ''}`))
    .join('\n');
}

/** Brings the chosen stages up to date, each when those before it are; one that fails stops only its followers. */
export async function reproStages(
  repo: Repo,
  graph: StageGraph,
  how: {
    readonly context: Pick<RunContext<unknown>, 'map' | 'once' | 'dryRun'>;
    readonly chosen: ReadonlySet<string>;
    readonly force: boolean;
  },
): Promise<StageOutcome[]> {
  const { context, chosen, force } = how;
  const locks = new Map<string, Map<string, LockEntry>>();
  for (const { file } of graph.ordered)
    if (!locks.has(file)) locks.set(file, readLock(workspaceTexts(repo.root), file));
  const ordered = graph.ordered.filter(({ address }) => chosen.has(address));
  const placeOf = newPlaces(repo.root, ordered, locks);
  const outcomes = new Map<string, Promise<StageOutcome>>();
  const broken: unknown[] = [];
  for (const stage of ordered) {
    const before = (graph.waitsFor.get(stage.address) ?? []).flatMap((address) => outcomes.get(address) ?? []);
    outcomes.set(stage.address, afterAll(before, stage));
  }
  const all = await Promise.all(outcomes.values());
  // Failures inside maps are reported as they are; what went wrong in planning one stage is said when all others ended.
  const planning = broken.find((error) => failureOf(error)?.code !== 'step.incomplete');
  if (broken.length > 0) throw planning ?? broken[0];
  return all;

  async function afterAll(before: readonly Promise<StageOutcome>[], stage: Stage): Promise<StageOutcome> {
    const parents = await Promise.all(before);
    const lost = parents.find(({ action }) => action === 'failed' || action === 'not run');
    if (lost !== undefined) return { stage: stage.address, action: 'not run', why: [`${lost.stage} failed`] };
    const locked = locks.get(stage.file)?.get(stage.name);
    const changed = parents.filter(({ action }) => action === 'ran' || action === 'restored');
    if (context.dryRun && changed.length > 0 && !stage.frozen) return followUp(stage, changed);
    try {
      return await reproStage(stage, locked, { repo, context, placeOf, force });
    } catch (error) {
      broken.push(error);
      return { stage: stage.address, action: 'failed', why: [] };
    }
  }

  // Whether it runs hangs on bytes that are not there yet; a plan counts it and says so.
  function followUp(stage: Stage, changed: readonly StageOutcome[]): StageOutcome {
    const why = [`if ${changed.map((parent) => parent.stage).join(' or ')} gives other bytes`];
    const item = { key: stage.address, root: repo.root, wdir: stage.wdir, commands: [], outs: [], why };
    context.map(runStage, [item], { name: shownKey(`${stage.address} ${why[0]}`) });
    return { stage: stage.address, action: 'ran', why };
  }
}

// As DVC does, which takes `.dvc` files for stages: the named, those above what is chosen, and with --all every one.
async function commitInputs(
  repo: Repo,
  graph: StageGraph,
  { chosen, named }: { readonly chosen: ReadonlySet<string>; readonly named: readonly OwnedPath[] },
  context: Pick<RunContext<z.infer<typeof params>>, 'map' | 'once' | 'dryRun' | 'params'>,
): Promise<StageOutcome[]> {
  const { all, single, downstream } = context.params;
  const isAbove = !single && !downstream;
  if (!isAbove && named.length === 0) return [];
  const running = graph.ordered.filter(({ address, frozen }) => isAbove && chosen.has(address) && !frozen);
  const reads = new Set(running.flatMap((stage) => stage.reads));
  const files = new Set(named.map(({ file }) => file));
  const isMeant = ({ file, path }: NeededOut): boolean =>
    files.has(file) || (isAbove && all) || [...reads].some((each) => meet(each, path));
  const outs = neededOuts(repo).filter((out) => out.file.endsWith('.dvc') && isMeant(out));
  const committed = await commitTracked(repo, outs, context);
  return committed.map(({ file }) => ({ stage: file, action: 'committed', why: ['its data is modified'] }));
}

function choose(
  repo: Repo,
  graph: StageGraph,
  { given, named }: { readonly given: z.infer<typeof params>; readonly named: readonly OwnedPath[] },
): Set<string> {
  const folder = relative(repo.root, process.cwd()).split(sep).join('/');
  const here = folder === '' ? 'dvc.yaml' : `${folder}/dvc.yaml`;
  const inFolder = graph.ordered.filter(({ file }) => file === here);
  const files = new Set(named.map(({ file }) => file));
  const ofTarget = (target: string): readonly Stage[] => {
    const path = repoPath(repo, target);
    if (!files.has(path)) return stagesNamed(graph.ordered, target, { folder, path });
    // Nothing is above data; what waits for it reads it.
    const isReader = ({ reads }: Stage): boolean =>
      named.some((each) => each.file === path && reads.some((read) => meet(read, each.path)));
    return given.downstream ? graph.ordered.filter(isReader) : [];
  };
  const meant =
    given.targets.length > 0
      ? given.targets.flatMap(ofTarget)
      : given.all || inFolder.length === 0
        ? graph.ordered
        : inFolder;
  const addresses = meant.map(({ address }) => address);
  if (given.single) return new Set(addresses);
  return reachable(graph, addresses, { direction: given.downstream ? 'down' : 'up' });
}

function meet(one: string, other: string): boolean {
  return isWithin(one, other) || isWithin(other, one);
}
