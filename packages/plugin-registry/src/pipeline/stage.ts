import { registryFailures } from '../failures.ts';
import { byCodePoint } from '../formats/python-json.ts';
import { isList, isMap, type Value, type ValueMap } from '../formats/value.ts';
import { folderOf, insideOf } from '../repo/targets.ts';
import { defaultParamFile } from './param-file.ts';
import { textIn } from './pipeline-file.ts';

/** A path of a stage, as written and where it lies. */
export interface StagePath {
  /** Posix, from the stage's wdir; so it stands in dvc.yaml and dvc.lock. */
  readonly path: string;
  /** Posix, from the root. */
  readonly inRepo: string;
}

export interface StageOut extends StagePath {
  /** Its bytes go into the cache, and git does not see them. */
  readonly cache: boolean;
  /** It is not removed before the stage runs. */
  readonly persist: boolean;
  readonly kind: 'out' | 'metric' | 'plot';
}

/** The names a stage reads of one parameter file; without any it is the whole file. */
export interface StageParams extends StagePath {
  readonly names: readonly string[];
}

/** A stage of a pipeline, ready to run. */
export interface Stage {
  /** `processed/set/dvc.yaml:train`; at the root `train`. */
  readonly address: string;
  readonly name: string;
  /** Its dvc.yaml, posix, from the root. */
  readonly file: string;
  readonly cmd: string | readonly string[];
  /** Posix, from the root. */
  readonly wdir: string;
  /** By path. */
  readonly deps: readonly StagePath[];
  /** All it reads, deps before params, as dvc.yaml lists them: DVC walks its graph in this order. Posix, from the root. */
  readonly reads: readonly string[];
  /** The default file first, then by path. */
  readonly params: readonly StageParams[];
  /** By path. */
  readonly outs: readonly StageOut[];
  /** Outputs that git must not see, as dvc.yaml lists them. Posix, from the root. */
  readonly hidden: readonly string[];
  readonly frozen: boolean;
  readonly alwaysChanged: boolean;
}

/** A filled-in stage as what runs; throws `registry.path-outside` for paths that leave the repository. */
export function stageOf(file: string, name: string, body: ValueMap): Stage {
  const folder = folderOf(file);
  const wdir = insideOf(folder, textIn(body.get('wdir')) ?? '.', file);
  const place = (path: string): StagePath => ({ path, inRepo: insideOf(wdir, path, file) });
  const deps = listIn(body, 'deps').flatMap((dep) => (typeof dep === 'string' ? [place(dep)] : []));
  const outs = (['outs', 'metrics', 'plots'] as const).flatMap((key) =>
    listIn(body, key).flatMap((value) => outsOf(value, key, place)),
  );
  // An output is removed before its stage runs, and that must never be the repository.
  const whole = outs.find(({ inRepo }) => inRepo === '');
  if (whole !== undefined) throw registryFailures['path-outside']({ path: whole.path, root: file });
  const cmd = body.get('cmd');
  const params = paramsIn(listIn(body, 'params'), place);
  return {
    address: file === 'dvc.yaml' ? name : `${file}:${name}`,
    name,
    file,
    cmd: isList(cmd) ? cmd.map((each) => textIn(each) ?? '') : (textIn(cmd ?? null) ?? ''),
    wdir,
    deps: byPath(deps),
    reads: [...deps, ...params].map(({ inRepo }) => inRepo),
    params,
    outs: byPath(outs),
    hidden: outs.filter(({ cache }) => cache).map(({ inRepo }) => inRepo),
    frozen: body.get('frozen') === true,
    alwaysChanged: body.get('always_changed') === true,
  };
}

/** A stage without anything to compare always runs: DVC calls it a callback. */
export function isCallback(stage: Stage): boolean {
  return stage.deps.length + stage.params.length + stage.outs.length === 0;
}

function outsOf(value: Value, key: 'outs' | 'metrics' | 'plots', place: (path: string) => StagePath): StageOut[] {
  const kind = key === 'outs' ? 'out' : key === 'metrics' ? 'metric' : 'plot';
  if (typeof value === 'string') return [{ ...place(value), cache: true, persist: false, kind }];
  if (!isMap(value)) return [];
  return [...value].map(([path, options]) => {
    const option = (name: string): Value | undefined => (isMap(options) ? options.get(name) : undefined);
    return { ...place(path), cache: option('cache') !== false, persist: option('persist') === true, kind };
  });
}

function paramsIn(list: readonly Value[], place: (path: string) => StagePath): StageParams[] {
  const named = new Map<string, Set<string>>();
  const whole = new Set<string>();
  const take = (file: string, names: readonly string[]): void => {
    named.set(file, new Set([...(named.get(file) ?? []), ...names]));
  };
  for (const each of list) {
    const text = textIn(each);
    if (text !== undefined) take(defaultParamFile, [text]);
    if (!isMap(each)) continue;
    for (const [file, names] of each) {
      const list = isList(names) ? names.flatMap((name) => textIn(name) ?? []) : [];
      take(file, list);
      if (list.length === 0) whole.add(file);
    }
  }
  const all = [...named].map(([file, names]) => ({
    ...place(file),
    names: whole.has(file) ? [] : [...names].sort(byCodePoint),
  }));
  return byPath(all).sort((a, b) => Number(b.path === defaultParamFile) - Number(a.path === defaultParamFile));
}

function listIn(body: ValueMap, key: string): readonly Value[] {
  const value = body.get(key);
  return isList(value) ? value : [];
}

function byPath<T extends StagePath>(list: readonly T[]): T[] {
  return list.toSorted((a, b) => byCodePoint(a.path, b.path));
}
