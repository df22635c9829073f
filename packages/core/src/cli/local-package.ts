import { readFileSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fail } from '../model/failure.ts';

/** Tells whether a path is that of a package for npm to install, a folder or an archive, and not of a plugin's file. */
export function isPackagePath(path: string): boolean {
  return path.endsWith('.tgz') || statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}

/** Returns the name of the package in a folder, before it is installed; `undefined` for an archive. */
export function nameInFolder(path: string): string | undefined {
  if (path.endsWith('.tgz')) return undefined;
  const name = readPackage(path)['name'];
  if (typeof name === 'string') return name;
  throw fail('usage.invalid', {
    message: `${path} is a folder, and has no package.json with a name`,
    hint: 'Name the file of the plugin, or the folder of its package.',
  });
}

/** Returns the name under which a project has an installed archive, by what npm wrote into its package.json. */
export function nameOfArchive(path: string, projectDir: string): string {
  const { dependencies, devDependencies } = readPackage(projectDir);
  const found = Object.entries({ ...(dependencies as object), ...(devDependencies as object) }).find(
    ([, spec]) => String(spec).startsWith('file:') && resolve(projectDir, String(spec).slice(5)) === path,
  );
  if (found !== undefined) return found[0];
  throw fail('usage.invalid', {
    message: `${path} is installed, but package.json of the project does not say under which name`,
    hint: 'Add it by the name of its package.',
  });
}

function readPackage(dir: string): { readonly [key: string]: unknown } {
  try {
    return (JSON.parse(readFileSync(join(dir, 'package.json'), 'utf8')) ?? {}) as { readonly [key: string]: unknown };
  } catch {
    // Not there, or one that npm itself complains about.
    return {};
  }
}
