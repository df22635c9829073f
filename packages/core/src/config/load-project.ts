import { readFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import type { Json } from '../lib/canonical-json.ts';
import { fail, type Problem } from '../model/failure.ts';
import { checkValue, type Finding } from './check-value.ts';
import { findProject, userStateDir, type ProjectPlace } from './find-project.ts';
import { findInlineSecret } from './inline-secret.ts';
import { pathText, type Path } from './path-text.ts';
import type { PluginEntry, Project, RawParams, StoreEntry } from './project.ts';
import { rawParams, readPipelines } from './read-pipelines.ts';
import { configSchema } from './schema.ts';
import { readYaml, type YamlData } from './yaml-data.ts';

/**
 * Reads the nearest project at or above a folder; outside any project an empty one with the user's own state.
 *
 * Throws `config.invalid` with every problem of the file at once (file, line, column), or `secret.inline` when
 * a secret stands in it. Nothing is resolved, imported or created.
 */
export function loadProject(startDir: string, options: { readonly env: Env }): Project {
  const place = findProject(startDir);
  if (place === undefined) return { ...nothing, dir: resolve(startDir), stateDir: userStateDir(options.env) };
  return {
    ...nothing,
    dir: place.dir,
    configFile: place.configFile,
    stateDir: join(place.dir, '.runner'),
    ...readConfig(place),
  };
}

/** Throws `config.missing` when there is no project; for commands that make no sense without one. */
export function requireProject(project: Project): Project & { readonly configFile: string } {
  const { configFile } = project;
  if (configFile !== undefined) return { ...project, configFile };
  throw fail('config.missing', {
    path: join(project.dir, 'runner.yaml'),
    hint: 'Run `runner init` to make a project here.',
  });
}

type Env = { readonly [name: string]: string | undefined };
type JsonRecord = { readonly [name: string]: Json };
type Config = Omit<Project, 'dir' | 'configFile' | 'stateDir'>;

// What a file leaves out, and all there is outside a project.
const nothing: Config = {
  plugins: [],
  stores: {},
  secrets: {},
  tasks: {},
  pipelines: {},
  lanes: {},
  network: { allowHosts: [] },
};

// Names a store cannot take: they mean something in a place or a reference already.
const takenNames = new Set('work file memory http https s3 gs az swift sftp webdav env cmd data'.split(' '));

function readConfig(place: ProjectPlace): Partial<Config> {
  const file = basename(place.configFile);
  const data = readYaml(readText(place.configFile, file), file);
  // A text that could not be read whole would only give more problems that are not there.
  if (data.problems.length > 0) throw fail('config.invalid', { problems: data.problems });
  return place.kind === 'package.json' ? readPackageJson(data) : readRunnerYaml(data);
}

function readText(path: string, file: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const why = (error as NodeJS.ErrnoException).code ?? String(error);
    throw fail('config.invalid', { problems: [{ path: '', message: `cannot be read (${why})`, file }] });
  }
}

// package.json may only name plugins: everything else would make it a second config language.
function readPackageJson(data: YamlData): Partial<Config> {
  const runner = ((data.value as JsonRecord)['runner'] ?? {}) as Json;
  // The same rule as in runner.yaml, so that moving the list from one to the other changes nothing.
  const { plugins } = configSchema().properties ?? {};
  const schema = { type: 'object', properties: { plugins: plugins ?? {} }, additionalProperties: false } as const;
  refuse(data, checkValue(runner, schema, schema, ['runner']));
  const names = (runner as { readonly plugins?: readonly string[] }).plugins ?? [];
  return { plugins: pluginEntries(data, names, ['runner', 'plugins']) };
}

