import { existsSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { defineTask, z } from '@dataset-runner/core/plugin';
import { dumpYaml } from '../formats/yaml-write.ts';
import { pipelineFailures } from '../pipeline/pipeline-failures.ts';
import { isStageName, pipelineFileOf } from '../pipeline/pipeline-file.ts';
import { readStages } from '../pipeline/read-stages.ts';
import { joinedCommand, type NewOut, stageEntry } from '../pipeline/stage-entry.ts';
import { stageOf } from '../pipeline/stage.ts';
import { graphOf, reachable } from '../pipeline/stage-graph.ts';
import { refuseIgnored, refuseReserved, trackedPaths } from '../repo/overlaps.ts';
import { openRepo, type Repo } from '../repo/repo.ts';
import { lockRepo } from '../repo/repo-lock.ts';
import { repoPath } from '../repo/targets.ts';
import { describedBy } from '../repo/tracked.ts';
import { writeStage, type WrittenStage } from '../steps/write-stage.ts';
import { renderRepro, reproOutputs, reproStages, reproSteps } from './repro.ts';

const paths = (about: string): z.ZodDefault<z.ZodArray<z.ZodString>> => z.array(z.string()).default([]).describe(about);

const params = z.object({
  name: z.string().describe('Name of the stage').meta({ short: 's' }),
  deps: paths('Paths it reads').meta({ short: 'd' }),
  outs: paths('Paths it makes, kept in the cache').meta({ short: 'o' }),
  outsNoCache: paths('Paths it makes that git keeps'),
  outsPersist: paths('Paths it makes that are not removed before it runs'),
  metrics: paths('Metric files kept in the cache'),
  metricsNoCache: paths('Metric files that git keeps'),
  plots: paths('Plot files kept in the cache'),
  params: paths('Parameters: name, or file:name,name').meta({ short: 'p' }),
  wdir: z.string().default('.').describe('Where the command runs, and what its paths start from'),
  desc: z.string().optional().describe('What the stage is for'),
  alwaysChanged: z.boolean().default(false).describe('Run it every time'),
  replace: z.boolean().default(false).describe('Write a stage of this name anew'),
  command: z.array(z.string()).min(1).describe('The command; put it behind --').meta({ positional: true }),
});

const about = {
  description:
    'Paths start from --wdir. Words of the command are joined by spaces; one word is taken as a line of shell.',
  params,
} as const;

/** Writes a stage into the dvc.yaml of this folder, as `dvc stage add` does. */
export const stageAdd = defineTask({
  summary: 'Write a stage into dvc.yaml',
  ...about,
  examples: [
    'runner run registry:stage-add --name clean --deps data/raw --outs data/clean -- python clean.py data/raw',
  ],
  outputs: z.object({ file: z.string(), name: z.string() }),
  steps: { writeStage },
  async run({ params: given, map, dryRun }) {
    const repo = openRepo(process.cwd());
    await using _lock = await lockRepo(repo, { dryRun });
    const [written] = await map(writeStage, [plannedStage(repo, given)]).toArray();
    return written ?? { file: '', name: given.name };
  },
  render: ({ file, name }) => `${name} is in ${file}; add it to git`,
});

/** Writes a stage and runs it, as `dvc run` did. */
export const run = defineTask({
  summary: 'Write a stage into dvc.yaml and run it',
  ...about,
  examples: ['runner run registry:run --name clean --deps data/raw --outs data/clean -- python clean.py data/raw'],
  outputs: reproOutputs,
  steps: { ...reproSteps, writeStage },
  async run(context) {
    // 1. Write the stage.
    const repo = openRepo(process.cwd());
    await using _lock = await lockRepo(repo, { dryRun: context.dryRun });
    const planned = plannedStage(repo, context.params);
    await context.map(writeStage, [planned]);
    // 2. Bring it up to date with all it waits for.
    const graph = graphOf(readStages(repo));
    const chosen = reachable(graph, [planned.key], { direction: 'up' });
    return { stages: await reproStages(repo, graph, { context, chosen, force: false }) };
  },
  render: ({ stages }) => renderRepro(stages),
});

function plannedStage(repo: Repo, given: z.infer<typeof params>): WrittenStage {
  const { name, command, deps, wdir, desc, alwaysChanged, replace } = given;
  if (!isStageName(name)) throw pipelineFailures['stage-name']({ name });
  const folder = repoPath(repo, '.');
  const file = folder === '' ? 'dvc.yaml' : `${folder}/dvc.yaml`;
  const path = join(repo.root, file);
  const before = existsSync(path) ? pipelineFileOf(file, readFileSync(path, 'utf8')).stages.get(name) : undefined;
  if (before !== undefined && !replace) throw pipelineFailures['stage-there']({ name, file });
  if (before !== undefined && isTemplate(dumpYaml(before))) throw pipelineFailures['stage-templated']({ name, file });
  const entry = stageEntry({
    cmd: joinedCommand(command),
    wdir: relative(process.cwd(), join(process.cwd(), wdir)) === '' ? undefined : wdir,
    deps,
    params: given.params,
    outs: outsOf(given),
    desc,
    alwaysChanged,
  });
  const stage = stageOf(file, name, entry);
  // It must fit in beside the others: no ring, no output of two stages.
  const others = readStages(repo).filter(({ address }) => address !== stage.address);
  graphOf([...others, stage], trackedPaths(describedBy(repo.root)));
  for (const { inRepo } of stage.outs) {
    refuseReserved(inRepo);
    refuseIgnored(repo.root, inRepo);
  }
  return {
    key: stage.address,
    root: repo.root,
    ...(repo.gitRoot === undefined ? {} : { gitRoot: repo.gitRoot }),
    file,
    name,
    entry: dumpYaml(entry),
    ignored: stage.outs.filter(({ cache }) => cache).map(({ inRepo }) => inRepo),
  };
}

function outsOf(given: z.infer<typeof params>): NewOut[] {
  const list = (kind: NewOut['kind'], all: readonly string[], options: Omit<NewOut, 'kind' | 'path'> = {}): NewOut[] =>
    all.map((path) => ({ kind, path, ...options }));
  return [
    ...list('outs', given.outs),
    ...list('outs', given.outsNoCache, { cache: false }),
    ...list('outs', given.outsPersist, { persist: true }),
    ...list('metrics', given.metrics),
    ...list('metrics', given.metricsNoCache, { cache: false }),
    ...list('plots', given.plots),
  ];
}

function isTemplate(text: string): boolean {
  return /(?<!\\)\$\{/.test(text) || /^(?:foreach|matrix):/m.test(text);
}
