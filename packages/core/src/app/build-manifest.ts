import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { writeFileAtomically } from '../lib/atomic-file.ts';
import { fail } from '../model/failure.ts';
import { buildManifest, manifestText } from '../plugins/build-manifest.ts';
import { loadPlugin, loadTasks } from '../plugins/load.ts';
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
  const parsed = readPackage(join(dir, 'package.json'));
  const name = parsed.name ?? dir;
  const { plugin: built, manifest = './runner.manifest.json' } = parsed.runner ?? {};
  if (built === undefined) {
    const hint = 'Name its built file in package.json: "runner": { "plugin": "./dist/index.js" }';
    throw fail('plugin.broken', { name, message: 'its package.json has no runner.plugin', hint });
  }
  const entry = join(dir, built);
  if (!existsSync(entry))
    throw fail('plugin.broken', { name, message: `its file ${built} is missing`, hint: 'Build it first.' });
  const version = parsed.version ?? '0.0.0';
  const found = { spec: name, kind: 'package', dir, entry, version } as const;
  const plugin = await loadPlugin(found, dir);
  const text = manifestText(buildManifest(plugin, await loadTasks(plugin, found, dir), version));
  const file = join(dir, manifest);
  const changed = !existsSync(file) || readFileSync(file, 'utf8') !== text;
  if (changed) writeFileAtomically(file, text);
  return { file, tasks: Object.keys(plugin.tasks), changed };
}

function readPackage(file: string): PackageJson {
  if (!existsSync(file)) return {};
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as PackageJson;
  } catch (error) {
    throw fail('config.invalid', { problems: [{ path: '', message: (error as Error).message, file: 'package.json' }] });
  }
}
