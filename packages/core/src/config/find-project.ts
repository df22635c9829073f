import { readFileSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join, resolve } from 'node:path';

// On the start path of every command: only node: modules, only synchronous calls.

/** Where a project's config is, before it is read. */
export interface ProjectPlace {
  /** Absolute. */
  readonly dir: string;
  /** Absolute path of the file that made it a project. */
  readonly configFile: string;
  readonly kind: 'runner.yaml' | 'package.json';
}

/**
 * The nearest project at or above a folder: a `runner.yaml`, or a `package.json` whose `runner` key lists
 * `plugins`. Undefined outside a project.
 */
export function findProject(startDir: string): ProjectPlace | undefined {
  for (let dir = resolve(startDir); ; dir = dirname(dir)) {
    const yaml = join(dir, 'runner.yaml');
    if (isFile(yaml)) return { dir, configFile: yaml, kind: 'runner.yaml' };
    const packageFile = join(dir, 'package.json');
    if (namesPlugins(packageFile)) return { dir, configFile: packageFile, kind: 'package.json' };
    if (dirname(dir) === dir) return undefined;
  }
}

/** The folder for state outside any project, by the custom of each system; nothing is created. */
export function userStateDir(env: { readonly [name: string]: string | undefined }): string {
  const name = 'dataset-runner';
  const home = env['HOME'] ?? env['USERPROFILE'] ?? homedir();
  if (process.platform === 'win32') return join(env['LOCALAPPDATA'] ?? join(home, 'AppData', 'Local'), name);
  if (process.platform === 'darwin') return join(home, 'Library', 'Application Support', name);
  return join(env['XDG_STATE_HOME'] ?? join(home, '.local', 'state'), name);
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
}

// A plugin's own package.json has a `runner` key as well (`plugin`, `manifest`): only `plugins` makes a project.
function namesPlugins(packageFile: string): boolean {
  let text: string;
  try {
    text = readFileSync(packageFile, 'utf8');
  } catch {
    return false;
  }
  if (!text.includes('"plugins"') || !text.includes('"runner"')) return false;
  try {
    const parsed: unknown = JSON.parse(text);
    const runner = (parsed as { readonly runner?: { readonly plugins?: unknown } } | null)?.runner;
    return typeof runner === 'object' && runner !== null && Object.hasOwn(runner, 'plugins');
  } catch {
    // Broken JSON is npm's to report; here it only means that nothing says "project".
    return false;
  }
}
