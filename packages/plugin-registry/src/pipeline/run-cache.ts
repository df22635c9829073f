import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { pythonJson } from '../formats/python-json.ts';
import { isMap, isList, likeMap, sameValue, type Value, type ValueMap } from '../formats/value.ts';
import { valueOf } from '../formats/yaml-node.ts';
import { readYaml, YamlFault } from '../formats/yaml-read.ts';
import { dumpYaml } from '../formats/yaml-write.ts';
import { writeAtomically } from '../workspace/write-atomically.ts';
import { entryOf, entryValue, type LockEntry } from './lock-file.ts';
import type { Stage } from './stage.ts';

/**
 * The name an earlier run of the same command on the same inputs is found by; undefined for a stage whose result
 * cannot be known by its inputs.
 *
 * Source: DVC's `stage/cache.py`: sha256 of the lock entry without sizes, the outputs reduced to their paths.
 */
export function runKey(stage: Stage, entry: Omit<LockEntry, 'outs'>): string | undefined {
  if (stage.alwaysChanged || stage.outs.length === 0 || stage.deps.length + stage.params.length === 0) return undefined;
  if (stage.outs.some(({ persist, cache, kind }) => persist || (!cache && kind === 'out'))) return undefined;
  if (entry.deps.some(({ md5 }) => md5 === undefined)) return undefined;
  const outs = stage.outs.map(({ path }) => ({ path }));
  const value = new Map(entryValue({ ...entry, outs }));
  value.set(
    'outs',
    stage.outs.map(({ path }) => path),
  );
  return sha256(value);
}

/** Remembers a run; the same one again changes nothing. */
export function saveRun(cacheDir: string, key: string, entry: LockEntry): void {
  const value = entryValue(entry);
  const path = join(folderOf(cacheDir, key), sha256(value));
  if (!existsSync(path)) writeAtomically(path, dumpYaml(value));
}

/**
 * Earlier runs with this key and these parameters, the newest first; entries that cannot be read are passed over.
 *
 * The key does not tell values apart that are called `size` or `nfiles`, so parameters are compared once more.
 */
export function findRuns(cacheDir: string, key: string, { params }: Pick<LockEntry, 'params'>): LockEntry[] {
  const folder = folderOf(cacheDir, key);
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => /^[0-9a-f]{64}$/.test(name))
    .map((name) => ({ path: join(folder, name), atMs: statSync(join(folder, name)).mtimeMs }))
    .sort((a, b) => b.atMs - a.atMs)
    .flatMap(({ path }) => readRun(path) ?? [])
    .filter((run) => sameValue(new Map(run.params), new Map(params)));
}

function readRun(path: string): LockEntry | undefined {
  try {
    const value = valueOf(readYaml(readFileSync(path, 'utf8')).root);
    return isMap(value) ? entryOf(value) : undefined;
  } catch (error) {
    if (error instanceof YamlFault) return undefined;
    throw error;
  }
}

function folderOf(cacheDir: string, key: string): string {
  return join(cacheDir, 'runs', key.slice(0, 2), key);
}

function sha256(value: ValueMap): string {
  return createHash('sha256')
    .update(pythonJson(withoutSizes(value)))
    .digest('hex');
}

function withoutSizes(value: Value): Value {
  if (isList(value)) return value.map(withoutSizes);
  if (!isMap(value)) return value;
  // As DVC: wherever they stand, those of parameters too.
  const kept = [...value].filter(([key]) => key !== 'size' && key !== 'nfiles');
  return likeMap(
    value,
    kept.map(([key, child]) => [key, withoutSizes(child)]),
  );
}
