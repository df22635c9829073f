import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { writeFileAtomically } from '../lib/atomic-file.ts';
import { fail } from '../model/failure.ts';
import { buildManifest, manifestText } from '../plugins/build-manifest.ts';
import { checkPlugin } from '../plugins/load.ts';
import type { BuiltManifest } from './facade.ts';

interface PackageJson {
  readonly name?: string;
  readonly version?: string;
  readonly runner?: { readonly plugin?: string; readonly manifest?: string; readonly source?: string };
}

/**
 * Imports the plugin of a package folder once and writes what it offers into its `runner.manifest.json`.
 *
 * The author's own build step; throws `plugin.broken` when the folder holds no plugin or it is not built yet.
 */
export async function buildPluginManifest(folder: string): Promise<BuiltManifest> {
  const dir = resolve(folder);
  const packageFile = join(dir, 'package.json');
  const parsed = existsSync(packageFile) ? (JSON.parse(readFileSync(packageFile, 'utf8')) as PackageJson) : {};
  const name = parsed.name ?? dir;
  const { plugin: built, manifest = './runner.manifest.json' } = parsed.runner ?? {};
  if (built === undefined) throw fail('plugin.broken', { name, message: 'its package.json has no runner.plugin' });
  const entry = join(dir, built);
  if (!existsSync(entry))
    throw fail('plugin.broken', { name, message: `its file ${built} is missing`, hint: 'Build it first.' });
  const module = (await import(pathToFileURL(entry).href)) as { readonly default?: unknown };
  const version = parsed.version ?? '0.0.0';
  const plugin = checkPlugin(module.default, { spec: name, kind: 'package', dir, entry, version }, dir);
  const text = manifestText(buildManifest(plugin, version));
  const file = join(dir, manifest);
  const changed = !existsSync(file) || readFileSync(file, 'utf8') !== text;
  if (changed) writeFileAtomically(file, text);
  return { file, tasks: Object.keys(plugin.tasks), changed };
}
