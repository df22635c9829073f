import type { DependencyContainer } from 'tsyringe';
import { checkPipeline } from '../config/check-pipeline.ts';
import { findTemplates } from '../config/output-reference.ts';
import { pathText } from '../config/path-text.ts';
import type { Pipeline, PipelineEntry } from '../config/project.ts';
import { resolveParams } from '../config/resolve-params.ts';
import { failureOf, type Problem } from '../model/failure.ts';
import { loadPlugin, loadTask } from '../plugins/load.ts';
import { type Catalogue, type ListedTask, listTasks } from '../plugins/manifest.ts';
import { tokens } from './tokens.ts';

/**
 * What is wrong with a pipeline before anything runs: its names and references, and the values of its entries.
 *
 * The plugins of its tasks are imported, and one that cannot be is thrown; a task of a disabled plugin is left out.
 */
export async function pipelineProblems(
  container: DependencyContainer,
  catalogue: Catalogue,
  pipeline: Pipeline,
): Promise<Problem[]> {
  const tasks = Object.fromEntries(listTasks(catalogue).map(({ id, task }) => [id, task]));
  const known = catalogue.disabled.length === 0 ? 'all' : 'some';
  const problems = checkPipeline(pipeline, tasks, { known });
  return distinct([...problems, ...(await checkValues(container, catalogue, pipeline))]);
}

/**
 * What is wrong with the values that a pipeline's entries would get, by the tasks' own params.
 *
 * Outputs of other entries, data and files are not there yet: a param that refers to one is left to the entry's turn.
 */
export async function checkValues(
  container: DependencyContainer,
  catalogue: Catalogue,
  pipeline: Pipeline,
): Promise<Problem[]> {
  const listed = new Map(listTasks(catalogue).map((task) => [task.id, task]));
  const problems: Problem[] = [];
  for (const [i, entry] of pipeline.entries.entries()) {
    const task = listed.get(entry.task);
    if (task !== undefined)
      problems.push(...(await checkEntry(container, task, entry, ['pipelines', pipeline.name, i])));
  }
  return problems;
}

async function checkEntry(
  container: DependencyContainer,
  { plugin, task }: ListedTask,
  entry: PipelineEntry,
  at: readonly (string | number)[],
): Promise<readonly Problem[]> {
  const project = container.resolve(tokens.project);
  const loaded = await loadPlugin(plugin, project.dir);
  const name = entry.task.slice(entry.task.indexOf(':') + 1);
  const schema = (await loadTask(loaded, name, plugin, project.dir))?.params;
  // A manifest that is older than its plugin is told when the task is run.
  if (schema === undefined) return [];
  const ofTask = Object.hasOwn(project.tasks, entry.task) ? project.tasks[entry.task] : undefined;
  try {
    await resolveParams({
      taskId: entry.task,
      schema,
      env: container.resolve(tokens.options).env,
      config: ofTask === undefined ? [entry.params] : [entry.params, ofTask],
      pending: new Set(findTemplates(entry.params.values).map(({ path }) => String(path[0]))),
    });
    return [];
  } catch (error) {
    const failure = failureOf(error);
    if (failure?.code !== 'params.invalid' || 'pluginFailure' in failure) throw error;
    return failure.problems.map((problem) => {
      const name = /^[^.[]*/.exec(problem.path)?.[0] ?? '';
      // A value of the environment is named by its variable.
      if (problem.line === undefined && name !== '' && !Object.hasOwn(task.params.properties ?? {}, name))
        return problem;
      const section =
        problem.line === undefined || Object.hasOwn(entry.params.values, name) ? at : ['tasks', entry.task];
      const path = [pathText(section), problem.path].filter((part) => part !== '').join('.');
      return { ...entry.at, ...problem, path };
    });
  }
}

/** Each problem once: two checks may see the same, and entries of one task share what stands under `tasks:`. */
export function distinct(problems: readonly Problem[]): Problem[] {
  const seen = new Map(
    problems.map((problem) => [JSON.stringify([problem.path, problem.message, problem.line]), problem]),
  );
  return [...seen.values()];
}
