import type { Json } from '../lib/canonical-json.ts';
import type { Path } from './path-text.ts';

/**
 * A project as its config says it: plain data, read once, never changed.
 *
 * Nothing here is resolved: secrets and params are still references, plugins still names.
 */
export interface Project {
  /** Absolute path of the folder with the config; outside a project the folder the command started in. */
  readonly dir: string;
  /** Absolute path of `runner.yaml` or `package.json`; absent outside a project. */
  readonly configFile?: string;
  /** Absolute path of `.runner`; outside a project a folder of the user's own. */
  readonly stateDir: string;
  readonly plugins: readonly PluginEntry[];
  readonly stores: { readonly [name: string]: StoreEntry };
  /** References (`env:`, `file:`, `cmd:`) by name; never values. */
  readonly secrets: { readonly [name: string]: string };
  /** What `tasks:` says, by task id (`diatom:build`). */
  readonly tasks: { readonly [taskId: string]: RawParams };
  readonly pipelines: { readonly [name: string]: Pipeline };
  /** How many items may be in a lane at once. */
  readonly lanes: { readonly [name: string]: number };
  readonly network: NetworkPolicy;
  /** Worker threads; absent means as many as the machine's cores allow. */
  readonly concurrency?: number;
}

/** A spot in a config file; line and column are 1-based, `file` is relative to the project's folder. */
export interface Place {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

export interface PluginEntry {
  /** A package name, or a path that starts with `./` or `../`. */
  readonly name: string;
  readonly at: Place;
}

export interface StoreEntry {
  readonly url: string;
  /** All other keys of the entry; string values may be references. */
  readonly options: { readonly [name: string]: Json };
  readonly at: Place;
  /** The spot of an option's name, or of what stands behind it. */
  placeOf(option: string, part: 'name' | 'value'): Place;
}

/** Params as written, with the spot of each value. */
export interface RawParams {
  readonly values: { readonly [name: string]: Json };
  /** The spot of the value at a path, or of the nearest value around it. */
  placeOf(path: Path): Place;
}

export interface NetworkPolicy {
  /** Hosts with private addresses that tasks may reach. */
  readonly allowHosts: readonly string[];
}

/** Tasks run after one another, each fed by the outputs of earlier ones. */
export interface Pipeline {
  readonly name: string;
  readonly entries: readonly PipelineEntry[];
  readonly at: Place;
}

export interface PipelineEntry {
  /** Unique in the pipeline; by default the task's own name (`extract` of `ifcb:extract`). */
  readonly id: string;
  /** `plugin:task`. */
  readonly task: string;
  /** May hold references such as `${{ extract.images }}`. */
  readonly params: RawParams;
  /** Ids written under `after:`; absent when there is no such key, which is not the same as none. */
  readonly after?: readonly string[];
  readonly at: Place;
}
