import type { DriverDefinition } from './driver.ts';
import type { Task } from './task.ts';

/** The version of this API; a plugin that declares another one is disabled with a remedy. */
export const pluginApi = 1;

/** What imports a task: of a plugin with many, a command then pays for the one that it runs. */
export type TaskImport = () => Promise<Task>;

/** A plugin: the default export of an npm package or of one local file. */
export interface Plugin {
  readonly $type: 'runner.plugin';
  readonly api: number;
  readonly name: string;
  readonly tasks: { readonly [name: string]: Task | TaskImport };
  readonly stores: readonly DriverDefinition[];
  readonly failures: readonly { readonly code: string; readonly about: string }[];
}

/** A task of a plugin by its name, imported where that is still to be done; undefined when it has none of that name. */
export async function taskOf(plugin: Plugin, name: string): Promise<Task | undefined> {
  const task = Object.hasOwn(plugin.tasks, name) ? plugin.tasks[name] : undefined;
  return typeof task === 'function' ? task() : task;
}

interface Catalogue {
  readonly $catalogue: readonly { readonly code: string; readonly about: string }[];
}

/** Declares a plugin; a plain branded object, recognised by `$type` and never by `instanceof`. */
export function definePlugin(spec: {
  /** The word before the colon in `runner run <plugin>:<task>`. */
  readonly name: string;
  readonly api: 1;
  /** By the word after the colon: what `defineTask` returned, or `async () => (await import('./task.ts')).task`. */
  readonly tasks: { readonly [name: string]: Task | TaskImport };
  readonly stores?: readonly DriverDefinition[];
  /** What `defineFailures` returned, or several of these. */
  readonly failures?: Catalogue | readonly Catalogue[];
}): Plugin {
  const { failures = [] } = spec;
  return {
    $type: 'runner.plugin',
    api: spec.api,
    name: spec.name,
    tasks: spec.tasks,
    stores: spec.stores ?? [],
    failures: [failures].flat().flatMap((catalogue) => catalogue.$catalogue),
  };
}
