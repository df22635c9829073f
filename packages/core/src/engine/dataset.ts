import { canonicalJson, type Json } from '../lib/canonical-json.ts';
import { Hasher } from '../lib/digest.ts';
import { defineStep } from '../model/step.ts';
import type { DatasetAbout } from '../model/task.ts';
import { joinPlace } from '../model/file-ref.ts';
import type { MapRun } from './map-run.ts';
import type { RunningPlugin, TaskRun } from './task-run.ts';

/** Who publishes: the task, with what it was given. */
export interface DatasetOptions {
  readonly taskRun: TaskRun;
  readonly plugin: RunningPlugin;
  readonly task: string;
  readonly params: unknown;
  /** Runtime and plugin versions. */
  readonly versions: { readonly [name: string]: unknown };
}

/** The file that describes a published set, beside its files. */
export const datasetFile = 'dataset.json';

/** One line of a set's list of files. */
export interface DatasetFile {
  readonly key: string;
  /** Bytes. */
  readonly size: number;
  readonly digest: string;
  /** A folder output stands as one line, with the digest over its files. */
  readonly folder?: true;
}

interface DatasetItem {
  readonly [key: string]: Json;
}

/**
 * Writes `dataset.json` into a place: what the set is, how it was made, and every file with its digest.
 *
 * Its fingerprint is the set itself (files, params, versions), not the moment: an unchanged set keeps its file.
 */
export async function publishDataset(
  options: DatasetOptions & { readonly place: string; readonly about: DatasetAbout; readonly maps: readonly MapRun[] },
): Promise<void> {
  const { place, about, plugin, task, taskRun, params } = options;
  const files = listOutputs(options.maps, place);
  const hasher = new Hasher();
  for (const file of files) hasher.update(`${JSON.stringify(file.key)}\t${file.size}\t${file.digest}\n`);
  const item: DatasetItem = {
    format: 'dataset-runner/dataset@1',
    ...(JSON.parse(canonicalJson(about)) as DatasetItem),
    task: `${plugin.plugin.name}:${task}`,
    params: JSON.parse(canonicalJson(params)) as Json,
    versions: JSON.parse(canonicalJson(options.versions)) as Json,
    total: { files: files.length, sizeBytes: files.reduce((sum, file) => sum + file.size, 0), digest: hasher.digest() },
  };
  // The list may hold a million files, so it stays beside the item; its digest is what the item is compared by.
  const step = defineStep({
    // No author's step can have this name, so no line of theirs is mixed with this one.
    name: '@dataset',
    async work(described: DatasetItem, { output }) {
      return output.write(datasetFile, datasetText(described, files));
    },
  });
  await taskRun.map(step, [item], { name: 'dataset', key: () => 'dataset', into: place, once: true, internal: true });
}

async function* datasetText(item: DatasetItem, files: readonly DatasetFile[]): AsyncGenerator<Uint8Array> {
  const head = JSON.stringify(item, undefined, 2);
  yield Buffer.from(`${head.slice(0, -2)},\n  "files": [`);
  for (let from = 0; from < files.length; from += 1_000) {
    const lines = files.slice(from, from + 1_000).map((file) => `\n    ${JSON.stringify(file)}`);
    yield Buffer.from((from === 0 ? '' : ',') + lines.join(','));
  }
  yield Buffer.from('\n  ]\n}\n');
}

function listOutputs(maps: readonly MapRun[], place: string): DatasetFile[] {
  const files: DatasetFile[] = [];
  const root = joinPlace(place, 'x').slice(0, -1);
  for (const map of maps) {
    for (const { outputs } of map.results()) {
      for (const [key, size, , digest, kind] of outputs) {
        const full = joinPlace(map.spec.place as string, key).slice(root.length);
        files.push({ key: full, size, digest, ...(kind === 'folder' ? { folder: true as const } : {}) });
      }
    }
  }
  return files.sort((a, b) => (a.key < b.key ? -1 : 1));
}
