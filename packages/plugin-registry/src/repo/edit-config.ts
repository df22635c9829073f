import { existsSync, readFileSync } from 'node:fs';
import { isAbsolute, join, relative, resolve, sep } from 'node:path';
import { type ConfigValue, type DvcConfig, dumpConfig } from '../formats/config-file.ts';
import { writeAtomically } from '../workspace/write-atomically.ts';
import { checkConfigKeys, checkRemoteValue, isSecretKey } from './config-keys.ts';
import { registryFailures } from '../failures.ts';
import { readConfig } from './repo.ts';

/** A change of one config file; `undefined` takes a key away. */
export interface ConfigChange {
  /** Absolute root of the repository. */
  readonly root: string;
  /** `.dvc/config.local`, which git does not see, instead of `.dvc/config`. */
  readonly local: boolean;
  /** Of the section `remote "<name>"`; undefined changes `section`. */
  readonly remote?: string;
  readonly section?: string;
  /** What `remote` is called before: the section moves to its new name with all it has. */
  readonly was?: string;
  readonly set: { readonly [key: string]: string | undefined };
  /** Drops the whole section first. */
  readonly drop?: boolean;
}

/** Writes a config file anew with the change, as DVC does: comments are gone, unknown keys are refused. */
export function editConfig({ root, local, remote, section = 'core', was, set, drop = false }: ConfigChange): void {
  const file = join(root, '.dvc', local ? 'config.local' : 'config');
  const before = readConfig(file);
  const name = (remote ?? section).toLowerCase();
  const from = remote === undefined ? before.sections : before.remotes;
  const keys = new Map<string, ConfigValue>(drop ? [] : from.get(was?.toLowerCase() ?? name));
  for (const [key, value] of Object.entries(set)) {
    if (value !== undefined && remote !== undefined) checkRemoteValue(key, value, file);
    if (value === undefined) keys.delete(key);
    else keys.set(key, isSecretKey(key) ? secretOf(value) : value);
  }
  const to = new Map(from);
  if (was !== undefined) to.delete(was.toLowerCase());
  if (keys.size === 0) to.delete(name);
  else to.set(name, keys);
  const after: DvcConfig = remote === undefined ? { ...before, sections: to } : { ...before, remotes: to };
  checkConfigKeys(after, file);
  const text = dumpConfig(after);
  if (!existsSync(file) || readFileSync(file, 'utf8') !== text) writeAtomically(file, text);
}

// Read here, in the work, so that the secret is in no record of the run.
function secretOf(reference: string): string {
  const [, kind, name = ''] = /^(env|file):(.+)$/s.exec(reference) ?? [];
  const found =
    kind === 'env' ? process.env[name] : kind === 'file' && existsSync(name) ? readFileSync(name, 'utf8') : undefined;
  if (found === undefined) throw registryFailures['secret-missing']({ reference: kind === undefined ? '' : reference });
  return found.trimEnd();
}

/** A folder as `.dvc/config` names it: relative to `.dvc`, so that the repository can move; URLs stay. */
export function urlForConfig(root: string, url: string, from: string): string {
  if (/^[a-z0-9+]+:\/\//i.test(url) || isAbsolute(url) || url.startsWith('~')) return url;
  return relative(join(root, '.dvc'), resolve(from, url)).split(sep).join('/');
}

/** Where the url of a remote leads: a relative folder starts at `.dvc`, URLs stay. */
export function urlFromConfig(root: string, url: string): string {
  return url === '' || urlForConfig(root, url, root) === url ? url : resolve(root, '.dvc', url);
}
