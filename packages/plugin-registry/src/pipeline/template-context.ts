import { isMap, type Value, type ValueMap } from '../formats/value.ts';
import { folderOf } from '../repo/targets.ts';
import { interpolateAll, TemplateFault } from './interpolate.ts';
import { defaultParamFile } from './param-file.ts';
import { pythonText } from './python-text.ts';

/** Reads a parameter file (posix, from the root); undefined where there is none. */
export type ReadParams = (file: string) => ValueMap | undefined;

/** What templates of a `dvc.yaml` see: `params.yaml` beside it, then its `vars`; nothing overwrites anything. */
export function fileContext(pipelineFile: string, vars: readonly Value[], read: ReadParams): ValueMap {
  const folder = folderOf(pipelineFile);
  const context = read(within(folder, defaultParamFile)) ?? new Map<string, Value>();
  return withVars(context, vars, { folder, read });
}

/** A context with more `vars`: maps of values, or files, each with the keys it gives (`model.json:depth,width`). */
export function withVars(
  context: ValueMap,
  vars: readonly Value[],
  { folder, read }: { readonly folder: string; readonly read: ReadParams },
): ValueMap {
  let all = context;
  for (const each of vars) {
    if (isMap(each)) all = merged(all, mapIn(interpolateAll(each, all)), 'vars');
    else if (typeof each === 'string') all = withFile(all, pythonText(interpolateAll(each, all)), { folder, read });
    else throw new TemplateFault('an entry of vars is neither a file nor a map');
  }
  return all;
}

function withFile(
  context: ValueMap,
  entry: string,
  { folder, read }: { readonly folder: string; readonly read: ReadParams },
): ValueMap {
  const [file = '', keys] = entry.split(/:(?=[^:]*$)/);
  const values = read(within(folder, file));
  if (values === undefined) throw new TemplateFault(`the vars file ${file} is not there`);
  if (keys === undefined) return file === defaultParamFile ? context : merged(context, values, file);
  const chosen = keys.split(',').map((each) => {
    // A key of the file itself: DVC does not look deeper.
    const [key, value] = [each.trim(), values.get(each.trim())];
    if (value === undefined) throw new TemplateFault(`could not find '${key}' in '${file}'`);
    return [key, value] as const;
  });
  // The default file is there already, whole; naming some of its keys again changes nothing.
  return file === defaultParamFile ? context : merged(context, new Map(chosen), file);
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

function within(folder: string, file: string): string {
  return folder === '' ? file : `${folder}/${file}`;
}
