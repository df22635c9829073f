import { execFile, execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { pythonWith } from './python-venv.ts';

/** A stock DVC from the package index. */
export interface Dvc {
  /** Runs `dvc` in a folder; throws with all it printed when it fails. */
  run(dir: string, ...args: readonly string[]): string;
  /** Like `run`, while this process goes on: a server in it can answer. */
  start(dir: string, ...args: readonly string[]): Promise<string>;
  /** Whether `dvc status` (with these arguments) has nothing to say; what it said else. */
  status(dir: string, ...args: readonly string[]): string;
}

/** DVC of a version, installed on first use; a text is the reason why there is none. */
export function dvcOf(version: string, ...packages: readonly string[]): Dvc | string {
  const venv = pythonWith(`dvc-${version}`, packages);
  if (typeof venv === 'string') return venv;
  const program = join(dirname(venv.python), 'dvc');
  const options = (dir: string) => {
    const home = join(dir, '.runner', 'home');
    mkdirSync(home, { recursive: true });
    const own = { HOME: home, DVC_SITE_CACHE_DIR: join(home, 'site'), DVC_NO_ANALYTICS: '1', CI: 'true' };
    return { cwd: dir, encoding: 'utf8', env: { ...process.env, ...own } } as const;
  };
  const call = (dir: string, args: readonly string[]) => spawnSync(program, args, options(dir));
  const run = (dir: string, ...args: readonly string[]): string => {
    const { status, stdout, stderr } = call(dir, args);
    if (status !== 0) throw new Error(`dvc ${args.join(' ')} ended with ${status}\n${stdout}\n${stderr}`);
    return stdout;
  };
  return {
    run,
    start: async (dir, ...args) => (await promisify(execFile)(program, [...args], options(dir))).stdout,
    status(dir, ...args) {
      const told = JSON.parse(run(dir, 'status', '--json', ...args)) as object;
      return Object.keys(told).length === 0 ? '' : JSON.stringify(told);
    },
  };
}

export function git(dir: string, ...args: readonly string[]): string {
  const who = ['-c', 'user.name=a', '-c', 'user.email=a@example.org'];
  return execFileSync('git', [...who, ...args], { cwd: dir, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
}
