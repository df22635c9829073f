import { existsSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fail, type Failure } from '../model/failure.ts';
import { runsFromSources } from './conditions.ts';
import type { FoundPlugin } from './manifest.ts';
import { installLine } from './package-manager.ts';

/** A plugin's place, or why there is none, with every file whose change could alter the answer. */
export interface Finding {
  readonly spec: string;
  readonly found: { readonly plugin: FoundPlugin } | { readonly failure: Failure };
  /** Absolute paths, also of files that do not exist (yet). */
  readonly watched: readonly string[];
}

/**
 * Finds one plugin of a project by its name in the config; imports nothing.
 *
 * `./x.ts` is a file beside the config. Any other name is a package in the `node_modules` of the project's
 * folder or of one above it, as Node resolves it, whose package.json says `runner: { plugin, manifest }`.
 */
export function findPlugin(spec: string, projectDir: string, sources = runsFromSources()): Finding {
  return /^\.{1,2}\//.test(spec) ? findFile(spec, projectDir) : findPackage(spec, projectDir, sources);
}

// The real path: a link from two projects must not make two modules.
function findFile(spec: string, projectDir: string): Finding {
  const path = resolve(projectDir, spec);
  const found = statSync(path, { throwIfNoEntry: false });
  if (found?.isDirectory()) {
    const hint = `A package is named by its own name. Take ${spec} out of plugins: and say: runner plugins add ${spec}`;
    return { spec, found: { failure: broken(spec, 'it is a folder', hint) }, watched: [path] };
  }
  if (!found?.isFile()) {
    const failure = broken(
      spec,
      `there is no file ${spec}`,
      `Write the plugin there, or take ${spec} out of plugins: in the config.`,
    );
    return { spec, found: { failure }, watched: [path] };
  }
  const entry = realpathSync(path);
  return {
    spec,
    found: { plugin: { spec, kind: 'file', dir: dirname(entry), entry, version: '0.0.0' } },
    watched: [path],
  };
}

function findPackage(spec: string, projectDir: string, sources: boolean): Finding {
  const candidates = packageFiles(spec, projectDir);
  const at = candidates.findIndex((path) => existsSync(path));
  const packageFile = candidates[at];
  if (packageFile === undefined) {
    const install = installLine(projectDir, [spec]);
    return { spec, found: { failure: fail('plugin.missing', { name: spec, install }).failure }, watched: candidates };
  }
  // A nearer folder that appears later would win, so the ones passed over are watched too.
  const watched = candidates.slice(0, at + 1);
  const read = readPackage(spec, packageFile, sources);
  if ('failure' in read) return { spec, found: read, watched };
  const { manifestFile } = read.plugin;
  return { spec, found: read, watched: manifestFile === undefined ? watched : [...watched, manifestFile] };
}

// Nearest first, as Node looks; not through `exports`, which need not name package.json.
function packageFiles(name: string, projectDir: string): string[] {
  const paths: string[] = [];
  for (let dir = resolve(projectDir); ; dir = dirname(dir)) {
    paths.push(join(dir, 'node_modules', name, 'package.json'));
    if (dirname(dir) === dir) return paths;
  }
}

/** Anything may stand there: it is checked where it is used. */
interface PackageJson {
  readonly version?: unknown;
  readonly runner?: { readonly plugin?: unknown; readonly manifest?: unknown; readonly source?: unknown };
}

function readPackage(
  spec: string,
  packageFile: string,
  sources: boolean,
): { readonly plugin: FoundPlugin } | { readonly failure: Failure } {
  const parsed = readObject(packageFile);
  if (parsed === undefined) return { failure: broken(spec, 'its package.json cannot be read', 'Install it again.') };
  const { plugin: built, manifest, source } = parsed.runner ?? {};
  if (typeof built !== 'string') {
    return {
      failure: broken(
        spec,
        'its package.json has no runner.plugin, so it is no plugin',
        `Take ${spec} out of plugins: in the config.`,
      ),
    };
  }
  // Links are resolved so that a workspace package is one module, however it is reached.
  const dir = realpathSync(dirname(packageFile));
  const entry = entryOf(dir, built, sources && typeof source === 'string' ? source : undefined);
  if (entry === undefined)
    return { failure: broken(spec, `its file ${built} is missing`, 'Build it, or install it again.') };
  const manifestFile = typeof manifest === 'string' ? join(dir, manifest) : undefined;
  // Sources are edited after the manifest was made, so there it says nothing.
  const useManifest = manifestFile !== undefined && !entry.fromSource && existsSync(manifestFile);
  return {
    plugin: {
      spec,
      kind: 'package',
      dir,
      entry: entry.path,
      ...(useManifest ? { manifestFile } : {}),
      version: typeof parsed.version === 'string' ? parsed.version : '0.0.0',
    },
  };
}

/** Undefined for a file that is not there or is no JSON. */
function readObject(packageFile: string): PackageJson | undefined {
  try {
    return (JSON.parse(readFileSync(packageFile, 'utf8')) ?? undefined) as PackageJson | undefined;
  } catch {
    return undefined;
  }
}

function entryOf(
  dir: string,
  built: string,
  source: string | undefined,
): { readonly path: string; readonly fromSource: boolean } | undefined {
  // Node strips no types below node_modules: there only built files run.
  if (source !== undefined && existsSync(join(dir, source)) && !/[\\/]node_modules[\\/]/.test(dir)) {
    return { path: join(dir, source), fromSource: true };
  }
  const path = join(dir, built);
  return existsSync(path) ? { path, fromSource: false } : undefined;
}

function broken(name: string, message: string, hint: string): Failure {
  return fail('plugin.broken', { name, message, hint }).failure;
}
