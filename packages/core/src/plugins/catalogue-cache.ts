import { readFileSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findProject } from '../config/find-project.ts';
import { writeFileAtomically } from '../lib/atomic-file.ts';
import { runsFromSources } from './conditions.ts';
import type { Catalogue } from './manifest.ts';

// The fast path of `runner tasks`, help and completion: one JSON file and a stat of each file it was made from. It
// must import neither zod nor yaml, which cost 80 and 40 ms.

interface CacheFile {
  readonly cache: 1;
  /** What else the catalogue depends on: this program, its Node and how it resolves packages. */
  readonly made: string;
  readonly watched: readonly (readonly [path: string, stamp: string])[];
  readonly catalogue: Catalogue;
}

/**
 * The project's catalogue as it was last built, when none of its files has changed since; else undefined, and the
 * catalogue must be built. Outside a project it is empty at once. Takes 3 to 5 ms for 50 plugins of five tasks, most of it reading the JSON.
 */
export function readCatalogueCache(options: {
  readonly cwd: string;
  readonly env: { readonly [name: string]: string | undefined };
}): Catalogue | undefined {
  const project = findProject(options.cwd);
  if (project === undefined) return emptyCatalogue(resolve(options.cwd));
  let read: CacheFile;
  try {
    read = JSON.parse(readFileSync(cacheFile(project.dir), 'utf8')) as CacheFile;
  } catch {
    return undefined;
  }
  const { cache, made, watched, catalogue } = read;
  // A project folder that was moved or copied brings a cache full of another folder's paths.
  if (cache !== 1 || made !== madeBy() || catalogue.configFile !== project.configFile) return undefined;
  return watched.every(([path, stamp]) => stampOf(path).text === stamp) ? catalogue : undefined;
}

/**
 * Keeps a catalogue for the next start; returns false when it must not be kept, because a file may have changed
 * while it was being built. `startedMs` is when building began, by the wall clock.
 */
export function writeCatalogueCache(catalogue: Catalogue, watched: readonly string[], startedMs: number): boolean {
  const stamps = [...new Set(watched)].map((path) => ({ path, ...stampOf(path) }));
  // Kernels stamp files by a clock that may lag by 10 ms: a change that close to our reading could go unseen.
  if (stamps.some(({ changedMs }) => changedMs >= startedMs - 20)) return false;
  const file: CacheFile = {
    cache: 1,
    made: madeBy(),
    watched: stamps.map(({ path, text }) => [path, text]),
    catalogue,
  };
  try {
    writeFileAtomically(cacheFile(catalogue.dir), JSON.stringify(file));
    return true;
  } catch {
    // A read-only project is slower to list, and nothing else.
    return false;
  }
}

/** The catalogue of a folder that is no project. */
export function emptyCatalogue(dir: string): Catalogue {
  return { dir, plugins: [], disabled: [], pipelines: [], stores: [] };
}

function cacheFile(projectDir: string): string {
  return join(projectDir, '.runner', 'cache', 'catalogue.json');
}

function madeBy(): string {
  // This module's own file stands for the installed version of the program.
  return `${stampOf(fileURLToPath(import.meta.url)).text} ${process.version} ${runsFromSources() ? 'sources' : 'built'}`;
}

// Size and times alone miss a file replaced by an older one of the same size; the inode tells.
function stampOf(path: string): { readonly text: string; readonly changedMs: number } {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat === undefined) return { text: 'absent', changedMs: 0 };
  const { size, mtimeMs, ctimeMs, ino } = stat;
  return { text: `${size} ${mtimeMs} ${ctimeMs} ${ino}`, changedMs: Math.max(mtimeMs, ctimeMs) };
}
