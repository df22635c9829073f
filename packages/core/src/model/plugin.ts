import type { DriverDefinition } from './driver.ts';
import type { Task } from './task.ts';

/** The version of this API; a plugin that declares another one is disabled with a remedy. */
export const pluginApi = 1;

/** A plugin: the default export of an npm package or of one local file. */
export interface Plugin {
  readonly $type: 'runner.plugin';
  readonly api: number;
  readonly name: string;
  readonly tasks: { readonly [name: string]: Task };
  readonly stores: readonly DriverDefinition[];
  readonly failures: readonly { readonly code: string; readonly about: string }[];
}

interface Catalogue {
  readonly $catalogue: readonly { readonly code: string; readonly about: string }[];
}

/** Declares a plugin; a plain branded object, recognised by `$type` and never by `instanceof`. */
export function definePlugin(spec: {
  /** The word before the colon in `runner run <plugin>:<task>`. */
  readonly name: string;
  readonly api: 1;
  readonly tasks: { readonly [name: string]: Task };
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
