import { createHash } from 'node:crypto';
import { statSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { type FileRef, listFiles, refOf, type RunContext } from '@dataset-runner/core/plugin';
import { registryFailures } from '../failures.ts';
import { byCodePoint, jsonString } from '../formats/python-json.ts';
import type { Hashed } from '../formats/stage-file.ts';
import { treeOf } from '../formats/tree.ts';
import type { UrlSource } from '../remotes/url-source.ts';
import type { Repo } from '../repo/repo.ts';
import { bringObjects } from '../steps/bring-objects.ts';
import { cacheFiles, chunked } from '../steps/cache-files.ts';
import { writeTree } from '../steps/write-tree.ts';
import { walkFolder } from '../workspace/walk.ts';

/** The steps a task needs for {@link bringUrl}. */
export const urlSteps = { cacheFiles, bringObjects, writeTree };

export interface UrlBrought {
  /** What the source is now, as the dependency of a `.dvc` file says it. */
  readonly dep: Hashed;
  /** What came into the cache; undefined when nothing was to come. */
  readonly out: Hashed | undefined;
}

type Planner = Pick<RunContext<unknown>, 'map' | 'once' | 'store'>;

/** Brings what lies at a URL or path into the cache, or with `download: false` only says what it is now. */
export async function bringUrl(
  repo: Pick<Repo, 'cacheDir'>,
  source: UrlSource,
  context: Planner,
  { download }: { readonly download: boolean },
): Promise<UrlBrought> {
  return source.kind === 'local'
    ? bringPath(source.path, context, download ? repo.cacheDir : undefined)
    : bringFar(repo, source, context, { download });
}

/** The files at a path or URL, each as a ref and by its name within; throws `registry.path-missing`. */
export async function filesAt(source: UrlSource, { store }: Pick<Planner, 'store'>): Promise<SourceFiles> {
  if (source.kind === 'store') return farFiles(source, store);
  const { isFolder, folder, found } = localFiles(source.path);
  const refs = found.map(({ relpath, size }): FileRef => ({ $type: 'file', store: folder, key: relpath, size }));
  return { isFolder, refs, names: found.map(({ relpath }) => relpath) };
}

interface SourceFiles {
  readonly isFolder: boolean;
  readonly refs: readonly FileRef[];
  readonly names: readonly string[];
}

function localFiles(path: string) {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat === undefined) throw registryFailures['path-missing']({ path });
  const isFolder = stat.isDirectory();
  const folder = isFolder ? path : dirname(path);
  const found = isFolder ? walkFolder(path, '') : [{ relpath: basename(path), size: stat.size }];
  return { isFolder, folder, found, isexec: !isFolder && (stat.mode & 0o100) !== 0 };
}

async function farFiles(
  { place, key, tag }: Pick<UrlSource & { readonly kind: 'store' }, 'place' | 'key' | 'tag'>,
  store: Planner['store'],
): Promise<SourceFiles> {
  const far = await store(place);
  const entry = await far.stat(key);
  const isFolder = entry === undefined;
  const refs = isFolder ? await filesBelow(far, key, tag) : [refOf(far.place, entry)];
  if (refs.length === 0) throw registryFailures['path-missing']({ path: `${place}/${key}` });
  return { isFolder, refs, names: refs.map((ref) => (isFolder ? ref.key.slice(key.length + 1) : key)) };
}

// Where DVC hashes itself, a dependency has the md5 that its output has.
async function bringPath(path: string, { map, once }: Planner, cacheDir: string | undefined): Promise<UrlBrought> {
  const { isFolder, folder, found, isexec } = localFiles(path);
  const kept = cacheDir === undefined ? {} : { cacheDir };
  const chunks = [...chunked(found)].map((files, at) => ({
    key: `${path} ${at + 1}`,
    path,
    folder,
    indexFolder: '',
    walkedMs: 0,
    ...kept,
    files: files.map(({ relpath, size }) => ({ relpath, size })),
  }));
  const hashed = (await map(cacheFiles, chunks, { name: 'hash-source' }).toArray()).flatMap(({ files }) => files);
  const size = hashed.reduce((sum, [, , bytes]) => sum + bytes, 0);
  const files = hashed.map(([relpath, md5]) => [relpath, md5] as const);
  const md5 = isFolder ? treeOf(files.map(([relpath, each]) => ({ relpath, md5: each }))).oid : (files[0]?.[1] ?? '');
  const dep: Hashed = { md5, size, hash: 'md5', ...(isFolder ? { nfiles: files.length } : isexec ? { isexec } : {}) };
  if (cacheDir === undefined) return { dep, out: undefined };
  // What is downloaded is not executable any more, for DVC neither.
  const out = await once(writeTree, { cacheDir, isFolder, files, isexec: false }, { key: path });
  return { dep, out };
}

// Elsewhere the service's own version is all that says whether a file has changed, without a read.
async function bringFar(
  { cacheDir }: Pick<Repo, 'cacheDir'>,
  { place, key, tag }: UrlSource & { readonly kind: 'store' },
  { map, once, store }: Planner,
  { download }: { readonly download: boolean },
): Promise<UrlBrought> {
  const { isFolder, refs, names } = await farFiles({ place, key, tag }, store);
  const size = refs.reduce((sum, each) => sum + each.size, 0);
  const dep = isFolder ? farFolder(refs, names, tag, size) : farFile(refs[0], tag, size);
  if (!download) return { dep, out: undefined };
  const chunks = [...chunked(refs, 64)].map((files) => ({ key: files[0]?.key ?? '', files, cacheDir }));
  const brought = (await map(bringObjects, chunks).toArray()).flat();
  const files = names.map((name, at) => [name, brought[at]?.[0] ?? ''] as const);
  const out = await once(writeTree, { cacheDir, isFolder, files, isexec: false }, { key: `${place}/${key}` });
  return { dep, out };
}

// The web has no listings.
async function filesBelow(
  far: Awaited<ReturnType<Planner['store']>>,
  key: string,
  tag: 'etag' | 'checksum',
): Promise<FileRef[]> {
  return tag === 'checksum' && /^https?:/.test(far.place) ? [] : listFiles(far, { prefix: `${key}/` });
}

function farFile(ref: FileRef | undefined, tag: 'etag' | 'checksum', size: number): Hashed {
  return { ...(ref?.version === undefined ? {} : { [tag]: ref.version }), size, hash: 'md5' };
}

/** As DVC digests a folder of a cloud: its `.dir` with the services' own versions for md5s. */
function farFolder(refs: readonly FileRef[], names: readonly string[], tag: string, size: number): Hashed {
  const entries = refs.map(({ version = '' }, at) => ({ version, name: names[at] ?? '' }));
  const lines = entries
    .sort((a, b) => byCodePoint(a.name, b.name))
    .map(({ version, name }) => `{${jsonString(tag)}: ${jsonString(version)}, "relpath": ${jsonString(name)}}`);
  const md5 = createHash('md5')
    .update(`[${lines.join(', ')}]`)
    .digest('hex');
  return { md5: `${md5}.dir`, size, nfiles: refs.length, hash: 'md5' };
}
