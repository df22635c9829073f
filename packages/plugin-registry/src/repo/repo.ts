import { existsSync, readFileSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, isAbsolute, join, resolve } from 'node:path';
import { registryFailures } from '../failures.ts';
import { type ConfigValue, type DvcConfig, mergeConfigs, parseConfig } from '../formats/config-file.ts';
import { LineFault } from '../formats/line-fault.ts';
import { checkConfigKeys } from './config-keys.ts';

/** A DVC repository on this machine. */
export interface Repo {
  /** Absolute path of the folder that holds `.dvc`. */
  readonly root: string;
  /** Absolute path of the git work tree around it; undefined where there is none (`core.no_scm`). */
  readonly gitRoot: string | undefined;
  /** All config files laid over each other: system, global, `.dvc/config`, `.dvc/config.local`. */
  readonly config: DvcConfig;
  /** Where objects lie: `.dvc/cache`, or `cache.dir`. */
  readonly cacheDir: string;
}

/** Opens the repository that a folder lies in; throws `registry.no-repo` where there is none. */
export function openRepo(folder: string): Repo {
  const repo = repoAround(folder);
  if (repo === undefined) throw registryFailures['no-repo']({ folder });
  return repo;
}

/** The repository for work that needs none: the one around a folder, else a private one in the project's `.runner`. */
export function repoOrScratch(folder: string): Repo {
  const repo = repoAround(folder);
  if (repo !== undefined) return repo;
  const project = upwards(resolve(folder), (each) => isFolder(join(each, '.runner'))) ?? resolve(folder);
  const root = join(project, '.runner', 'registry');
  const config = { sections: new Map(), remotes: new Map() };
  return { root, gitRoot: undefined, config, cacheDir: join(root, '.dvc', 'cache') };
}

function repoAround(folder: string): Repo | undefined {
  const root = upwards(resolve(folder), (each) => isFolder(join(each, '.dvc')));
  if (root === undefined) return undefined;
  const config = configUpTo(root, { local: true });
  const gitRoot = upwards(root, (each) => existsSync(join(each, '.git')));
  return { root, gitRoot, config, cacheDir: cacheDirOf(root, config) };
}

/** The config files laid over each other, as far as `.dvc/config`, or with `local` the one above it too. */
export function configUpTo(root: string, { local }: { readonly local: boolean }): DvcConfig {
  const names = ['config', ...(local ? ['config.local'] : [])];
  return mergeConfigs([...configFilesOutside(), ...names.map((name) => join(root, '.dvc', name))].map(readConfig));
}

/** One config file, checked key by key; an absent one is empty. */
export function readConfig(file: string): DvcConfig {
  if (!existsSync(file)) return { sections: new Map(), remotes: new Map() };
  try {
    const config = parseConfig(readFileSync(file, 'utf8'));
    checkConfigKeys(config, file);
    return config;
  } catch (error) {
    if (error instanceof LineFault)
      throw registryFailures['file-broken']({ file, line: error.line, why: error.message });
    throw error;
  }
}

/** A single value of a section; a list counts as its items joined by commas. */
export function textOf(value: ConfigValue | undefined): string | undefined {
  return value === undefined || typeof value === 'string' ? value : value.join(',');
}

// A relative cache.dir starts at the folder of the config file that names it; the two in the repository share one.
function cacheDirOf(root: string, config: DvcConfig): string {
  const dir = textOf(config.sections.get('cache')?.get('dir'));
  if (dir === undefined) return join(root, '.dvc', 'cache');
  const home = dir.replace(/^~(?=\/|$)/, homedir());
  return isAbsolute(home) ? home : resolve(root, '.dvc', home);
}

function configFilesOutside(): string[] {
  const global = process.env['XDG_CONFIG_HOME'] ?? join(homedir(), '.config');
  return [join('/etc', 'xdg', 'dvc', 'config'), join(global, 'dvc', 'config')];
}

/** The folder, or the nearest one above it, of which something holds. */
export function upwards(from: string, holds: (folder: string) => boolean): string | undefined {
  for (let folder = from; ; folder = dirname(folder)) {
    if (holds(folder)) return folder;
    if (folder === dirname(folder)) return undefined;
  }
}

/** Whether a folder lies there. */
export function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}
