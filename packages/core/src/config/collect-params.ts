import type { Json } from '../lib/canonical-json.ts';
import { suggestion } from '../lib/did-you-mean.ts';
import { own } from '../lib/own.ts';
import type { Problem } from '../model/failure.ts';
import { coerceList, coerceText, type Coerced } from './coerce.ts';
import { kebabCase } from './flags.ts';
import type { JsonSchema } from './json-schema.ts';
import { pathText, type Path } from './path-text.ts';
import type { RawParams } from './project.ts';

/** Where a value came from: `flag`, `environment`, `default` or a spot like `runner.yaml:12:5`. */
export type Origin = 'flag' | 'environment' | 'default' | `${string}:${number}:${number}`;

/** What the command line gave for one param: a text, texts of a repeated flag, or a value a program set. */
export type FlagValue = Json;

export interface ParamSources {
  /** `plugin:task`. */
  readonly taskId: string;
  /** By param name (`testCount`), not by flag name; undefined means not given. */
  readonly flags?: { readonly [param: string]: FlagValue | undefined };
  readonly env?: { readonly [name: string]: string | undefined };
  /** What config says, strongest first: a pipeline entry's params, then those under `tasks:`. */
  readonly config?: readonly RawParams[];
}

/** One param's value with its origin; `spot` says where a problem with it is to be shown. */
export interface CollectedParam {
  readonly value: Json;
  readonly origin: Origin;
  spot(path: Path): Omit<Problem, 'message'>;
}

export interface CollectedParams {
  /** Only params that somebody gave. */
  readonly given: ReadonlyMap<string, CollectedParam>;
  readonly problems: readonly Problem[];
}

/** The environment variable of a param: `diatom:build`, `testCount` gives `RUNNER_DIATOM_BUILD_TEST_COUNT`. */
export function envName(taskId: string, param: string): string {
  // Whatever is no letter or digit becomes `_`: shells accept nothing else in a name.
  const words = ['runner', ...taskId.split(':').map(kebabCase), kebabCase(param)];
  return words
    .join('_')
    .replace(/[^A-Za-z0-9]+/g, '_')
    .toUpperCase();
}

/**
 * Picks each param's strongest value: flag, then environment, then config. Texts become the types the schema
 * asks for; nothing else is checked. An empty environment variable counts as not set.
 */
export function collectParams(sources: ParamSources, schema: JsonSchema): CollectedParams {
  const given = new Map<string, CollectedParam>();
  const problems: Problem[] = [];
  for (const [name, property] of Object.entries(schema.properties ?? {})) {
    const found =
      fromFlag(name, property, schema, sources) ??
      fromEnv(name, property, schema, sources) ??
      fromConfig(name, sources);
    // A text that is not of the param's type does not fall back to the next source: that would hide the mistake.
    if (found === undefined) continue;
    if ('message' in found) problems.push(found);
    else given.set(name, found);
  }
  return { given, problems: [...problems, ...unknownNames(sources, schema)] };
}

function fromFlag(
  name: string,
  property: JsonSchema,
  root: JsonSchema,
  { flags = {} }: ParamSources,
): CollectedParam | Problem | undefined {
  const flag = own(flags, name);
  if (flag === undefined) return undefined;
  const spot = (path: Path) => ({ path: pathText([`--${kebabCase(name)}`, ...path]) });
  return collected(coerceFlag(flag, property, root), 'flag', spot);
}

// Programs that embed the runner pass values as they are; only texts come from a command line.
function coerceFlag(flag: FlagValue, property: JsonSchema, root: JsonSchema): Coerced {
  if (typeof flag === 'string') return coerceText(flag, property, root);
  if (Array.isArray(flag) && flag.length > 0 && flag.every((text): text is string => typeof text === 'string')) {
    return coerceList(flag, property, root);
  }
  return { ok: true, value: flag };
}

function fromEnv(
  name: string,
  property: JsonSchema,
  root: JsonSchema,
  { env = {}, taskId }: ParamSources,
): CollectedParam | Problem | undefined {
  const variable = envName(taskId, name);
  const text = own(env, variable);
  if (text === undefined || text === '') return undefined;
  return collected(coerceText(text, property, root), 'environment', (path) => ({
    path: pathText([variable, ...path]),
  }));
}

// YAML has types of its own: `"3"` there is a text on purpose, and is not turned into a number.
function fromConfig(name: string, { config = [] }: ParamSources): CollectedParam | undefined {
  const layer = config.find(({ values }) => Object.hasOwn(values, name));
  const value = layer === undefined ? undefined : own(layer.values, name);
  if (layer === undefined || value === undefined) return undefined;
  const { file, line, column } = layer.placeOf([name]);
  return {
    value,
    origin: `${file}:${line}:${column}`,
    spot: (path) => ({ path: pathText([name, ...path]), ...layer.placeOf([name, ...path]) }),
  };
}

function collected(read: Coerced, origin: Origin, spot: CollectedParam['spot']): CollectedParam | Problem {
  return read.ok ? { value: read.value, origin, spot } : { ...spot([]), message: read.message };
}

// The environment is not searched for unknown names: a prefix may belong to another task.
function unknownNames({ taskId, flags = {}, config = [] }: ParamSources, schema: JsonSchema): Problem[] {
  const known = Object.keys(schema.properties ?? {});
  if ((schema.additionalProperties ?? false) !== false) return [];
  const unknown = (names: readonly string[]) => names.filter((name) => !known.includes(name));
  const message = (name: string) => `${taskId} has no param ${name}${suggestion(name, known)}`;
  return [
    ...unknown(Object.keys(flags)).map((name) => ({ path: `--${kebabCase(name)}`, message: message(name) })),
    ...config.flatMap((layer) =>
      unknown(Object.keys(layer.values)).map((name) => ({
        path: name,
        message: message(name),
        ...layer.placeOf([name]),
      })),
    ),
  ];
}
