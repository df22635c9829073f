import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { alwaysIgnored, IgnoreRules } from '../formats/ignore.ts';
import { registryFailures } from '../failures.ts';
import { askGit } from '../git.ts';
import { commitOf } from '../repo/at-revision.ts';
import type { Repo } from '../repo/repo.ts';

/** The small files of a repository, in the workspace or at a revision of git. */
export interface RepoView {
  /** All dvc.yaml files, posix, from the root, in the order of their paths. */
  readonly pipelineFiles: readonly string[];
  /** A file's text; undefined where there is none. */
  readonly text: (path: string) => string | undefined;
}

/** The files as they lie in the workspace. */
export function workspaceView(root: string): RepoView {
  return { pipelineFiles: findPipelineFiles(root), ...workspaceTexts(root) };
}

/** The files' texts alone, without looking for pipelines. */
export function workspaceTexts(root: string): Pick<RepoView, 'text'> {
  return {
    text(path) {
      const stat = statSync(join(root, path), { throwIfNoEntry: false });
      return stat?.isFile() === true ? readFileSync(join(root, path), 'utf8') : undefined;
    },
  };
}

/** The files as a commit, branch or tag has them; throws `registry.revision-unknown`. */
export function revisionView({ root, gitRoot }: Repo, revision: string): RepoView {
  if (gitRoot === undefined) throw registryFailures['no-git']({ folder: root });
  const commit = commitOf({ root }, revision);
  const prefix = relative(gitRoot, root).split(sep).join('/');
  const listed = askGit(root, ['ls-tree', '-r', '-z', '--name-only', commit]);
  if (listed === undefined) throw registryFailures['revision-unknown']({ revision, root });
  const names = listed.split('\0').filter((name) => name !== '');
  return {
    pipelineFiles: names.filter((name) => name === 'dvc.yaml' || name.endsWith('/dvc.yaml')).sort(),
    text: (path) => askGit(gitRoot, ['show', `${commit}:${prefix === '' ? '' : `${prefix}/`}${path}`]),
  };
}

function findPipelineFiles(root: string): string[] {
  const found: string[] = [];
  const rules = new IgnoreRules();
  rules.add(alwaysIgnored, '');
  const visit = (folder: string): void => {
    const ignoreFile = join(root, folder, '.dvcignore');
    if (existsSync(ignoreFile)) rules.add(readFileSync(ignoreFile, 'utf8').split('\n'), folder);
    const entries = readdirSync(join(root, folder), { withFileTypes: true });
    const names = new Set(entries.map(({ name }) => name));
    for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
      const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
      if (rules.ignores(path, { folder: entry.isDirectory() })) continue;
      if (entry.name === 'dvc.yaml' && !entry.isDirectory()) found.push(path);
      // Tracked data holds no pipelines, and a repository of its own speaks for itself.
      const isData = names.has(`${entry.name}.dvc`) || existsSync(join(root, path, '.dvc'));
      if (entry.isDirectory() && !isData) visit(path);
    }
  };
  visit('');
  return found.sort();
}
