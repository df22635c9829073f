import type { JsonSchema } from '../config/json-schema.ts';
import type { Failure, Problem } from '../model/failure.ts';
import type { DriverExample } from '../model/driver.ts';
import type { Needs } from '../model/step.ts';

/** The version of the manifest's own layout; a reader ignores files that say another. */
export const manifestVersion = 1;

/**
 * What a plugin offers, as JSON: all that lists, help, completion and pipeline checks read, without running
 * any of its code. Published packages ship it as `runner.manifest.json`.
 */
export interface Manifest {
  readonly manifest: typeof manifestVersion;
  /** The word before the colon. */
  readonly name: string;
  /** Of the package; `0.0.0` for a local file. */
  readonly version: string;
  /** The author API it was written for. */
  readonly api: number;
  readonly tasks: { readonly [name: string]: TaskManifest };
  readonly stores: readonly StoreManifest[];
  readonly failures: readonly { readonly code: string; readonly about: string }[];
}

export interface TaskManifest {
  readonly summary: string;
  readonly description?: string;
  readonly examples?: readonly string[];
  /** Of what people write: defaults are optional there. Always `type: object`. */
  readonly params: JsonSchema;
  /** Of what `run` returns; absent when the task declares none. */
  readonly outputs?: JsonSchema;
  readonly steps: readonly StepManifest[];
}

export interface StepManifest {
  readonly name: string;
  readonly version: number;
  /** `'by item'` when the step decides it from each item. */
  readonly needs: Needs | 'by item';
  readonly retries: number;
  readonly batch?: number;
  readonly timeoutMs?: number;
  readonly secrets: readonly string[];
}

export interface StoreManifest {
  /** Without the colon. */
  readonly schemes: readonly string[];
  readonly summary: string;
  readonly examples: readonly DriverExample[];
}

/** Where a plugin named in the config was found. */
export interface FoundPlugin {
  /** As the config names it. */
  readonly spec: string;
  readonly kind: 'package' | 'file';
  /** Absolute path of the package's folder, links resolved; for a file, the folder it lies in. */
  readonly dir: string;
  /** Absolute path of the module to import. */
  readonly entry: string;
  /** Absolute path of its `runner.manifest.json`; absent when it must be imported to know what it offers. */
  readonly manifestFile?: string;
  readonly version: string;
}

/** A plugin that can be listed and run. */
export interface CataloguePlugin extends FoundPlugin {
  readonly manifest: Manifest;
}

/** A plugin that cannot be used, and why; the others still work. */
export interface DisabledPlugin {
  readonly spec: string;
  /** `plugin.missing`, `plugin.broken`, `plugin.api` or `plugin.duplicate`, each with the remedy. */
  readonly failure: Failure;
}

/**
 * All that a project offers: its plugins' manifests and the names in its config. Plain JSON; the fast path of
 * `runner tasks`, help and completion reads it from a cache (`catalogue-cache.ts`).
 */
export interface Catalogue {
  /** Absolute path of the project's folder. */
  readonly dir: string;
  /** Absolute path of the config; absent outside a project. */
  readonly configFile?: string;
  readonly plugins: readonly CataloguePlugin[];
  readonly disabled: readonly DisabledPlugin[];
  readonly pipelines: readonly { readonly name: string; readonly tasks: readonly string[] }[];
  /** Names under `stores:`. */
  readonly stores: readonly string[];
  /** Names under `tasks:` that no task has; absent when there is none, and while a plugin is off that may have it. */
  readonly unknownTasks?: readonly Problem[];
}

/** One task of the catalogue with its id and its plugin. */
export interface ListedTask {
  /** `plugin:task`. */
  readonly id: string;
  readonly task: TaskManifest;
  readonly plugin: CataloguePlugin;
}

/** Every task of a catalogue, in the order of the config and then of the plugin. */
export function listTasks(catalogue: Catalogue): readonly ListedTask[] {
  return catalogue.plugins.flatMap((plugin) =>
    Object.entries(plugin.manifest.tasks).map(([name, task]) => ({
      id: `${plugin.manifest.name}:${name}`,
      task,
      plugin,
    })),
  );
}
