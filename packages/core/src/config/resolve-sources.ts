import type { Json } from '../lib/canonical-json.ts';
import { own } from '../lib/own.ts';
import { parseReference } from '../lib/reference.ts';
import { runCommand } from '../lib/run-command.ts';
import type { Problem } from '../model/failure.ts';
import { deref, type JsonSchema, type ParamKind } from './json-schema.ts';
import { parseData } from './parse-data.ts';
import { pathText, type Path } from './path-text.ts';

/** How references in params are read; the app brings stores, tests bring folders. */
export interface ParamReaders {
  /** All text of a path or store URL; throws `store.*` failures. */
  readText(pathOrUrl: string): Promise<string>;
  /** The ref of a file named by a path or URL; throws `store.*` failures. */
  fileRef(pathOrUrl: string): Promise<Json>;
  readonly env: { readonly [name: string]: string | undefined };
  /** Where `cmd:` programs run. */
  readonly cwd: string;
}

/** Data that came from somewhere else than the params themselves. */
export interface ReadSource {
  /** Where in the params it was put. */
  readonly path: Path;
  /** As it was referred to: `species.csv`, `env:SPECIES`. */
  readonly name: string;
  /** 1-based line of each entry, where the format has such. */
  readonly lines?: readonly number[];
}

export interface ResolvedSources {
  readonly values: { readonly [name: string]: Json };
  readonly sources: readonly ReadSource[];
  /** References that could not be read; `path` is that in the params. */
  readonly problems: readonly (Problem & { readonly at: Path })[];
}

/**
 * Replaces each reference in params by what it names: data (`source`) by its parsed content, a file by its ref.
 *
 * Texts that are no param of such a kind stay as they are. Failures of stores are thrown as they come.
 */
export async function resolveSources(
  params: { readonly [name: string]: Json },
  schema: JsonSchema,
  readers: ParamReaders,
): Promise<ResolvedSources> {
  const sources: ReadSource[] = [];
  const problems: (Problem & { at: Path })[] = [];
  const values = await replaceReferences(params, schema, schema, [], async (text, kind, inner, path) => {
    if (kind === 'file') return readers.fileRef(text);
    const found = await readSource(text, inner, schema, readers);
    if (found.ok) {
      sources.push({ path, name: text, ...(found.lines === undefined ? {} : { lines: found.lines }) });
      return found.value;
    }
    // With a line the problem is in the file and names it; without, it is with the reference itself.
    const { message, line, column } = found;
    const file = line === undefined ? {} : { file: text, line, ...(column === undefined ? {} : { column }) };
    problems.push({ at: path, path: pathText(path), message: `${text} ${message}`, ...file });
    return null;
  });
  return { values: values as { readonly [name: string]: Json }, sources, problems };
}

/** The paths of texts that `resolveSources` would replace. */
export async function referencePaths(
  params: { readonly [name: string]: Json },
  schema: JsonSchema,
): Promise<readonly Path[]> {
  const paths: Path[] = [];
  await replaceReferences(params, schema, schema, [], (text, _kind, _inner, path) => {
    paths.push(path);
    return Promise.resolve(text);
  });
  return paths;
}

// One walk serves reading and counting, so that both agree on what a reference is.
type Replace = (text: string, kind: ParamKind, inner: JsonSchema, path: Path) => Promise<Json>;

async function replaceReferences(
  value: Json,
  schema: JsonSchema,
  root: JsonSchema,
  path: Path,
  replace: Replace,
): Promise<Json> {
  const here = referring(schema, root);
  const kind = here['x-runner'];
  if (typeof value === 'string') return kind === 'source' || kind === 'file' ? replace(value, kind, here, path) : value;
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) {
    const given: readonly Json[] = value;
    const { items } = here;
    if (!items) return given;
    const list: Json[] = [];
    // One after another: a list of files is short, and a broken one is to be named first.
    for (const [i, item] of given.entries())
      list.push(await replaceReferences(item, items, root, [...path, i], replace));
    return list;
  }
  // Free-form objects have no schema by name, and so no references.
  if (here.properties === undefined) return value;
  const members: [string, Json][] = [];
  for (const [name, member] of Object.entries(value as { readonly [name: string]: Json })) {
    const property = own(here.properties, name);
    members.push([
      name,
      property === undefined ? member : await replaceReferences(member, property, root, [...path, name], replace),
    ]);
  }
  return Object.fromEntries(members);
}

// An optional or nullable file is a union; its one branch with a kind, or with members, is what counts.
function referring(schema: JsonSchema, root: JsonSchema): JsonSchema {
  const here = deref(schema, root);
  if (here['x-runner'] !== undefined || here.anyOf === undefined) return here;
  const branches = here.anyOf.map((branch) => deref(branch, root));
  return (
    branches.find((branch) => branch['x-runner'] !== undefined) ??
    branches.find((branch) => branch.properties ?? branch.items) ??
    here
  );
}

async function readSource(
  text: string,
  inner: JsonSchema,
  root: JsonSchema,
  readers: ParamReaders,
): Promise<ReturnType<typeof parseData>> {
  const reference = parseReference(text);
  if (reference?.kind === 'env') {
    const value = own(readers.env, reference.target);
    if (value === undefined || value === '') return { ok: false, message: 'is not set' };
    return parseData(value, '', inner, root);
  }
  if (reference?.kind === 'cmd') {
    const outcome = await runCommand(reference.target, { cwd: readers.cwd, env: readers.env });
    return outcome.ok
      ? parseData(outcome.stdout, '', inner, root)
      : { ok: false, message: `gave nothing: ${outcome.why}` };
  }
  // Last, a plain path or URL: data needs no prefix.
  const path = reference?.target ?? text;
  return parseData(await readers.readText(path), path, inner, root);
}
