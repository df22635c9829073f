import type { DependencyContainer } from 'tsyringe';
import { collectParams, envName } from '../config/collect-params.ts';
import { kebabCase } from '../config/flags.ts';
import { planPipeline } from '../config/plan-pipeline.ts';
import type { Json } from '../lib/canonical-json.ts';
import { fail } from '../model/failure.ts';
import type { Catalogue, ListedTask } from '../plugins/manifest.ts';
import type { ExplainedParam, ExplainedStep, Explanation, GivenFlags } from './facade.ts';
import { findTask } from './find-task.ts';
import { pipelineOf } from './run-pipeline.ts';
import { tokens } from './tokens.ts';

/** What a task would run with and where each value comes from; reads the manifest, never the plugin. */
export function explainTarget(
  container: DependencyContainer,
  catalogue: Catalogue,
  target: string,
  flags: GivenFlags,
): Explanation {
  const project = container.resolve(tokens.project);
  const pipeline = pipelineOf(project, target);
  if (pipeline !== undefined) {
    const entries = planPipeline(pipeline).entries.map(({ entry, waitsFor }) => ({
      id: entry.id,
      task: entry.task,
      after: waitsFor,
    }));
    return { target, summary: `Pipeline of ${entries.length} tasks`, params: [], steps: [], entries };
  }
  const listed = findTask(catalogue, target);
  return {
    target,
    summary: listed.task.summary,
    params: explainParams(container, listed, flags),
    steps: explainSteps(container, listed),
  };
}

function explainParams(container: DependencyContainer, { id, task }: ListedTask, flags: GivenFlags): ExplainedParam[] {
  const project = container.resolve(tokens.project);
  const { env } = container.resolve(tokens.options);
  const config = Object.hasOwn(project.tasks, id) ? project.tasks[id] : undefined;
  const sources = {
    taskId: id,
    flags: flags as { [param: string]: Json },
    env,
    config: config === undefined ? [] : [config],
  };
  const { given, problems } = collectParams(sources, task.params);
  // A value that a run refuses must not show as the default in its stead.
  if (problems.length > 0) throw fail('params.invalid', { task: id, problems });
  return Object.entries(task.params.properties ?? {}).map(([name, property]): ExplainedParam => {
    const about = property.description === undefined ? {} : { description: property.description };
    const found = given.get(name);
    if (found !== undefined) return { name, value: found.value, ...whence(found.origin, id, name), ...about };
    if (property.default !== undefined) return { name, value: property.default as Json, origin: 'default', ...about };
    // Only what must be given can be missing; the rest is simply not set.
    return { name, origin: (task.params.required ?? []).includes(name) ? 'missing' : 'default', ...about };
  });
}

function whence(origin: string, taskId: string, name: string): Pick<ExplainedParam, 'origin' | 'from'> {
  if (origin === 'flag') return { origin, from: `--${kebabCase(name)}` };
  if (origin === 'environment') return { origin, from: envName(taskId, name) };
  return { origin: 'config', from: origin };
}

function explainSteps(container: DependencyContainer, { plugin, task }: ListedTask): ExplainedStep[] {
  const lines = container.resolve(tokens.state).lines();
  return task.steps.map((step) => ({
    name: step.name,
    version: step.version,
    needs: step.needs,
    retries: step.retries,
    ...(step.timeoutMs === undefined ? {} : { timeoutMs: step.timeoutMs }),
    secrets: step.secrets,
    places: lines
      .filter((line) => line.plugin === plugin.manifest.name && line.step === step.name && !line.place.startsWith('@'))
      .map((line) => line.place),
  }));
}
