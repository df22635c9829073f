import { createRig, type ProjectRig } from '@dataset-runner/core/testing';
import { brightnessModel } from './small-models.ts';

/** A temporary project with this plugin, a model and files, by path. */
export async function classifyProject(
  files: { readonly [path: string]: Uint8Array | string },
  more: { readonly config?: string; readonly env?: { readonly [name: string]: string } } = {},
): Promise<ProjectRig> {
  return createRig({
    packages: ['@dataset-runner/plugin-ifcb', '@dataset-runner/kit'],
    config: `plugins: ['@dataset-runner/plugin-ifcb']\nnetwork: { allowHosts: [127.0.0.1] }\n${more.config ?? ''}`,
    files: { 'model.onnx': brightnessModel(), ...files },
    ...(more.env === undefined ? {} : { env: more.env }),
  });
}

/** Files by path, put below a folder. */
export function below(folder: string, files: { readonly [path: string]: Uint8Array }): { [path: string]: Uint8Array } {
  return Object.fromEntries(Object.entries(files).map(([path, bytes]) => [`${folder}/${path}`, bytes]));
}

export interface Counts {
  readonly total: number;
  readonly reused: number;
  readonly done: number;
  readonly failed: number;
}

/** What a run did, by map. */
export function countsOf(report: Record<string, unknown>): { readonly [map: string]: Counts } {
  const maps = report['maps'] as readonly { readonly name: string; readonly counts: Counts }[];
  return Object.fromEntries(maps.map(({ name, counts }) => [name, counts]));
}

export interface ReportedFailure {
  readonly code: string;
  readonly message?: string;
  readonly at: { readonly item?: string; readonly step?: string };
}

export function failuresOf(report: Record<string, unknown>): readonly ReportedFailure[] {
  return report['failures'] as readonly ReportedFailure[];
}

/** The rows of a CSV that has no quoted cells, by column. */
export function rowsOf(csv: string): readonly { readonly [column: string]: string }[] {
  const [head = '', ...lines] = csv.trimEnd().split('\n');
  const columns = head.split(',');
  return lines.map((line) => Object.fromEntries(line.split(',').map((cell, at) => [columns[at]!, cell])));
}
