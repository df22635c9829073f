import type { Value, ValueMap } from '../formats/value.ts';
import { isOther, isList, isMap } from '../formats/value.ts';
import { registryFailures } from '../failures.ts';
import { lineSkipped, paramAt } from './param-file.ts';
import { pipelineFailures } from './pipeline-failures.ts';
import { paramsAt } from './read-stages.ts';
import type { RepoView } from './repo-view.ts';
import type { Stage } from './stage.ts';

/** The values a stage reads, by file as written and in the order `dvc.lock` has them; names that are not there are left out. */
export function stageParams(view: Pick<RepoView, 'text'>, stage: Stage): Map<string, ValueMap> {
  const found = new Map<string, ValueMap>();
  for (const { path, inRepo, names } of stage.params) {
    const values = paramsAt(view, inRepo) ?? new Map<string, Value>();
    const wanted = names.length === 0 ? [...values.keys()].sort() : names;
    const chosen = wanted.flatMap((name) => {
      const value = names.length === 0 ? values.get(name) : paramAt(values, name);
      return value === undefined ? [] : [[name, value] as const];
    });
    for (const [name, value] of chosen) refuseOthers(inRepo, name, value);
    found.set(path, new Map(chosen));
  }
  return found;
}

/** Throws `registry.param-missing` for the first name that its file does not have. */
export function requireParams(view: Pick<RepoView, 'text'>, stage: Stage, params: ReadonlyMap<string, ValueMap>): void {
  for (const { path, inRepo, names } of stage.params) {
    const name = names.find((each) => params.get(path)?.has(each) !== true);
    if (name === undefined) continue;
    const line = lineSkipped(inRepo, view.text(inRepo) ?? '', name);
    const where = line === undefined ? {} : { line };
    throw pipelineFailures['param-missing']({ stage: stage.address, name, file: path, ...where });
  }
}

// What has no JSON form has no place in a hash.
function refuseOthers(file: string, name: string, value: Value): void {
  if (isOther(value))
    throw registryFailures['file-broken']({
      file,
      line: value.line ?? 1,
      why: `${name} is ${value.what} ${value.text}; write it in quotes`,
    });
  if (isList(value)) for (const each of value) refuseOthers(file, name, each);
  if (isMap(value)) for (const [key, each] of value) refuseOthers(file, `${name}.${key}`, each);
}
