import { isList, isMap, type Value, type ValueMap } from '../formats/value.ts';
import { folderOf } from '../repo/targets.ts';
import { interpolate, interpolateAll, type ParsingOptions, TemplateFault } from './interpolate.ts';
import { pythonText } from './python-text.ts';
import { type ReadParams, withVars } from './template-context.ts';

/** One stage with its templates filled in. */
export interface FilledStage {
  /** `train`, or `train@us` of a group. */
  readonly name: string;
  readonly body: ValueMap;
}

export interface ExpandOptions extends ParsingOptions {
  /** The `dvc.yaml`, posix, from the root. */
  readonly file: string;
  readonly context: ValueMap;
  readonly read: ReadParams;
}

/** The stages one entry of `stages` stands for: itself, or one for each value of its `foreach` or `matrix`. */
export function expandStage(name: string, entry: ValueMap, options: ExpandOptions): FilledStage[] {
  const { context } = options;
  const { foreach, matrix } = { foreach: entry.get('foreach'), matrix: entry.get('matrix') };
  if (foreach !== undefined) {
    const body = entry.get('do');
    const items = interpolateAll(foreach, context, { key: 'foreach' });
    return eachOf(items, foreach).map(({ key, item, isNamed }) => {
      const own = new Map<string, Value>([...context, ['item', item]]);
      if (isNamed) own.set('key', key);
      return filled(`${name}@${key}`, isMap(body) ? body : new Map(), { ...options, context: own });
    });
  }
  if (matrix === undefined) return [filled(name, entry, options)];
  const axes = interpolateAll(matrix, context, { key: 'matrix' });
  if (!isMap(axes)) throw new TemplateFault('matrix is no map of lists');
  const body = new Map([...entry].filter(([key]) => key !== 'matrix'));
  return combinations(axes, matrix).map(({ key, item }) => {
    const own = new Map<string, Value>([...context, ['item', item], ['key', key]]);
    return filled(`${name}@${key}`, body, { ...options, context: own });
  });
}

function filled(name: string, body: ValueMap, { context, file, read, ...parsing }: ExpandOptions): FilledStage {
  const wdir = body.get('wdir');
  const folder = folderOf(file);
  const inside = typeof wdir === 'string' ? pythonText(interpolate(wdir, context)) : '.';
  const vars = body.get('vars');
  const own = isList(vars)
    ? withVars(context, vars, {
        folder: inside === '.' ? folder : `${folder === '' ? '' : `${folder}/`}${inside}`,
        read,
      })
    : context;
  const entries = [...body]
    .filter(([key]) => key !== 'vars')
    .map(([key, value]) => [key, interpolateAll(value, own, { ...parsing, key })] as const);
  return { name, body: new Map(entries) };
}

interface Each {
  readonly key: string;
  readonly item: Value;
  /** Whether `${key}` is there for templates: only a map gives one. */
  readonly isNamed: boolean;
}

// A map names its stages by its keys, a list of scalars by the values, a list of anything else by the index.
function eachOf(items: Value, written: Value): Each[] {
  if (isMap(items)) return [...items].map(([key, item]) => ({ key, item, isNamed: true }));
  if (!isList(items)) throw new TemplateFault('foreach is neither a list nor a map');
  const byIndex = isMap(items[0]) || isList(items[0]);
  return items.map((item, at) => ({ key: byIndex ? String(at) : nameOf(item, at), item, isNamed: false }));

  function nameOf(item: Value, at: number): string {
    return scalarName(item, { isFilledIn: isFilledIn(written, at) });
  }
}

function combinations(axes: ValueMap, written: Value): { readonly key: string; readonly item: ValueMap }[] {
  let all: { readonly names: readonly string[]; readonly item: ValueMap }[] = [{ names: [], item: new Map() }];
  for (const [axis, values] of axes) {
    if (!isList(values)) throw new TemplateFault(`matrix.${axis} is no list`);
    const own = isMap(written) ? (written.get(axis) ?? null) : written;
    const nameOf = (value: Value, at: number): string => scalarName(value, { isFilledIn: isFilledIn(own, at) });
    all = all.flatMap(({ names, item }) =>
      values.map((value, at) => ({
        names: [...names, isMap(value) || isList(value) ? `${axis}${at}` : nameOf(value, at)],
        item: new Map([...item, [axis, value]]),
      })),
    );
  }
  return all.map(({ names, item }) => ({ key: names.join('-'), item }));
}

// DVC writes a boolean that stands in dvc.yaml as YAML has it, and one that a template brings as Python has it.
function scalarName(value: Value, { isFilledIn }: { readonly isFilledIn: boolean }): string {
  return typeof value === 'boolean' && !isFilledIn ? String(value) : pythonText(value);
}

function isFilledIn(written: Value, at: number): boolean {
  return isList(written) ? typeof written[at] === 'string' : true;
}
