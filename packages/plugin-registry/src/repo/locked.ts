import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { registryFailures } from '../failures.ts';
import { type Out, StageFault, stageFileOf } from '../formats/stage-file.ts';
import { isList, isMap, mapOf, type Value, type ValueMap } from '../formats/value.ts';
import { valueOf } from '../formats/yaml-node.ts';
import { readYaml, YamlFault } from '../formats/yaml-read.ts';
import { expandStage } from '../pipeline/expand-stages.ts';
import { TemplateFault } from '../pipeline/interpolate.ts';
import { paramsOf } from '../pipeline/param-file.ts';
import { lineOf } from '../pipeline/pipeline-file.ts';
import { fileContext, type TemplateContext } from '../pipeline/template-context.ts';
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
  if (lock.size === 0) return [];
  const stageAt = declaredStages(yamlFile, read);
  const found: LockedOut[] = [];
  for (const [name, entry] of lock) {
    const body = stageAt(name);
    // The lock keeps entries of stages that are gone; their data belongs to nobody.
    if (!isMap(entry) || body === undefined) continue;
    const wdir = body.get('wdir');
    const options = optionsOf(body);
    for (const value of listAt(entry, 'outs')) {
      const out = outOf(value, lockFile);
      const path = joined(folderOf(lockFile), typeof wdir === 'string' ? wdir : '.', out.path);
      const option = options.find(({ pattern }) => pattern.test(out.path))?.options ?? new Map<string, Value>();
      if (option.get('cache') === false) continue;
      const [push, remote] = [option.get('push') !== false, option.get('remote')];
      const kept = { ...out, push, ...(typeof remote === 'string' ? { remote } : {}) };
      found.push({ stage: `${yamlFile}:${name}`, path, out: kept });
    }
  }
  return found;
}

/** The stages of a `dvc.yaml` by the names the lock has, templates filled in; undefined for one that is not there. */
function declaredStages(yamlFile: string, read: (file: string) => string | undefined) {
  const pipeline = valueIn(yamlFile, read);
  const stages = mapAt(pipeline, 'stages');
  const params = (file: string): ValueMap | undefined => {
    const text = read(file);
    return text === undefined ? undefined : paramsOf(file, text);
  };
  let context: TemplateContext | undefined;
  const groups = new Map<string, ReadonlyMap<string, ValueMap> | undefined>();
  const filledIn = (group: string, declared: ValueMap): ReadonlyMap<string, ValueMap> | undefined => {
    try {
      context ??= fileContext(yamlFile, isMap(pipeline) ? listAt(pipeline, 'vars') : [], params);
      const filled = expandStage(group, declared, { file: yamlFile, context, read: params });
      return new Map(filled.map(({ name, body }) => [name, body]));
    } catch (error) {
      // Most of what is missing to fill it in says nothing about where its data lies; a folder of its own does.
      if (!hasTemplate(bodyIn(declared).get('wdir'))) return undefined;
      if (!(error instanceof TemplateFault)) throw error;
      const line = lineOf(read(yamlFile) ?? '', ['stages', group]);
      throw registryFailures['file-broken']({ file: yamlFile, line, why: error.message });
    }
  };
  return (name: string): ValueMap | undefined => {
    const group = stages.has(name) ? name : (name.split('@')[0] ?? '');
    const declared = stages.get(group);
    if (!isMap(declared)) return undefined;
    if (!groups.has(group)) groups.set(group, filledIn(group, declared));
    const filled = groups.get(group);
    return filled === undefined ? bodyIn(declared) : filled.get(name);
  };
}

function bodyIn(declared: ValueMap): ValueMap {
  const body = declared.get('do');
  return isMap(body) ? body : declared;
}

function hasTemplate(value: Value | undefined): boolean {
  return typeof value === 'string' && value.includes('${');
}

/** A reader of files in the work tree below a root. */
export function readIn(root: string): (file: string) => string | undefined {
  return (file) => (existsSync(join(root, file)) ? readFileSync(join(root, file), 'utf8') : undefined);
}

// A path with `${}` in it stands for every text there: it could not be filled in.
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
