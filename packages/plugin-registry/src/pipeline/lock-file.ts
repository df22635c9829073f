import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { registryFailures } from '../failures.ts';
import { byCodePoint } from '../formats/python-json.ts';
import type { Hashed } from '../formats/stage-file.ts';
import { int, isList, isMap, isNumber, mapOf, toNumber, type Value, type ValueMap } from '../formats/value.ts';
import { nodeOf, noTail, valueOf, type YamlFile } from '../formats/yaml-node.ts';
import { readYaml, YamlFault } from '../formats/yaml-read.ts';
import { writeYaml } from '../formats/yaml-write.ts';
import { writeAtomically } from '../workspace/write-atomically.ts';
import type { RepoView } from './repo-view.ts';

/** A path with the hash it had when the stage last ran. */
export interface LockedPath extends Hashed {
  readonly path: string;
}

/** What `dvc.lock` remembers of a stage: all that decides whether it has to run again. */
export interface LockEntry {
  readonly cmd: string | readonly string[];
  readonly deps: readonly LockedPath[];
  /** Parameter file to dotted name to value, in the order to be written. */
  readonly params: ReadonlyMap<string, ValueMap>;
  readonly outs: readonly LockedPath[];
}

/** The entries of the `dvc.lock` beside a `dvc.yaml`; none where there is no lock yet. */
export function readLock(view: Pick<RepoView, 'text'>, pipelineFile: string): Map<string, LockEntry> {
  const file = lockFileOf(pipelineFile);
  const yaml = parsed(file, view.text(file));
  const entries = new Map<string, LockEntry>();
  if (yaml === undefined) return entries;
  const value = valueOf(yaml.root);
  if (!isMap(value)) throw registryFailures['file-broken']({ file, line: 1, why: 'it is no map of keys' });
  // The first format had the stages at the top.
  const stages = value.has('schema') ? value.get('stages') : value;
  if (isMap(stages)) for (const [name, entry] of stages) if (isMap(entry)) entries.set(name, entryOf(entry));
  return entries;
}

/**
 * Writes one stage's entry; all other entries, those of stages that are gone too, stay as they were.
 *
 * A new one goes to the end, but before those of `later` that are there.
 */
export function writeLock(
  root: string,
  pipelineFile: string,
  { name, later = [], ...entry }: LockEntry & { readonly name: string; readonly later?: readonly string[] },
): void {
  const file = lockFileOf(pipelineFile);
  const text = existsSync(join(root, file)) ? readFileSync(join(root, file), 'utf8') : undefined;
  const after = withEntry(parsed(file, text), name, { entry, later: new Set(later) });
  if (after !== text) writeAtomically(join(root, file), after);
}

/** An entry as it is written, and as the run cache hashes it: `cmd, deps, params, outs`, those that are there. */
export function entryValue({ cmd, deps, params, outs }: LockEntry): ValueMap {
  const paths = (list: readonly LockedPath[]): Value | undefined =>
    list.length === 0 ? undefined : list.toSorted((a, b) => byCodePoint(a.path, b.path)).map(pathValue);
  return mapOf({
    cmd,
    deps: paths(deps),
    params: params.size === 0 ? undefined : new Map(params),
    outs: paths(outs),
  });
}

/** `processed/dvc.lock` for `processed/dvc.yaml`. */
function lockFileOf(pipelineFile: string): string {
  return pipelineFile.replace(/yaml$/, 'lock');
}

function withEntry(
  yaml: YamlFile | undefined,
  name: string,
  { entry, later }: { readonly entry: LockEntry; readonly later: ReadonlySet<string> },
): string {
  const stage = { key: name, gap: noTail, value: nodeOf(entryValue(entry)) };
  const root = yaml?.root.kind === 'map' && yaml.root.entries.length > 0 ? yaml.root : undefined;
  if (root === undefined || !root.entries.some(({ key }) => key === 'schema')) {
    const old = root === undefined ? [] : root.entries;
    return writeYaml({ head: '', root: fresh([...old.filter(({ key }) => key !== name), stage]) });
  }
  const entries = root.entries.map((each) => {
    if (each.key !== 'stages') return each;
    const known = each.value.kind === 'map' ? each.value.entries : [];
    const at = known.findIndex(({ key }) => key === name);
    const next = known.findIndex(({ key }) => later.has(key));
    const stages =
      at < 0
        ? known.toSpliced(next < 0 ? known.length : next, 0, stage)
        : known.with(at, { ...stage, gap: known[at]?.gap ?? noTail });
    return { ...each, value: { kind: 'map' as const, flow: false, entries: stages, tail: noTail } };
  });
  return writeYaml({ head: yaml?.head ?? '', root: { ...root, entries } });
}

function fresh(stages: { key: string; gap: typeof noTail; value: ReturnType<typeof nodeOf> }[]): YamlFile['root'] {
  const map = { kind: 'map' as const, flow: false, entries: stages, tail: noTail };
  const schema = { key: 'schema', gap: noTail, value: nodeOf('2.0') };
  return { ...map, entries: [schema, { key: 'stages', gap: noTail, value: map }] };
}

function parsed(file: string, text: string | undefined): YamlFile | undefined {
  if (text === undefined) return undefined;
  try {
    return readYaml(text);
  } catch (error) {
    if (!(error instanceof YamlFault)) throw error;
    throw registryFailures['file-broken']({ file, line: error.line, why: error.message });
  }
}

/** One entry's value, read back. */
export function entryOf(map: ValueMap): LockEntry {
  const cmd = map.get('cmd');
  const params = new Map<string, ValueMap>();
  const found = map.get('params');
  if (isMap(found)) for (const [file, values] of found) params.set(file, isMap(values) ? values : new Map());
  return {
    cmd: isList(cmd) ? cmd.map(String) : typeof cmd === 'string' ? cmd : '',
    deps: pathsOf(map.get('deps')),
    params,
    outs: pathsOf(map.get('outs')),
  };
}

function pathsOf(value: Value | undefined): LockedPath[] {
  if (!isList(value)) return [];
  return value.filter(isMap).map((map) => {
    const text = (key: string): string | undefined => {
      const found = map.get(key);
      return typeof found === 'string' ? found : isNumber(found) ? found.text : undefined;
    };
    const count = (key: string): number | undefined => {
      const found = map.get(key);
      return isNumber(found) ? toNumber(found) : undefined;
    };
    const [md5, hash, size, nfiles] = [text('md5')?.toLowerCase(), text('hash'), count('size'), count('nfiles')];
    return {
      path: text('path') ?? '',
      ...(md5 === undefined ? {} : { md5 }),
      ...(hash === undefined ? {} : { hash }),
      ...(size === undefined ? {} : { size }),
      ...(nfiles === undefined ? {} : { nfiles }),
      ...(map.get('isexec') === true ? { isexec: true } : {}),
    };
  });
}

function pathValue({ path, hash, md5, size, nfiles, isexec }: LockedPath): ValueMap {
  return mapOf({
    path,
    hash,
    md5,
    size: size === undefined ? undefined : int(size),
    nfiles: nfiles === undefined ? undefined : int(nfiles),
    isexec: isexec === true ? true : undefined,
  });
}
