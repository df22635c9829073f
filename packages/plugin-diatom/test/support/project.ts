import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { createRig, type ProjectRig } from '@dataset-runner/core/testing';

/** An entry of a file list with the fields of the original. */
export interface Entry {
  readonly file_url: string;
  readonly downloaded_file_name: string;
  readonly exploded_folder_name: string;
  readonly species_label: string;
  readonly sha256?: string;
}

/** A temporary project with this plugin and a file list. */
export async function diatomProject(
  list: readonly Entry[],
  more: { readonly config?: string; readonly env?: { readonly [name: string]: string } } = {},
): Promise<ProjectRig> {
  const rig = await createRig({
    packages: ['@dataset-runner/plugin-diatom', '@dataset-runner/kit'],
    config: `plugins: ['@dataset-runner/plugin-diatom']\nnetwork: { allowHosts: [127.0.0.1] }\n${more.config ?? ''}`,
    env: more.env ?? {},
  });
  rig.write('species.json', JSON.stringify(list));
  return rig;
}

/** An entry for `<label>.zip` on a site, whose pictures lie in the folder `<label>`. */
export function entry(url: string, label: string, more: Partial<Entry> = {}): Entry {
  return {
    file_url: `${url}/${label}.zip`,
    downloaded_file_name: `${label}.zip`,
    exploded_folder_name: label,
    species_label: label,
    ...more,
  };
}

/** All files below a folder, by path relative to it, sorted; empty when it is not there. */
export function filesIn(folder: string): string[] {
  try {
    return readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((name) => statSync(join(folder, name)).isFile())
      .map((name) => name.replaceAll('\\', '/'))
      .sort();
  } catch {
    return [];
  }
}

export interface ReportedMap {
  readonly name: string;
  readonly counts: {
    readonly total: number;
    readonly reused: number;
    readonly done: number;
    readonly failed: number;
    readonly pending: number;
  };
}

export const buildArgs = ['run', 'diatom:build', '--file-list', './species.json', '--out', './set'] as const;
