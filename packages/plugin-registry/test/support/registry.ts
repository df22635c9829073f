import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { createRig, type ProjectRig } from '@dataset-runner/core/testing';

/** A temporary project that is a git work tree and a registry with a default remote, `../storage` unless told. */
export async function registry(
  files: { readonly [path: string]: string | Uint8Array } = {},
  options: {
    readonly remote?: string | false;
    readonly config?: string;
    readonly env?: { readonly [name: string]: string };
  } = {},
): Promise<ProjectRig> {
  const rig = await emptyProject(files, options.config, options.env);
  execFileSync('git', ['init', '-q', '-b', 'main'], { cwd: rig.dir });
  git(rig, 'config', 'user.email', 'a@example.org');
  git(rig, 'config', 'user.name', 'a');
  rig.write('.gitignore', 'node_modules\n.runner\nstorage\n');
  await done(rig, 'init');
  const { remote = './storage' } = options;
  if (remote !== false) await done(rig, 'remote', 'add', 'storage', remote, '--default');
  return rig;
}

/** A temporary project with this plugin. */
export async function emptyProject(
  files: { readonly [path: string]: string | Uint8Array } = {},
  config = '',
  env: { readonly [name: string]: string } = {},
): Promise<ProjectRig> {
  return createRig({
    packages: ['@dataset-runner/plugin-registry', '@dataset-runner/kit'],
    config: `plugins: ['@dataset-runner/plugin-registry']\nnetwork: { allowHosts: [127.0.0.1] }\n${config}`,
    files,
    // No person's own settings of DVC or git.
    env: { XDG_CONFIG_HOME: '/nonexistent', GIT_CONFIG_GLOBAL: '/dev/null', ...env },
  });
}

/** Runs a task that has to succeed and gives its result. */
export async function done<T = Record<string, unknown>>(
  rig: ProjectRig,
  task: string,
  ...args: readonly string[]
): Promise<T> {
  const { code, report, stderr } = await rig.json('run', `registry:${task}`, ...args);
  if (code !== 0)
    throw new Error(`registry:${task} ${args.join(' ')} ended with ${code}\n${JSON.stringify(report)}\n${stderr}`);
  return report['result'] as T;
}

/** Runs a task that has to fail and gives the first failure's code. */
export async function failed(
  rig: ProjectRig,
  task: string,
  ...args: readonly string[]
): Promise<{
  readonly code: string;
  readonly message: string;
  readonly exit: number | undefined;
  readonly details: Record<string, unknown>;
}> {
  const { code, report } = await rig.json('run', `registry:${task}`, ...args);
  const [first] = report['failures'] as { code: string; message: string; details?: Record<string, unknown> }[];
  return { code: first?.code ?? '', message: first?.message ?? '', exit: code, details: first?.details ?? {} };
}

export function git(rig: ProjectRig, ...args: readonly string[]): string {
  return execFileSync('git', args, { cwd: rig.dir, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
}

/** All files below a folder of the project with their text. */
export function textsIn(rig: ProjectRig, folder: string): { readonly [relpath: string]: string } {
  return textsBelow(join(rig.dir, folder));
}

export function textsBelow(root: string): { readonly [relpath: string]: string } {
  const names = readdirSync(root, { recursive: true, encoding: 'utf8' }).sort();
  const files = names.filter((name) => statSync(join(root, name)).isFile());
  return Object.fromEntries(files.map((name) => [name, readFileSync(join(root, name), 'utf8')]));
}
