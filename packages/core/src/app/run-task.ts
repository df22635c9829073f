import { pathToFileURL } from 'node:url';
import type { DependencyContainer } from 'tsyringe';
import type { RawParams } from '../config/project.ts';
import { resolveParams } from '../config/resolve-params.ts';
import type { TaskReport } from '../engine/run.ts';
import type { Json } from '../lib/canonical-json.ts';
import { fail } from '../model/failure.ts';
import type { Plugin } from '../model/plugin.ts';
import { loadPlugin, loadTask } from '../plugins/load.ts';
import type { CataloguePlugin } from '../plugins/manifest.ts';
import { paramReaders } from './param-readers.ts';
import { runInEngine, type TaskSettings } from './run-in-engine.ts';
import { tokens } from './tokens.ts';

/** One task to run, with where its values come from. */
export interface TaskToRun {
  /** `plugin:task`. */
  readonly id: string;
  readonly plugin: CataloguePlugin;
  /** Modules of other plugins that bring stores. */
  readonly driverEntries: readonly string[];
  readonly flags: { readonly [param: string]: unknown };
  readonly config: readonly RawParams[];
}

/** A task that ran, with what its `render` says. */
export interface TaskRan {
  readonly report: TaskReport;
  readonly rendered?: string;
}

/** Imports the plugin, checks the params and hands both to the engine. */
export async function runOneTask(
  container: DependencyContainer,
  task: TaskToRun,
  settings: TaskSettings,
): Promise<TaskRan> {
  const project = container.resolve(tokens.project);
  const plugin = await loadPlugin(task.plugin, project.dir);
  const taskName = task.id.slice(task.id.indexOf(':') + 1);
  const definition = await loadTask(plugin, taskName, task.plugin, project.dir);
  if (definition === undefined)
    throw fail('name.unknown', { kind: 'task', name: task.id, known: Object.keys(plugin.tasks) });
  const { params, origins } = await resolveParams({
    taskId: task.id,
    schema: definition.params,
    flags: task.flags as { readonly [param: string]: Json },
    env: container.resolve(tokens.options).env,
    config: task.config,
    readers: paramReaders(container),
  });
  const report = await runInEngine(
    container,
    {
      plugin,
      definition,
      version: task.plugin.version,
      entry: pathToFileURL(task.plugin.entry).href,
      task: taskName,
      params,
      about: { ...versionsOf(task, plugin), runtime: runtime(), origins },
      versions: versionsOf(task, plugin),
      driverEntries: task.driverEntries,
    },
    settings,
  );
  const { render } = definition as unknown as { render?: (result: unknown) => string };
  const rendered = report.result === undefined || settings.dryRun ? undefined : render?.(report.result);
  return { report, ...(rendered === undefined ? {} : { rendered }) };
}

// Public, and the same from run to run: what a set's own description says of its making.
function versionsOf(task: TaskToRun, plugin: Plugin): { readonly [name: string]: Json } {
  return { plugin: { name: plugin.name, package: task.plugin.spec, version: task.plugin.version } };
}

function runtime(): Json {
  return { node: process.version, platform: `${process.platform}-${process.arch}` };
}
