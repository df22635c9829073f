import { createRig, type ProjectRig } from '@dataset-runner/core/testing';
import { binFiles, type MadeBin } from './made-bins.ts';

/** A temporary project with this plugin and made bins in `raw/`. */
export async function ifcbProject(
  bins: { readonly [id: string]: MadeBin } = {},
  more: { readonly config?: string } = {},
): Promise<ProjectRig> {
  return createRig({
    packages: ['@dataset-runner/plugin-ifcb', '@dataset-runner/kit'],
    config: `plugins: ['@dataset-runner/plugin-ifcb']\n${more.config ?? ''}`,
    files: binFiles('raw', bins),
  });
}
