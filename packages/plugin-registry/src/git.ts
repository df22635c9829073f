import { execFileSync } from 'node:child_process';

/** Asks git something about a work tree; undefined where git says no or is not installed. */
export function askGit(folder: string, args: readonly string[]): string | undefined {
  try {
    // Node's own bound is 1 MiB, and a list of 10,000 files is longer: it would seem that git had said no.
    const maxBuffer = 2 ** 30;
    return execFileSync('git', ['-C', folder, ...args], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
      maxBuffer,
    });
  } catch {
    return undefined;
  }
}

/** The work tree a folder lies in. */
export function gitRootOf(folder: string): string | undefined {
  return askGit(folder, ['rev-parse', '--show-toplevel'])?.trimEnd();
}

/** Whether git ignores a path by some rule already. */
export function isGitIgnored(folder: string, path: string): boolean {
  return askGit(folder, ['check-ignore', '-q', '--', path]) !== undefined;
}

/** Whether git tracks a path, or files below it. */
export function isGitTracked(folder: string, path: string): boolean {
  // Literally: a name with `*` or `[` in it is no pattern for others.
  return (askGit(folder, ['--literal-pathspecs', 'ls-files', '--', path]) ?? '') !== '';
}
