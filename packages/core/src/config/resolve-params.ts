import type { z } from 'zod';
import type { Json } from '../lib/canonical-json.ts';
import { own } from '../lib/own.ts';
import { fail, type Problem } from '../model/failure.ts';
import { collectParams, envName, type CollectedParams, type Origin, type ParamSources } from './collect-params.ts';
import { kebabCase } from './flags.ts';
import { issueFindings } from './issue-text.ts';
import { findPasswords } from './inline-secret.ts';
import { deref, type JsonSchema } from './json-schema.ts';
import { pathText, type Path } from './path-text.ts';
import { referencePaths, resolveSources, type ParamReaders, type ReadSource } from './resolve-sources.ts';
import { jsonSchemaOf } from './zod-schema.ts';

export interface ParamsQuestion extends ParamSources {
  readonly schema: z.ZodObject;
  /** The manifest's schema of the params, where it is at hand; else it is made from `schema`. */
  readonly jsonSchema?: JsonSchema;
  /** Reads data and files; without it references stay texts and only the other params are checked. */
  readonly readers?: ParamReaders;
  /** Params whose value is not known yet (they refer to outputs of a pipeline); left out and not checked. */
  readonly pending?: ReadonlySet<string>;
}

export interface ResolvedParams {
  /** Checked and complete with defaults; what `run` gets when `readers` were given and nothing is pending. */
  readonly params: { readonly [name: string]: unknown };
  /** Of every param that has a value. */
  readonly origins: { readonly [name: string]: Origin };
}

/**
 * Finds and checks a task's params: flag, then environment (`RUNNER_DIATOM_BUILD_SEED`), then config, then default.
 *
 * Throws `params.invalid` with one problem for each wrong value, placed where it was written: the flag, the
 * variable, the line of the config, the entry of a data file. Failures of stores are thrown as they come.
 */
export async function resolveParams(question: ParamsQuestion): Promise<ResolvedParams> {
  const { taskId, schema, readers, pending = new Set() } = question;
  const jsonSchema = question.jsonSchema ?? jsonSchemaOf(schema, 'input');
  const collected = collectParams(question, jsonSchema);
  const given = valuesOf(collected, pending);
  const read =
    readers === undefined
      ? { values: given, sources: [], problems: [] }
      : await resolveSources(given, jsonSchema, readers);
  const unread = readers === undefined ? (await referencePaths(given, jsonSchema)).map(([name]) => String(name)) : [];
  const spotOf = (path: Path) => spotIn(collected, path);
  const problems: Problem[] = [...collected.problems];
  // A problem inside a data file names that file; one with the reference itself names where it was written.
  for (const { at, ...problem } of read.problems)
    problems.push('line' in problem ? problem : { ...spotOf(at), message: problem.message });

  const skipped = new Set([
    ...pending,
    ...unread,
    ...read.problems.map(({ at }) => String(at[0])),
    ...namesIn(collected.problems, jsonSchema, taskId),
  ]);
  // One parse of the whole object, so that rules between params (`.refine`) are checked as well.
  const checked = await schema.safeParseAsync(read.values);
  const findings = checked.success ? [] : [...issueFindings(checked.error.issues, read.values)];
  const found = new Set(findings.map(({ path }) => pathText(path)));
  for (const path of passwordsIn(read.values, jsonSchema))
    if (!found.has(pathText(path)))
      findings.push({ path, message: 'holds a password, which would be kept with the item' });
  for (const { path, message } of findings) {
    const [name] = path;
    // Rules between params say nothing while some of them are not there.
    if (name === undefined ? skipped.size > 0 : skipped.has(String(name))) continue;
    const source = read.sources.find((candidate) => candidate.path.every((part, i) => part === path[i]));
    if (source !== undefined) problems.push(problemInSource(source, path, message, read.values));
    else if (path.length === 1 && !collected.given.has(String(name))) problems.push(missing(taskId, String(name)));
    else problems.push({ ...spotOf(path), message });
  }
  if (problems.length > 0) throw fail('params.invalid', { task: taskId, problems });
  const params = checked.success ? checked.data : { ...defaultsOf(jsonSchema, pending), ...read.values };
  return { params, origins: originsOf(params, collected) };
}

