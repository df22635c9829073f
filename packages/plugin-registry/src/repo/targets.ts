import { join, relative, resolve, sep } from 'node:path';
import { registryFailures } from '../failures.ts';
import type { Repo } from './repo.ts';

/** A path as the repository names it: posix, from its root; '' is the root. Throws for a path outside of it. */
export function repoPath(repo: Repo, path: string, from: string = process.cwd()): string {
  const inside = relative(repo.root, resolve(from, path)).split(sep).join('/');
  if (inside === '..' || inside.startsWith('../')) throw registryFailures['path-outside']({ path, root: repo.root });
  return inside;
}

/** Where the index of known hashes lies; DVC's own `.gitignore` hides the folder. */
export function indexPath(root: string): string {
  return join(root, '.dvc', 'tmp', 'runner', 'index.db');
}

/** Where files wait for the rename to their place: nothing half-made is ever seen in tracked data. */
export function stagingDir(root: string): string {
  return join(root, '.dvc', 'tmp', 'runner', 'placing');
}

/** The folder of a posix path; '' at the root. */
export function folderOf(path: string): string {
  const at = path.lastIndexOf('/');
  return at < 0 ? '' : path.slice(0, at);
}

/** Joins posix paths that start at the root, with `.` and `..` resolved. */
export function joined(...paths: readonly string[]): string {
  const parts: string[] = [];
  for (const part of paths.flatMap((path) => path.split('/'))) {
    if (part === '..') parts.pop();
    else if (part !== '' && part !== '.') parts.push(part);
  }
  return parts.join('/');
}

/** A path that a file of the repository names from a folder, posix, from the root; throws `registry.path-outside`. */
export function insideOf(folder: string, path: string, file: string): string {
  if (/^(?:[a-z0-9+]+:\/\/|\/)/i.test(path)) throw registryFailures['path-outside']({ path, root: file });
  const parts = folder === '' ? [] : folder.split('/');
  for (const part of path.split('/')) {
    if (part === '..') {
      if (parts.pop() === undefined) throw registryFailures['path-outside']({ path, root: file });
    } else if (part !== '' && part !== '.') parts.push(part);
  }
  return parts.join('/');
}

/** Whether a path is another one or lies below it; '' is the root. */
export function isWithin(path: string, folder: string): boolean {
  return folder === '' || path === folder || path.startsWith(`${folder}/`);
}

/**
 * Whether a target, posix from the root, means a stage (`path/dvc.yaml:name`): by that, by its name in its folder, or
 * by its group, as `train` means `train@us`.
 */
export function isStageTarget(target: string, stage: string): boolean {
  const [file = '', name = ''] = stage.split(/(?<=dvc\.yaml):(.*)/s);
  return [stage, joined(folderOf(file), name)].some((each) => each === target || each.startsWith(`${target}@`));
}
