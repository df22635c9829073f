import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { registryFailures } from '../failures.ts';
import { type Out, StageFault, stageFileOf } from '../formats/stage-file.ts';
import { isList, isMap, mapOf, type Value, type ValueMap } from '../formats/value.ts';
import { valueOf } from '../formats/yaml-node.ts';
import { readYaml, YamlFault } from '../formats/yaml-read.ts';
import { folderOf, joined } from './targets.ts';

/** An output of a pipeline stage, as `dvc.lock` last saw it. */
export interface LockedOut {
  /** `path/dvc.yaml:stage`. */
  readonly stage: string;
  /** Posix, from the root. */
  readonly path: string;
  readonly out: Out;
}

/** The outputs with cached bytes that one `dvc.lock` names; `read` gives a file's text, undefined where it is not there. */
export function lockedOuts(lockFile: string, read: (file: string) => string | undefined): LockedOut[] {
  const yamlFile = `${lockFile.slice(0, -'dvc.lock'.length)}dvc.yaml`;
  const lock = mapAt(valueIn(lockFile, read), 'stages');
  const stages = mapAt(valueIn(yamlFile, read), 'stages');
  const found: LockedOut[] = [];
  for (const [name, entry] of lock) {
    const declared = stages.get(name) ?? stages.get(name.split('@')[0] ?? '');
    // The lock keeps entries of stages that are gone; their data belongs to nobody.
    if (!isMap(entry) || !isMap(declared)) continue;
    const body = isMap(declared.get('do')) ? (declared.get('do') as ValueMap) : declared;
    const wdir = body.get('wdir');
    const options = optionsOf(body);
    for (const value of listAt(entry, 'outs')) {
      const out = outOf(value, lockFile);
      const path = joined(folderOf(lockFile), typeof wdir === 'string' && !wdir.includes('${') ? wdir : '.', out.path);
      const option = options.find(({ pattern }) => pattern.test(out.path))?.options ?? new Map();
      if (option.get('cache') === false) continue;
      found.push({ stage: `${yamlFile}:${name}`, path, out: { ...out, push: option.get('push') !== false } });
    }
  }
  return found;
}

/** A reader of files in the work tree below a root. */
export function readIn(root: string): (file: string) => string | undefined {
  return (file) => (existsSync(join(root, file)) ? readFileSync(join(root, file), 'utf8') : undefined);
}

// A path with `${}` in it stands for every text there: what it becomes is not known without the parameters.
function optionsOf(stage: ValueMap): { readonly pattern: RegExp; readonly options: ValueMap }[] {
  const all = ['outs', 'metrics', 'plots'].flatMap((key) => listAt(stage, key));
  return all.filter(isMap).flatMap((map) =>
    [...map].flatMap(([path, options]) => {
      const parts = path.split(/\$\{[^}]*\}/).map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
      return isMap(options) ? [{ pattern: new RegExp(`^${parts.join('.*')}$`, 's'), options }] : [];
    }),
  );
}

function outOf(value: Value, file: string): Out {
  try {
    const [out] = stageFileOf(mapOf({ outs: [value] })).outs;
    if (out !== undefined) return out;
  } catch (error) {
    if (!(error instanceof StageFault)) throw error;
    throw registryFailures['file-broken']({ file, line: 1, why: error.message });
  }
  throw new Error('a list of one output gave none');
}

function valueIn(file: string, read: (file: string) => string | undefined): Value {
  const text = read(file);
  if (text === undefined) return null;
  try {
    return valueOf(readYaml(text).root);
  } catch (error) {
    if (!(error instanceof YamlFault)) throw error;
    throw registryFailures['file-broken']({ file, line: error.line, why: error.message });
  }
}

function mapAt(value: Value, key: string): ValueMap {
  const found = isMap(value) ? value.get(key) : undefined;
  return isMap(found) ? found : new Map();
}

function listAt(map: ValueMap, key: string): readonly Value[] {
  const found = map.get(key);
  return isList(found) ? found : [];
}
