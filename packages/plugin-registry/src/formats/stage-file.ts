import { createHash } from 'node:crypto';
import { pythonJson } from './python-json.ts';
import { int, isList, isMap, isNumber, mapOf, toNumber, type Value, type ValueMap } from './value.ts';

/** What is known of the bytes of an output or dependency. */
export interface Hashed {
  /** 32 hex digits, with `.dir` behind them for a folder. */
  readonly md5?: string;
  /** Set for what DVC 3 wrote; an md5 without it is a legacy one (text with CRLF read as LF, old layout). */
  readonly hash?: string;
  /** Of files kept in a cloud or on the web. */
  readonly etag?: string;
  readonly checksum?: string;
  /** Bytes; for a folder the sum of its files. */
  readonly size?: number;
  readonly nfiles?: number;
  readonly isexec?: boolean;
}

export interface Out extends Hashed {
  /** Posix, relative to the stage file's wdir. */
  readonly path: string;
  readonly cache: boolean;
  readonly push: boolean;
  readonly persist: boolean;
  /** The remote this output alone goes to. */
  readonly remote?: string;
  /** The entry as it stands in the file: what we do not know of survives an edit. */
  readonly raw: ValueMap;
}

export interface RepoSource {
  readonly url: string;
  readonly rev?: string;
  /** 40 hex digits. */
  readonly revLock?: string;
}

export interface Dep extends Hashed {
  readonly path: string;
  readonly repo?: RepoSource;
  readonly raw: ValueMap;
}

/** A `.dvc` file. */
export interface StageFile {
  readonly outs: readonly Out[];
  readonly deps: readonly Dep[];
  /** Posix, relative to the file's folder; '.' by default. */
  readonly wdir: string;
  readonly frozen: boolean;
  /** The digest of an import's own description. */
  readonly md5?: string;
  readonly raw: ValueMap;
}

const stageKeys = ['desc', 'md5', 'cmd', 'wdir', 'frozen', 'locked', 'deps', 'outs', 'always_changed', 'meta'];
const hashKeys = ['md5', 'etag', 'checksum', 'size', 'nfiles', 'isexec', 'version_id', 'cloud', 'hash'];
const outKeys = [
  ...hashKeys,
  'path',
  'fs_config',
  'desc',
  'type',
  'labels',
  'meta',
  'cache',
  'metric',
  'plot',
  'persist',
  'remote',
  'push',
  'files',
];
const depKeys = [...hashKeys, 'path', 'fs_config', 'repo', 'db', 'files'];

/** What is wrong with a stage file, in words; whoever knows the file's name makes it a failure. */
export class StageFault extends Error {
  readonly key: string | undefined;
  readonly known: readonly string[];
  constructor(message: string, key?: string, known: readonly string[] = []) {
    super(message);
    this.name = 'StageFault';
    this.key = key;
    this.known = known;
  }
}

/** Reads the value of a `.dvc` file; throws a {@link StageFault} for what DVC would refuse. */
export function stageFileOf(value: Value): StageFile {
  if (!isMap(value)) throw new StageFault('it is no map of keys');
  onlyKeys(value, stageKeys);
  const md5 = textAt(value, 'md5');
  return {
    outs: listAt(value, 'outs').map(outOf),
    deps: listAt(value, 'deps').map(depOf),
    wdir: textAt(value, 'wdir') ?? '.',
    frozen: value.get('frozen') === true || value.get('locked') === true,
    ...(md5 === undefined ? {} : { md5 }),
    raw: value,
  };
}

/** `md5, size, nfiles, isexec, hash`, those that are there. */
export function hashedEntry({ md5, etag, checksum, size, nfiles, isexec, hash }: Hashed): Map<string, Value> {
  return mapOf({
    md5,
    etag,
    checksum,
    size: size === undefined ? undefined : int(size),
    nfiles: nfiles === undefined ? undefined : int(nfiles),
    isexec: isexec === true ? true : undefined,
    hash,
  });
}

/**
 * The top-level `md5` of an import: the digest of its description without sizes and remarks.
 *
 * Source: DVC's `Stage.compute_md5`; a wrong one shows there as a changed checksum.
 */
export function stageMd5(stage: ValueMap): string {
  const described = new Map(stage);
  for (const key of ['md5', 'meta', 'desc']) described.delete(key);
  if (described.get('wdir') === '.') described.delete('wdir');
  return createHash('md5')
    .update(pythonJson(without(described)))
    .digest('hex');
}

