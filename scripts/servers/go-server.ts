// Servers that come as Go modules: built once, kept beside the ones of npm.
import { execFile } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** A module with its one version. */
export interface GoServer {
  /** As in `github.com/owner/name`; its last part names the program. */
  readonly module: string;
  readonly version: string;
}

/** Absolute path of the server's program, whether it is there or not. */
export function goProgram(server: GoServer): string {
  return join(folderOf(server), nameOf(server));
}

/** Builds the server where it is missing; returns why it is still missing, or undefined. */
export async function ensureGoServer(server: GoServer): Promise<string | undefined> {
  if (existsSync(goProgram(server))) return undefined;
  const folder = folderOf(server);
  mkdirSync(folder, { recursive: true });
  const env = { ...process.env, GOBIN: folder, GOFLAGS: '-mod=mod', GOTOOLCHAIN: 'local' };
  try {
    await promisify(execFile)('go', ['install', `${server.module}@v${server.version}`], { env, cwd: folder });
  } catch (error) {
    const { code, stderr } = error as { readonly code?: unknown; readonly stderr?: unknown };
    if (code === 'ENOENT') return `install Go, which builds ${nameOf(server)}`;
    return `go could not build ${nameOf(server)}: ${String(stderr).trim().split('\n').at(-1)}`;
  }
  return existsSync(goProgram(server)) ? undefined : `${server.module} brought no program`;
}

function nameOf({ module }: GoServer): string {
  return module.split('/').at(-1) ?? module;
}

function folderOf(server: GoServer): string {
  const cache = process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache');
  return join(cache, 'dataset-runner', 'servers', `${nameOf(server)}-${server.version}`);
}
