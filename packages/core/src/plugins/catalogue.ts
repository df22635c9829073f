import { unknownTasks } from '../config/check-pipeline.ts';
import type { Project } from '../config/project.ts';
import { fail } from '../model/failure.ts';
import { emptyCatalogue, readCatalogueCache, writeCatalogueCache } from './catalogue-cache.ts';
import { writeConfigSchema } from './config-schema-file.ts';
import { findPlugin } from './find.ts';
import { importManifest } from './import-manifest.ts';
import { type Catalogue, type CataloguePlugin, type DisabledPlugin, listTasks } from './manifest.ts';
import { readShippedManifest } from './shipped-manifest.ts';

/** The catalogue of a project: the cached one while it is true, else a new one, kept for the next start. */
export async function loadCatalogue(project: Project): Promise<Catalogue> {
  const cached =
    project.configFile === undefined ? emptyCatalogue(project.dir) : readCatalogueCache({ cwd: project.dir, env: {} });
  if (cached !== undefined) return cached;
  const startedMs = Date.now();
  const { catalogue, watched } = await buildCatalogue(project);
  // What broke an import (a package that is not installed) is in no file we watch: it is tried again each time.
  const broken = catalogue.disabled.some(({ failure }) => failure.code === 'plugin.broken');
  if (!broken) {
    writeCatalogueCache(catalogue, watched, startedMs);
    if (catalogue.configFile?.endsWith('runner.yaml') === true) writeConfigSchema(catalogue, project.stateDir);
  }
  return catalogue;
}

/** A catalogue just built and every file it depends on. */
export interface BuiltCatalogue {
  readonly catalogue: Catalogue;
  /** Absolute paths, also of files that are not there (yet). */
  readonly watched: readonly string[];
}

/**
 * Finds all plugins of a project and reads their manifests. A plugin that cannot be used is listed as disabled
 * with its remedy; nothing is thrown for it and the others work.
 */
async function buildCatalogue(project: Project): Promise<BuiltCatalogue> {
  const read = await Promise.all(project.plugins.map(({ name }) => readPlugin(name, project)));
  const plugins: CataloguePlugin[] = [];
  const disabled: DisabledPlugin[] = [];
  for (const { result } of read) {
    if ('failure' in result) disabled.push(result);
    else {
      const first = plugins.find((other) => other.manifest.name === result.manifest.name);
      if (first === undefined) plugins.push(result);
      else disabled.push(duplicate(first, result));
    }
  }
  const { configFile } = project;
  const pipelines = Object.values(project.pipelines).map(({ name, entries }) => ({
    name,
    tasks: entries.map(({ task }) => task),
  }));
  const catalogue: Catalogue = {
    dir: project.dir,
    ...(configFile === undefined ? {} : { configFile }),
    plugins,
    disabled,
    pipelines,
    stores: Object.keys(project.stores),
  };
  const tasks = Object.fromEntries(listTasks(catalogue).map(({ id, task }) => [id, task]));
  const unknown = disabled.length === 0 ? unknownTasks(project, tasks) : [];
  return {
    catalogue: { ...catalogue, ...(unknown.length === 0 ? {} : { unknownTasks: unknown }) },
    watched: [...(configFile === undefined ? [] : [configFile]), ...read.flatMap(({ watched }) => watched)],
  };
}

interface ReadPlugin {
  readonly result: CataloguePlugin | DisabledPlugin;
  readonly watched: readonly string[];
}

// Each plugin on its own, so that a slow import does not wait for another one.
async function readPlugin(spec: string, project: Project): Promise<ReadPlugin> {
  const { found, watched } = findPlugin(spec, project.dir);
  if ('failure' in found) return { result: { spec, failure: found.failure }, watched };
  const { plugin } = found;
  if (plugin.manifestFile !== undefined) {
    const shipped = readShippedManifest(spec, plugin.manifestFile, project.dir);
    return { result: 'failure' in shipped ? { spec, ...shipped } : { ...plugin, ...shipped }, watched };
  }
  const { answer, files } = await importManifest(plugin, { projectDir: project.dir, stateDir: project.stateDir });
  const result = 'failure' in answer ? { spec, failure: answer.failure } : { ...plugin, manifest: answer.manifest };
  return { result, watched: [...watched, ...files] };
}

// The first named in the config keeps the name: what ran before a second one was added runs the same.
function duplicate(first: CataloguePlugin, second: CataloguePlugin): DisabledPlugin {
  const failure = fail('plugin.duplicate', {
    name: first.manifest.name,
    places: [first.spec, second.spec],
    hint: `Take one of them out of plugins:, or rename the one that is yours.`,
  }).failure;
  return { spec: second.spec, failure };
}
