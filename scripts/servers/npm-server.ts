// Servers that come as npm packages: installed once beside the checkout's own packages, so that no lock of ours has to carry them.
import { execFile } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** A package with its one version: another one is another server. */
export interface NpmServer {
  readonly name: string;
  readonly version: string;
  /** Below the package's own folder. */
  readonly program: string;
}

/** Absolute path of the server's program, whether it is there or not. */
export function npmProgram(server: NpmServer): string {
  return join(folderOf(server), 'node_modules', server.name, server.program);
}

/** Installs the server where it is missing; returns why it is still missing, or undefined. */
export async function ensureNpmServer(server: NpmServer): Promise<string | undefined> {
  if (existsSync(npmProgram(server))) return undefined;
  const folder = folderOf(server);
  mkdirSync(folder, { recursive: true });
  // No scripts of its hundreds of packages: it runs without them.
  const flags = ['--no-save', '--no-audit', '--no-fund', '--ignore-scripts', '--prefix', folder];
  try {
    await promisify(execFile)('npm', ['install', ...flags, `${server.name}@${server.version}`], { cwd: folder });
  } catch (error) {
    return `npm could not install ${server.name}@${server.version}: ${String((error as { stderr?: unknown }).stderr)
      .trim()
      .split('\n')
      .at(-1)}`;
  }
  return existsSync(npmProgram(server)) ? undefined : `${server.name} brought no ${server.program}`;
}

function folderOf({ name, version }: NpmServer): string {
  const cache = process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache');
  return join(cache, 'dataset-runner', 'servers', `${name}-${version}`);
}
