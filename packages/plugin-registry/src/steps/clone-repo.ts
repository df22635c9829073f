import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { dirname, isAbsolute, join, relative, resolve } from 'node:path';
import { promisify } from 'node:util';
import { defineStep } from '@dataset-runner/core/plugin';
import { registryFailures } from '../failures.ts';
import { commitOf } from '../repo/at-revision.ts';
import { editConfig } from '../repo/edit-config.ts';
import { isFolder, openRepo, readConfig, textOf, upwards } from '../repo/repo.ts';

/** A repository elsewhere, at a commit. */
export interface WantedRepo {
  /** As git takes it: a URL, or an absolute path. */
  readonly url: string;
  /** The folder in it where paths start; '' is its root. */
  readonly within: string;
  /** A branch, tag or commit; undefined is the default branch. */
  readonly rev?: string;
  /** Absolute: where clones are kept. */
  readonly into: string;
}

/** A work tree of it. */
export interface ClonedRepo {
  /** Absolute: where paths start. */
  readonly dir: string;
  /** 40 hex digits. */
  readonly revLock: string;
}

const run = promisify(execFile);

/**
 * Makes a work tree of a repository at a commit, by the `git` program with whatever credentials it has.
 *
 * Each commit has a folder of its own, which appears whole; it may be removed any time.
 */
export const cloneRepo = defineStep({
  name: 'clone-repo',
  cache: false,
  async work({ url, within, rev, into }: WantedRepo, { signal }): Promise<ClonedRepo> {
    const git = async (...args: readonly string[]): Promise<string> => {
      try {
        // Nobody is there to be asked for a password.
        const env = { ...process.env, GIT_TERMINAL_PROMPT: '0' };
        return (await run('git', [...args], { signal, env, maxBuffer: 2 ** 28 })).stdout;
      } catch (error) {
        const { stderr, message } = error as { readonly stderr?: string; readonly message: string };
        throw registryFailures['clone-failed']({ url, why: (stderr ?? message).trim().split('\n').at(-1) ?? '' });
      }
    };
    mkdirSync(into, { recursive: true });
    const mirror = join(into, `${createHash('sha256').update(url).digest('hex').slice(0, 16)}.git`);
    if (!existsSync(mirror)) {
      const fresh = `${mirror}.${process.pid}.tmp`;
      rmSync(fresh, { recursive: true, force: true });
      await git('clone', '--quiet', '--mirror', '--', url, fresh);
      renameSync(fresh, mirror);
    } else await git('-C', mirror, 'remote', 'update', '--prune');
    const revLock = commitOf({ root: mirror }, rev ?? 'HEAD', url);
    const part = within === '' ? '' : `-${createHash('sha256').update(within).digest('hex').slice(0, 16)}`;
    const dir = `${mirror.slice(0, -4)}-${revLock}${part}`;
    if (!existsSync(dir)) {
      const fresh = `${dir}.${process.pid}.tmp`;
      rmSync(fresh, { recursive: true, force: true });
      await git('clone', '--quiet', '--shared', '--no-checkout', '--', mirror, fresh);
      await git('-C', fresh, 'checkout', '--quiet', '--detach', revLock);
      if (isAbsolute(url) && existsSync(join(fresh, within, '.dvc'))) asAtHome(join(url, within), join(fresh, within));
      renameSync(fresh, dir);
    }
    if (!existsSync(join(dir, within))) throw registryFailures['path-missing']({ path: join(url, within) });
    return { dir: join(dir, within), revLock };
  },
});

// The folders a config names by relative paths lie beside the original, not beside its clone; and where the original
// has no remote, its own cache is where its data is. DVC reads both the same way.
function asAtHome(original: string, clone: string): void {
  const { remotes, sections } = readConfig(join(clone, '.dvc', 'config'));
  for (const [remote, keys] of remotes) {
    const url = textOf(keys.get('url'));
    if (url === undefined || isAbsolute(url) || /^[a-z0-9+]+:\/\//.test(url)) continue;
    editConfig({ root: clone, local: true, remote, set: { url: resolve(original, '.dvc', url) } });
  }
  if (sections.get('core')?.get('remote') !== undefined || !existsSync(join(original, '.dvc'))) return;
  editConfig({ root: clone, local: true, remote: 'origin-cache', set: { url: openRepo(original).cacheDir } });
  editConfig({ root: clone, local: true, section: 'core', set: { remote: 'origin-cache' } });
}

/** The url of a repository as git takes it: a folder as its absolute path. */
export function repoUrl(url: string, from: string): string {
  const path = resolve(from, url);
  return existsSync(path) && existsSync(dirname(path)) ? path : url;
}

/**
 * The work tree that a folder lies in, for git clones no part of one, and where in it paths start: at the root of the
 * DVC repository around the folder, else at the folder itself, as DVC takes it.
 */
export function workTreeAt(url: string): Pick<WantedRepo, 'url' | 'within'> {
  const isBare = existsSync(join(url, 'HEAD')) && existsSync(join(url, 'objects'));
  const top = isAbsolute(url) && isFolder(url) && !isBare ? upwards(url, hasGit) : undefined;
  if (top === undefined) return { url, within: '' };
  const inDvc = upwards(url, (folder) => folder === top || isFolder(join(folder, '.dvc'))) ?? top;
  return { url: top, within: relative(top, isFolder(join(inDvc, '.dvc')) ? inDvc : url) };
}

function hasGit(folder: string): boolean {
  return existsSync(join(folder, '.git'));
}
