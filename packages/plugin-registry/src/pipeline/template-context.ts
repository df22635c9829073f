import { posix } from 'node:path';
import { isMap, type Value, type ValueMap } from '../formats/value.ts';
import { folderOf } from '../repo/targets.ts';
import { interpolateAll, TemplateFault } from './interpolate.ts';
import { flatValues } from './named-values.ts';
import { defaultParamFile } from './param-file.ts';
import { pythonText } from './python-text.ts';

/** Reads a parameter file (posix, from the root); undefined where there is none. */
export type ReadParams = (file: string) => ValueMap | undefined;

/** What templates see. */
export interface TemplateContext {
  readonly values: ValueMap;
  /** The file of each value by dotted name, posix, from the root; a list is one value. What dvc.yaml says itself has none. */
  readonly files: ReadonlyMap<string, string>;
  /** The files that are in it with all their values. */
  readonly whole: ReadonlySet<string>;
}

/** What templates of a `dvc.yaml` see: `params.yaml` beside it, then its `vars`; nothing overwrites anything. */
export function fileContext(pipelineFile: string, vars: readonly Value[], read: ReadParams): TemplateContext {
  const folder = folderOf(pipelineFile);
  const file = posix.join(folder, defaultParamFile);
  const values = read(file);
  const none: TemplateContext = { values: new Map(), files: new Map(), whole: new Set() };
  const context = values === undefined ? none : { values, files: filesOf(values, file), whole: new Set([file]) };
  return withVars(context, vars, { folder, read });
}

/** A context with more `vars`: maps of values, or files, each with the keys it gives (`model.json:depth,width`). */
export function withVars(
  context: TemplateContext,
  vars: readonly Value[],
  { folder, read }: { readonly folder: string; readonly read: ReadParams },
): TemplateContext {
  let all = context;
  for (const each of vars) {
    if (isMap(each)) all = { ...all, values: merged(all.values, mapIn(interpolateAll(each, all.values)), 'vars') };
    else if (typeof each === 'string')
      all = withFile(all, pythonText(interpolateAll(each, all.values)), { folder, read });
    else throw new TemplateFault('an entry of vars is neither a file nor a map');
  }
  return all;
}

function withFile(
  context: TemplateContext,
  entry: string,
  { folder, read }: { readonly folder: string; readonly read: ReadParams },
): TemplateContext {
  const [file = '', keys] = entry.split(/:(?=[^:]*$)/);
  const path = posix.join(folder, file);
  const values = read(path);
  if (values === undefined) throw new TemplateFault(`the vars file ${file} is not there`);
  const more = keys === undefined ? values : new Map(chosenIn(values, keys, file));
  // What is there already, whole, is not laid over itself; nor are some of its keys.
  if (context.whole.has(path)) return context;
  return {
    values: merged(context.values, more, file),
    files: new Map([...context.files, ...filesOf(more, path)]),
    whole: new Set(keys === undefined ? [...context.whole, path] : context.whole),
  };
}

function chosenIn(values: ValueMap, keys: string, file: string): (readonly [string, Value])[] {
  return keys.split(',').map((each) => {
    // A key of the file itself: DVC does not look deeper.
    const [key, value] = [each.trim(), values.get(each.trim())];
    if (value === undefined) throw new TemplateFault(`could not find '${key}' in '${file}'`);
    return [key, value] as const;
  });
}

function filesOf(values: ValueMap, file: string): Map<string, string> {
  return new Map([...flatValues(values).keys()].map((name) => [name, file]));
}

// As DVC: two maps are laid together, anything else that is there already is an error.
function merged(into: ValueMap, from: ValueMap, source: string): ValueMap {
  const all = new Map(into);
  for (const [key, value] of from) {
    const before = all.get(key);
    if (before === undefined) all.set(key, value);
    else if (isMap(before) && isMap(value)) all.set(key, merged(before, value, source));
    else throw new TemplateFault(`Cannot redefine '${key}' from '${source}'`);
  }
  return all;
}

function mapIn(value: Value): ValueMap {
  return isMap(value) ? value : new Map();
}