// Only in data: a text of another kind goes to nobody but the task, which may know what to do with it.
function passwordsIn(values: { readonly [name: string]: Json }, schema: JsonSchema): readonly Path[] {
  return Object.entries(values).flatMap(([name, value]) => {
    const property = own(schema.properties ?? {}, name);
    return property !== undefined && deref(property, schema)['x-runner'] === 'source'
      ? findPasswords(value, [name])
      : [];
  });
}

// What is pending is left out before anything is read, or a reference to an output would be taken for a path.
function valuesOf({ given }: CollectedParams, pending: ReadonlySet<string>): { readonly [name: string]: Json } {
  return Object.fromEntries(
    [...given].filter(([name]) => !pending.has(name)).map(([name, { value }]) => [name, value]),
  );
}

// Where the value of a param was written; only its path when nobody wrote it.
function spotIn({ given }: CollectedParams, path: Path): Omit<Problem, 'message'> {
  const [name, ...inner] = path;
  return given.get(String(name))?.spot(inner) ?? { path: pathText(path) };
}

// A text that could not be read as its type is one problem; zod would call the same param missing.
function namesIn(problems: readonly Problem[], schema: JsonSchema, taskId: string): string[] {
  const paths = new Set(problems.map(({ path }) => path));
  return Object.keys(schema.properties ?? {}).filter(
    (name) => paths.has(`--${kebabCase(name)}`) || paths.has(envName(taskId, name)),
  );
}

function missing(taskId: string, name: string): Problem {
  return {
    path: name,
    message: `is required: give --${kebabCase(name)}, set ${envName(taskId, name)}, or write ${name} under tasks: in runner.yaml`,
  };
}

// The file and line of the entry, for people who open it; the path, for programs.
function problemInSource(
  source: ReadSource,
  path: Path,
  message: string,
  values: { readonly [name: string]: Json },
): Problem {
  const [index, ...inner] = path.slice(source.path.length);
  const data = valueAt(values, source.path);
  const entry: unknown =
    Array.isArray(data) && typeof index === 'number' ? (data as readonly Json[])[index] : undefined;
  const name = entryName(entry);
  const where = typeof index === 'number' ? `entry ${index + 1}${name === undefined ? '' : ` (${name})`}: ` : '';
  const part = pathText(typeof index === 'number' ? inner : path.slice(source.path.length));
  const line = typeof index === 'number' ? source.lines?.[index] : undefined;
  return {
    path: pathText(path),
    message: `${where}${part === '' ? '' : `${part} `}${message}`,
    file: source.name,
    ...(line === undefined ? {} : { line }),
  };
}

function valueAt(value: unknown, path: Path): unknown {
  let current = value;
  for (const part of path) {
    current =
      typeof current === 'object' && current !== null
        ? (current as { readonly [part: string]: unknown })[part]
        : undefined;
  }
  return current;
}

// The first short text of an entry is nearly always its name.
function entryName(entry: unknown): string | undefined {
  if (typeof entry === 'string') return entry.slice(0, 60);
  if (typeof entry !== 'object' || entry === null) return undefined;
  const record = entry as { readonly [name: string]: unknown };
  const texts = ['key', 'name', 'id'].map((name) => own(record, name)).concat(Object.values(record));
  return texts.find((text): text is string => typeof text === 'string' && text !== '' && text.length <= 60);
}

// Only for params that are looked at before they are complete; a run gets its defaults from zod.
function defaultsOf(schema: JsonSchema, pending: ReadonlySet<string>): { readonly [name: string]: unknown } {
  const withDefault = Object.entries(schema.properties ?? {}).filter(
    ([name, property]) => property.default !== undefined && !pending.has(name),
  );
  return Object.fromEntries(withDefault.map(([name, property]) => [name, property.default]));
}

function originsOf(
  params: { readonly [name: string]: unknown },
  { given }: CollectedParams,
): { readonly [name: string]: Origin } {
  const names = Object.keys(params).filter((name) => params[name] !== undefined);
  return Object.fromEntries(names.map((name) => [name, given.get(name)?.origin ?? 'default']));
}
