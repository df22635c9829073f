import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { createRig, type ProjectRig } from '@dataset-runner/core/testing';
import { madeSet } from './made-set.ts';

/** A temporary project with this plugin and files in it. */
export function yoloProject(
  files: { readonly [path: string]: string | Uint8Array } = {},
  config = '',
  env: { readonly [name: string]: string } = {},
): Promise<ProjectRig> {
  return createRig({
    packages: ['@dataset-runner/plugin-yolo', '@dataset-runner/kit'],
    config: `plugins: ['@dataset-runner/plugin-yolo']\nnetwork: { allowHosts: [127.0.0.1] }\n${config}`,
    files,
    env,
  });
}

/** The files of a made set: `train.csv`, `train_meta.csv` and `train/<image>.png`. */
export function madeFiles(count: number, seed = 1): { [path: string]: string | Uint8Array } {
  const { findings, sizes, images } = madeSet(count, seed);
  const pictures = Object.fromEntries([...images].map(([name, draw]) => [`train/${name}`, draw()]));
  return { 'train.csv': findings, 'train_meta.csv': sizes, ...pictures };
}

export const convertArgs = [
  'run',
  'yolo:convert',
  '--annotations',
  './train.csv',
  '--sizes',
  './train_meta.csv',
  '--images',
  './train',
  '--out',
  './set',
] as const;

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

/** What each map of a run did, by name. */
export function counts(
  report: Record<string, unknown>,
): Record<string, { readonly done: number; readonly reused: number }> {
  const maps = report['maps'] as {
    readonly name: string;
    readonly counts: { readonly done: number; readonly reused: number };
  }[];
  return Object.fromEntries(maps.map((map) => [map.name, map.counts]));
}

/** The first failure of a run. */
export function failureOfRun(report: Record<string, unknown>): { readonly code: string; readonly message: string } {
  return (report['failures'] as { readonly code: string; readonly message: string }[])[0]!;
}
