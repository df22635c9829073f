import { posix } from 'node:path';
import { isList, isMap, type Value, type ValueMap } from '../formats/value.ts';
import { folderOf } from '../repo/targets.ts';
import { interpolate, interpolateAll, type ParsingOptions, TemplateFault } from './interpolate.ts';
import { pythonText } from './python-text.ts';
import { type ReadParams, type TemplateContext, withVars } from './template-context.ts';
import { namesBehind, type Trace, type UsedValue, UsedValues } from './used-values.ts';

/** One stage with its templates filled in. */
export interface FilledStage {
  /** `train`, or `train@us` of a group. */
  readonly name: string;
  readonly body: ValueMap;
  /** The values of files that its templates took, as `registry:params` shows them. */
  readonly used: readonly UsedValue[];
}

export interface ExpandOptions extends ParsingOptions {
  /** The `dvc.yaml`, posix, from the root. */
  readonly file: string;
  readonly context: TemplateContext;
  readonly read: ReadParams;
}

/** The stages one entry of `stages` stands for: itself, or one for each value of its `foreach` or `matrix`. */
export function expandStage(name: string, entry: ValueMap, options: ExpandOptions): FilledStage[] {
  const { values } = options.context;
  const { foreach, matrix } = { foreach: entry.get('foreach'), matrix: entry.get('matrix') };
  if (foreach !== undefined) {
    const body = entry.get('do');
    const items = interpolateAll(foreach, values, { key: 'foreach' });
    return eachOf(items, foreach).map(({ key, item, at, isNamed }) => {
      const own = new Map<string, Value>([['item', item], ...(isNamed ? [['key', key] as const] : [])]);
      const trace = namesBehind(foreach, [at], 'item');
      return filled(`${name}@${key}`, isMap(body) ? body : new Map(), { ...options, own, trace });
    });
  }
  if (matrix === undefined) return [filled(name, entry, { ...options, own: new Map(), trace: new Map() })];
  const axes = interpolateAll(matrix, values, { key: 'matrix' });
  if (!isMap(axes)) throw new TemplateFault('matrix is no map of lists');
  const body = new Map([...entry].filter(([key]) => key !== 'matrix'));
  return combinations(axes, matrix).map(({ key, item, indexes }) => {
    const own = new Map<string, Value>([
      ['item', item],
      ['key', key],
    ]);
    const trace = new Map(
      [...item.keys()].flatMap((axis, at) => [...namesBehind(matrix, [axis, String(indexes[at])], `item.${axis}`)]),
    );
    return filled(`${name}@${key}`, body, { ...options, own, trace });
  });
}

interface FillOptions extends ExpandOptions {
  /** What the group gives this one stage: `item`, `key`. */
  readonly own: ValueMap;
  readonly trace: Trace;
}

function filled(
  name: string,
  body: ValueMap,
  { context, own, trace, file, read, ...parsing }: FillOptions,
): FilledStage {
  const group = { ...context, values: new Map([...context.values, ...own]) };
  const wdir = body.get('wdir');
  const inside = typeof wdir === 'string' ? pythonText(interpolate(wdir, group.values)) : '.';
  const vars = body.get('vars');
  const all = isList(vars) ? withVars(group, vars, { folder: posix.join(folderOf(file), inside), read }) : group;
  const uses = new UsedValues(all.files, { own, trace });
  const used = (path: string, value: Value): void => uses.add(path, value);
  const entries = [...body]
    .filter(([key]) => key !== 'vars')
    .map(([key, value]) => [key, interpolateAll(value, all.values, { ...parsing, key, used })] as const);
  return { name, body: new Map(entries), used: uses.all };
}

interface Each {
  readonly key: string;
  /** Its key or index in what `foreach` lists. */
  readonly at: string;
  readonly item: Value;
  /** Whether `${key}` is there for templates: only a map gives one. */
  readonly isNamed: boolean;
}

// A map names its stages by its keys, a list of scalars by the values, a list of anything else by the index.
function eachOf(items: Value, written: Value): Each[] {
  if (isMap(items)) return [...items].map(([key, item]) => ({ key, at: key, item, isNamed: true }));
  if (!isList(items)) throw new TemplateFault('foreach is neither a list nor a map');
  const byIndex = isMap(items[0]) || isList(items[0]);
  return items.map((item, at) => ({
    key: byIndex ? String(at) : nameOf(item, at),
    at: String(at),
    item,
    isNamed: false,
  }));

  function nameOf(item: Value, at: number): string {
    return scalarName(item, { isFilledIn: isFilledIn(written, at) });
  }
}

interface Combination {
  readonly names: readonly string[];
  /** Of each axis, which of its values it is. */
  readonly indexes: readonly number[];
  readonly item: ValueMap;
}

function combinations(axes: ValueMap, written: Value): (Combination & { readonly key: string })[] {
  let all: Combination[] = [{ names: [], indexes: [], item: new Map() }];
  for (const [axis, values] of axes) {
    if (!isList(values)) throw new TemplateFault(`matrix.${axis} is no list`);
    const own = isMap(written) ? (written.get(axis) ?? null) : written;
    const nameOf = (value: Value, at: number): string => scalarName(value, { isFilledIn: isFilledIn(own, at) });
    all = all.flatMap(({ names, indexes, item }) =>
      values.map((value, at) => ({
        names: [...names, isMap(value) || isList(value) ? `${axis}${at}` : nameOf(value, at)],
        indexes: [...indexes, at],
        item: new Map([...item, [axis, value]]),
      })),
    );
  }
  return all.map((each) => ({ ...each, key: each.names.join('-') }));
}

// DVC writes a boolean that stands in dvc.yaml as YAML has it, and one that a template brings as Python has it.
function scalarName(value: Value, { isFilledIn }: { readonly isFilledIn: boolean }): string {
  return typeof value === 'boolean' && !isFilledIn ? String(value) : pythonText(value);
}

function isFilledIn(written: Value, at: number): boolean {
  return isList(written) ? typeof written[at] === 'string' : true;
}
