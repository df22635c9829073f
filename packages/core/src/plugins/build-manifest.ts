import { jsonSchemaOf } from '../config/zod-schema.ts';
import type { Plugin } from '../model/plugin.ts';
import type { Step } from '../model/step.ts';
import type { Task } from '../model/task.ts';
import { manifestVersion, type Manifest, type StepManifest, type TaskManifest } from './manifest.ts';

/** Retries a step gets when it says nothing; the engine counts from the same number. */
const defaultRetries = 2;

/**
 * The manifest of a loaded plugin and its tasks; `version` is that of its package.
 *
 * Throws zod's own error when a schema cannot be written as JSON Schema at all, which is a mistake in the plugin.
 */
export function buildManifest(plugin: Plugin, tasks: ReadonlyMap<string, Task>, version: string): Manifest {
  return {
    manifest: manifestVersion,
    name: plugin.name,
    version,
    api: plugin.api,
    tasks: Object.fromEntries(Array.from(tasks, ([name, task]) => [name, taskManifest(task)])),
    stores: plugin.stores.map(({ schemes, summary, examples }) => ({ schemes, summary, examples })),
    failures: plugin.failures.map(({ code, about }) => ({ code, about })),
  };
}

/** The text of `runner.manifest.json`: the same plugin gives the same bytes, so that a check can compare them. */
export function manifestText(manifest: Manifest): string {
  return `${JSON.stringify(manifest, null, 2)}\n`;
}

function taskManifest(task: Task): TaskManifest {
  return {
    summary: task.summary,
    ...(task.description === undefined ? {} : { description: task.description }),
    ...(task.examples === undefined ? {} : { examples: task.examples }),
    params: jsonSchemaOf(task.params, 'input'),
    ...(task.outputs === undefined ? {} : { outputs: jsonSchemaOf(task.outputs, 'output') }),
    steps: Object.values(task.steps).map((step) => stepManifest(step)),
  };
}

function stepManifest({ name, spec }: Step<never>): StepManifest {
  const { batch, timeoutMs } = spec;
  return {
    name,
    version: spec.version ?? 1,
    needs: typeof spec.needs === 'function' ? 'by item' : (spec.needs ?? {}),
    retries: spec.retries ?? defaultRetries,
    ...(batch === undefined ? {} : { batch }),
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
    secrets: spec.secrets ?? [],
  };
}
