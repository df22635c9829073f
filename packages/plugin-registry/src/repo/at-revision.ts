import { execFileSync } from 'node:child_process';
import { relative, sep } from 'node:path';
import { registryFailures } from '../failures.ts';
import { askGit } from '../git.ts';
import { type LockedOut, lockedOuts } from './locked.ts';
import type { Repo } from './repo.ts';
import { joined } from './targets.ts';
import { type TrackedFile, trackedOf } from './tracked.ts';

/** What a repository's files said of its data at a commit. */
export interface DescribedThen {
  readonly tracked: readonly TrackedFile[];
  readonly locked: readonly LockedOut[];
}

/** The commit a revision names, 40 hex digits; throws `registry.revision-unknown`, which calls the repository `name`. */
export function commitOf(repo: Pick<Repo, 'root'>, revision: string, name: string = repo.root): string {
  const found = askGit(repo.root, ['rev-parse', '--verify', '--quiet', '--end-of-options', `${revision}^{commit}`]);
  if (found === undefined) throw registryFailures['revision-unknown']({ revision, root: name });
  return found.trim();
}

/** Reads the files of a repository as they were at commits, each file's text only once however many commits share it. */
export class History {
  readonly #repo: Repo;
  readonly #texts = new Map<string, string>();

  constructor(repo: Repo) {
    if (repo.gitRoot === undefined) throw registryFailures['no-git']({ folder: repo.root });
    this.#repo = repo;
  }

  at(commit: string): DescribedThen {
    const blobs = this.#blobs(commit);
    const names = [...blobs.keys()].filter((name) => /(?:[^/]\.dvc|(?:^|\/)dvc\.(?:yaml|lock))$/.test(name));
    this.#load(names.flatMap((name) => blobs.get(name) ?? []));
    // Parameters are only read where a template asks for them.
    const read = (file: string): string | undefined => {
      const blob = blobs.get(joined(file));
      if (blob !== undefined) this.#load([blob]);
      return this.#texts.get(blob ?? '');
    };
    return {
      tracked: names.filter((name) => name.endsWith('.dvc')).map((name) => trackedOf(name, read(name) ?? '')),
      locked: names.filter((name) => name.split('/').at(-1) === 'dvc.lock').flatMap((name) => lockedOuts(name, read)),
    };
  }

  // The blob of each file that speaks of data or may hold parameters, by path from the root of the repository, which
  // may lie inside git's.
  #blobs(commit: string): Map<string, string> {
    const { root, gitRoot = root } = this.#repo;
    const below = relative(gitRoot, root).split(sep).join('/');
    const prefix = below === '' ? '' : `${below}/`;
    const listed = askGit(gitRoot, ['ls-tree', '-r', '-z', '--full-tree', commit]);
    // No answer is not an empty commit: what is named there would seem to be named by nobody.
    if (listed === undefined) throw registryFailures['revision-unknown']({ revision: commit, root });
    const blobs = new Map<string, string>();
    for (const line of listed.split('\0')) {
      const [, blob = '', path = ''] = /^\d+ blob ([0-9a-f]+)\t(.*)$/s.exec(line) ?? [];
      if (!path.startsWith(prefix) || !/(?:[^/]\.dvc|\.ya?ml|\.json|(?:^|\/)dvc\.lock)$/.test(path)) continue;
      blobs.set(path.slice(prefix.length), blob);
    }
    return blobs;
  }

  #load(blobs: readonly string[]): void {
    const wanted = [...new Set(blobs)].filter((blob) => !this.#texts.has(blob));
    if (wanted.length === 0) return;
    const { root } = this.#repo;
    const input = `${wanted.join('\n')}\n`;
    const answer = execFileSync('git', ['-C', root, 'cat-file', '--batch'], { input, maxBuffer: 2 ** 30 });
    let at = 0;
    for (const blob of wanted) {
      const end = answer.indexOf(10, at);
      const size = Number(answer.toString('latin1', at, end).split(' ')[2]);
      this.#texts.set(blob, answer.toString('utf8', end + 1, end + 1 + size));
      // A line feed stands behind each blob.
      at = end + 1 + size + 1;
    }
  }
}
