import { relative } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { fail, failureOf, type FailureError } from '../model/failure.ts';
import { pluginApi, type Plugin, taskOf } from '../model/plugin.ts';
import type { Task } from '../model/task.ts';
import type { FoundPlugin } from './manifest.ts';
import { installLine } from './package-manager.ts';
import { nameProblem } from './plugin-name.ts';

/**
 * Imports a plugin; the only place where a project's code starts to run.
 *
 * Throws `plugin.broken` when it throws or exports no plugin, `plugin.api` when it was written for another core.
 */
export async function loadPlugin(found: FoundPlugin, projectDir: string): Promise<Plugin> {
  let module: { readonly default?: unknown };
  try {
    module = (await import(pathToFileURL(found.entry).href)) as { readonly default?: unknown };
  } catch (error) {
    throw importFailure(found, error, projectDir);
  }
  return checkPlugin(module.default, found, projectDir);
}

/**
 * A task of a loaded plugin, imported where that is still to be done; undefined when it has none of that name.
 *
 * Throws `plugin.broken` when its import throws or gives no task.
 */
export async function loadTask(
  plugin: Plugin,
  name: string,
  found: FoundPlugin,
  projectDir: string,
): Promise<Task | undefined> {
  let task: Task | undefined;
  try {
    task = await taskOf(plugin, name);
  } catch (error) {
    throw importFailure(found, error, projectDir);
  }
  if (Object.hasOwn(plugin.tasks, name) && !isTask(task))
    throw fail('plugin.broken', { name: found.spec, message: noTask(name) });
  return task;
}

/** All tasks of a loaded plugin, by name. Throws `plugin.broken` as {@link loadTask} does. */
export async function loadTasks(
  plugin: Plugin,
  found: FoundPlugin,
  projectDir: string,
): Promise<ReadonlyMap<string, Task>> {
  const tasks = new Map<string, Task>();
  for (const name of Object.keys(plugin.tasks))
    tasks.set(name, (await loadTask(plugin, name, found, projectDir)) as Task);
  return tasks;
}

function isTask(value: unknown): boolean {
  return (value as { readonly $type?: unknown } | null | undefined)?.$type === 'runner.task';
}

function noTask(name: string): string {
  return `its task ${name} is not what defineTask returns`;
}

/** The value as a plugin, by its brand and api; plugins made with another copy of core are fine. */
function checkPlugin(value: unknown, found: FoundPlugin, projectDir: string): Plugin {
  const candidate = (typeof value === 'object' && value !== null ? value : {}) as { readonly [key: string]: unknown };
  if (candidate['$type'] !== 'runner.plugin') {
    throw fail('plugin.broken', {
      name: found.spec,
      message: 'its default export is not what definePlugin returns',
      hint: `End ${found.kind === 'file' ? found.spec : 'its entry file'} with \`export default definePlugin({ ... })\`.`,
    });
  }
  if (candidate['api'] !== pluginApi) {
    // A newer plugin needs a newer core, an older one its own update.
    const newer = typeof candidate['api'] === 'number' && candidate['api'] > pluginApi;
    const update = newer ? '@dataset-runner/core@latest' : `${found.spec}@latest`;
    const line =
      found.kind === 'file' && !newer
        ? `Set \`api: ${pluginApi}\` in ${found.spec}.`
        : `Run \`${installLine(projectDir, [update])}\`.`;
    throw fail('plugin.api', { name: found.spec, found: String(candidate['api']), supported: pluginApi, hint: line });
  }
  const wrong = whatIsWrong(candidate);
  if (wrong !== undefined) throw fail('plugin.broken', { name: found.spec, message: wrong });
  return value as Plugin;
}

// Ids and flags are built from the names of tasks too, so they must be one word each.
function whatIsWrong(plugin: { readonly [key: string]: unknown }): string | undefined {
  const { name, tasks } = plugin;
  const wrongName = nameProblem(name);
  if (wrongName !== undefined) return `its name ${wrongName}`;
  if (typeof tasks !== 'object' || tasks === null) return 'it has no tasks';
  for (const [task, value] of Object.entries(tasks)) {
    if (!/^[a-z][a-z0-9-]*$/.test(task)) return `its task ${task} must be named with lower-case letters, digits and -`;
    if (typeof value !== 'function' && !isTask(value)) return noTask(task);
  }
  return undefined;
}

// An import runs the plugin's code, so any error may come, from a typo to a missing licence server.
function importFailure(found: FoundPlugin, error: unknown, projectDir: string): FailureError {
  const cause = failureOf(error);
  const message = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  const hint = importRemedy(error, projectDir);
  return fail('plugin.broken', {
    name: found.spec,
    // The first line; the rest is a code frame or a stack.
    message: `${message.split('\n')[0] ?? message}${whereIn(error, projectDir)}`,
    ...(hint === undefined ? {} : { hint }),
    ...(cause === undefined ? {} : { cause }),
  });
}

/** The first of the project's own lines that an error names, as in ` (plugins/ours.ts:3)`; '' when it names none. */
function whereIn(error: unknown, projectDir: string): string {
  const { stack = '' } = error as { readonly stack?: string };
  // Of a file that Node has not yet taken for a module, the line above the code is a path and no URL.
  for (const [, at = '', line = ''] of stack.matchAll(/(file:\/\/[^\s()]+?|^\/[^\n]+?):(\d+)/g)) {
    const path = relative(projectDir, at.startsWith('/') ? at : fileURLToPath(at));
    if (!path.startsWith('..') && !path.includes('node_modules')) return ` (${path}:${line})`;
  }
  return '';
}

// The three mistakes that Node's own message does not tell how to mend.
function importRemedy(error: unknown, projectDir: string): string | undefined {
  const { code, message } = error as { readonly code?: string; readonly message?: string };
  const missing =
    code === 'ERR_MODULE_NOT_FOUND' ? /Cannot find package '([^']+)'/.exec(message ?? '')?.[1] : undefined;
  if (missing !== undefined) return `Run \`${installLine(projectDir, [missing])}\`.`;
  if (code === 'ERR_UNSUPPORTED_TYPESCRIPT_SYNTAX')
    return 'Node runs TypeScript by removing types: leave out enums, namespaces, decorators and parameter properties.';
  if (code === 'ERR_UNSUPPORTED_NODE_MODULES_TYPE_STRIPPING')
    return 'An installed plugin must ship built JavaScript: let runner.plugin in its package.json point at it.';
  return undefined;
}