const unhashed = new Set([
  'desc',
  'type',
  'labels',
  'meta',
  'locked',
  'frozen',
  'metric',
  'persist',
  'isexec',
  'size',
  'nfiles',
]);

function without(value: Value): Value {
  if (isList(value)) return value.map(without);
  if (!isMap(value)) return value;
  return new Map([...value].filter(([key]) => !unhashed.has(key)).map(([key, child]) => [key, without(child)]));
}

function outOf(value: Value): Out {
  const map = typeof value === 'string' ? mapOf({ path: value }) : value;
  if (!isMap(map)) throw new StageFault('an output is neither a path nor a map');
  onlyKeys(map, outKeys);
  const remote = textAt(map, 'remote');
  return {
    ...hashedOf(map),
    path: pathOf(map, 'an output'),
    cache: map.get('cache') !== false,
    push: map.get('push') !== false,
    persist: map.get('persist') === true,
    ...(remote === undefined ? {} : { remote }),
    raw: map,
  };
}

function depOf(value: Value): Dep {
  const map = typeof value === 'string' ? mapOf({ path: value }) : value;
  if (!isMap(map)) throw new StageFault('a dependency is neither a path nor a map');
  onlyKeys(map, depKeys);
  const repo = map.get('repo');
  return {
    ...hashedOf(map),
    path: pathOf(map, 'a dependency'),
    ...(isMap(repo) ? { repo: repoOf(repo) } : {}),
    raw: map,
  };
}

function repoOf(map: ValueMap): RepoSource {
  onlyKeys(map, ['url', 'rev', 'rev_lock', 'config', 'remote']);
  const url = textAt(map, 'url');
  if (url === undefined) throw new StageFault('an import has no repo url');
  const [rev, revLock] = [textAt(map, 'rev'), textAt(map, 'rev_lock')];
  return { url, ...(rev === undefined ? {} : { rev }), ...(revLock === undefined ? {} : { revLock }) };
}

function hashedOf(map: ValueMap): Hashed {
  const [md5, hash, etag, checksum] = ['md5', 'hash', 'etag', 'checksum'].map((key) => textAt(map, key));
  const [size, nfiles] = [countAt(map, 'size'), countAt(map, 'nfiles')];
  // It becomes a path in caches and remotes, so nothing else may pass for one.
  if (md5 !== undefined && md5 !== '' && !/^[0-9a-f]{32}(?:\.dir)?$/i.test(md5))
    throw new StageFault(`'${md5}' is no md5`, 'md5');
  return {
    ...(md5 === undefined || md5 === '' ? {} : { md5: md5.toLowerCase() }),
    ...(hash === undefined ? {} : { hash }),
    ...(etag === undefined ? {} : { etag }),
    ...(checksum === undefined ? {} : { checksum }),
    ...(size === undefined ? {} : { size }),
    ...(nfiles === undefined ? {} : { nfiles }),
    ...(map.get('isexec') === true ? { isexec: true } : {}),
  };
}

function onlyKeys(map: ValueMap, known: readonly string[]): void {
  for (const key of map.keys()) if (!known.includes(key)) throw new StageFault(`unknown key '${key}'`, key, known);
}

function pathOf(map: ValueMap, what: string): string {
  const path = textAt(map, 'path');
  if (path === undefined || path === '') throw new StageFault(`${what} has no path`);
  return path;
}

// An md5 of digits only is an int to YAML; DVC reads it back as text, and so do we.
function textAt(map: ValueMap, key: string): string | undefined {
  const value = map.get(key);
  if (value === undefined || value === null) return undefined;
  if (typeof value === 'string') return value;
  if (isNumber(value)) return value.text;
  throw new StageFault(`'${key}' is no text`, key);
}

function countAt(map: ValueMap, key: string): number | undefined {
  const value = map.get(key);
  if (value === undefined || value === null) return undefined;
  if (isNumber(value) && value.type === 'int') return toNumber(value);
  throw new StageFault(`'${key}' is no whole number`, key);
}

function listAt(map: ValueMap, key: string): readonly Value[] {
  const value = map.get(key) ?? [];
  if (isList(value)) return value;
  throw new StageFault(`'${key}' is no list`, key);
}
