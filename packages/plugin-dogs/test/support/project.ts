import { createHash } from 'node:crypto';
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { createRig, type ProjectRig } from '@dataset-runner/core/testing';

/** A temporary project with this plugin that may reach this machine. */
export function dogsProject(config = ''): Promise<ProjectRig> {
  return createRig({
    packages: ['@dataset-runner/plugin-dogs', '@dataset-runner/kit'],
    config: `plugins: ['@dataset-runner/plugin-dogs']\nnetwork: { allowHosts: [127.0.0.1] }\n${config}`,
  });
}

/** What `--archives` is given: archives of a site, by their names. */
export function archivesOf(
  url: string,
  paths: { readonly [name: string]: string },
  pins: { readonly [name: string]: Uint8Array } = {},
): string {
  return JSON.stringify(
    Object.entries(paths).map(([name, path]) => ({
      name,
      url: `${url}/${path}`,
      ...(pins[name] === undefined
        ? {}
        : { sha256: createHash('sha256').update(pins[name]).digest('hex'), sizeBytes: pins[name].length }),
    })),
  );
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

/** The codes of the failures a run reported. */
export function codesOf(report: Record<string, unknown>): string[] {
  return ((report['failures'] ?? []) as { readonly code: string }[]).map(({ code }) => code);
}
