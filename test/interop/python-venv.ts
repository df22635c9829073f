import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const cache = fileURLToPath(new URL('../../node_modules/.cache/interop-venv/', import.meta.url));

/**
 * Returns the Python of a virtual environment that has the packages, made on first use and kept in the cache.
 *
 * A string instead is the reason why there is none: no Python here, or no package index to be reached.
 */
export function pythonWith(name: string, packages: readonly string[]): { readonly python: string } | string {
  const home = join(cache, name);
  const python = join(home, 'bin', 'python');
  const stamp = join(home, 'ready');
  if (existsSync(stamp)) return { python };
  mkdirSync(cache, { recursive: true });
  rmSync(home, { recursive: true, force: true });
  try {
    execFileSync('python3', ['-m', 'venv', home], { stdio: 'pipe' });
    execFileSync(python, ['-m', 'pip', 'install', '--quiet', ...packages], { stdio: 'pipe' });
  } catch (error) {
    rmSync(home, { recursive: true, force: true });
    return `no Python with ${packages.join(', ')}: ${(error as Error).message.split('\n')[0]}`;
  }
  // A stamp written last: an installation cut short is made again. It appears by a rename, so it is never half there.
  const made = mkdtempSync(join(dirname(stamp), 'stamp-'));
  renameSync(made, stamp);
  return { python };
}

/** Runs a Python script that reads JSON from standard input and prints JSON. */
export function runPython(python: string, script: string, input: unknown): unknown {
  const printed = execFileSync(python, ['-c', script], {
    input: JSON.stringify(input),
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
  });
  return JSON.parse(printed);
}