function readRunnerYaml(data: YamlData): Partial<Config> {
  // An empty file is a project that has nothing yet.
  const value = withoutEmpty(data.value ?? {});
  // The shape first: after it every cast below is true.
  refuse(data, checkValue(value, configSchema()));
  const config = value as JsonRecord;
  const record = (name: string): JsonRecord => (config[name] ?? {}) as JsonRecord;
  const problems: Problem[] = [];
  const stores = readStores(data, record('stores'), problems);
  const secrets = record('secrets') as { readonly [name: string]: string };
  const pipelines = readPipelines(data, record('pipelines'), problems);
  const plugins = pluginEntries(data, (config['plugins'] ?? []) as readonly string[], ['plugins']);
  problems.push(...namedTwice(plugins));
  if (problems.length > 0) throw fail('config.invalid', { problems });
  // Last, because it names one place only and not the value: the other problems are told in full before.
  refuseInlineSecret(data, secrets, stores);
  const concurrency = config['concurrency'] as number | undefined;
  return {
    plugins,
    stores,
    secrets,
    pipelines,
    tasks: readTasks(data, record('tasks')),
    lanes: record('lanes') as { readonly [name: string]: number },
    network: { allowHosts: (record('network')['allowHosts'] ?? []) as readonly string[] },
    ...(concurrency === undefined ? {} : { concurrency }),
  };
}

// `stores:` with nothing under it yet is how people start a section.
function withoutEmpty(value: Json): Json {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value as JsonRecord).filter(([, member]) => member !== null));
}

function refuse(data: YamlData, findings: readonly Finding[]): void {
  if (findings.length === 0) return;
  throw fail('config.invalid', { problems: findings.map((finding) => problemAt(data, finding)) });
}

// Unknown keys are pointed at themselves, wrong values at the value.
function problemAt(data: YamlData, { path, message, onKey }: Finding): Problem {
  const place = onKey === true ? data.placeOfKey(path) : data.placeOf(path);
  return { path: pathText(path), message, ...place };
}

function pluginEntries(data: YamlData, names: readonly string[], path: Path): PluginEntry[] {
  return names.map((name, i) => ({ name, at: data.placeOf([...path, i]) }));
}

// Twice the same package would be reported as a duplicate of itself later, which says less.
function namedTwice(plugins: readonly PluginEntry[]): Problem[] {
  return plugins.flatMap(({ name, at }, i) => {
    const first = plugins.findIndex((other) => other.name === name);
    return first === i ? [] : [{ path: `plugins[${i}]`, message: `${name} is already named above`, ...at }];
  });
}

function readStores(data: YamlData, stores: JsonRecord, problems: Problem[]): Record<string, StoreEntry> {
  const read: Record<string, StoreEntry> = {};
  for (const [name, written] of Object.entries(stores)) {
    const at = data.placeOfKey(['stores', name]);
    if (takenNames.has(name))
      problems.push({
        path: `stores.${name}`,
        message: `${name}: is a kind of place already; choose another name`,
        ...at,
      });
    const { url, ...options } = typeof written === 'string' ? { url: written } : (written as JsonRecord);
    const placeOf: StoreEntry['placeOf'] = (option, part) =>
      part === 'name' ? data.placeOfKey(['stores', name, option]) : data.placeOf(['stores', name, option]);
    read[name] = { url: url as string, options, at, placeOf };
  }
  return read;
}

function readTasks(data: YamlData, tasks: JsonRecord): Record<string, RawParams> {
  const read = Object.entries(tasks).map(([id, params]): [string, RawParams] => [
    id,
    rawParams(data, ['tasks', id], (params ?? {}) as JsonRecord),
  ]);
  return Object.fromEntries(read);
}

function refuseInlineSecret(
  data: YamlData,
  secrets: { readonly [name: string]: string },
  stores: { readonly [name: string]: StoreEntry },
): void {
  const path = findInlineSecret(secrets, stores);
  if (path === undefined) return;
  throw fail('secret.inline', {
    where: pathText(path),
    at: data.placeOf(path),
    hint: 'Write a reference instead: env:NAME, file:PATH or cmd:PROGRAM ARGS.',
  });
}
