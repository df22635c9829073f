import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RunContext } from '@dataset-runner/core/plugin';
import type { Hashed } from '../formats/stage-file.ts';
import { parseTree, type TreeEntry, treeOf } from '../formats/tree.ts';
import { hashFile } from '../objects/cache-file.ts';
import { type Layout, objectKey } from '../objects/object-path.ts';
import type { LockedPath } from '../pipeline/lock-file.ts';
import type { Repo } from '../repo/repo.ts';
import { indexPath } from '../repo/targets.ts';
import { cacheFiles, chunked, type FileChunk } from '../steps/cache-files.ts';
import { remember } from '../steps/remember.ts';
import { type Look, lookAt } from '../workspace/look.ts';
import { StatIndex } from '../workspace/stat-index.ts';

/** A path whose bytes are to be hashed. */
export interface WantedHash {
  /** Posix, from the root. */
  readonly path: string;
  readonly layout: Layout;
  /** Put the bytes into the cache as well. */
  readonly keep?: boolean;
}

/** What lies at a path, as `dvc.lock` says it. */
export interface FoundHash {
  readonly hashed: Hashed;
  /** The files of a folder; undefined for a single file. */
  readonly entries: readonly TreeEntry[] | undefined;
}

type Planner = Pick<RunContext<unknown>, 'map' | 'once' | 'dryRun'>;

/**
 * Hashes what lies at the paths, by path; only files that changed are read, on all cores, and kept where that is wanted.
 *
 * A dry run reads them here and now: what a stage would do hangs on it. A path where nothing is has no entry.
 */
export async function stageHashes(
  repo: Repo,
  wanted: readonly WantedHash[],
  context: Planner,
  name: string,
): Promise<Map<string, FoundHash>> {
  const index = new StatIndex(indexPath(repo.root));
  const looks: (Look & WantedHash)[] = [];
  try {
    for (const each of wanted) {
      const look = lookAt(repo.root, each.path, { index, layout: each.layout });
      if (look !== undefined) looks.push({ ...look, ...each });
    }
  } finally {
    index.close();
  }
  const known = new Map(
    looks.map((look) => [look.path, new Map([...look.known].map(([file, { md5 }]) => [file, md5]))]),
  );
  const take = (path: string, relpath: string, md5: string): unknown => known.get(path)?.set(relpath, md5);
  const chunks = looks.flatMap((look) => chunksOf(repo, look));
  if (context.dryRun) {
    for (const { path, folder, files, legacy } of chunks)
      for (const { relpath, md5 } of files)
        take(path, relpath, md5 ?? hashFile(join(folder, relpath), legacy === true ? 'legacy' : 'md5'));
  } else if (chunks.length > 0) {
    const hashed = context.map(cacheFiles, chunks, { name });
    for await (const { path, files } of hashed) for (const [relpath, md5] of files) take(path, relpath, md5);
    await context.once(remember, { root: repo.root, chunks: hashed }, { key: name });
  }
  return new Map(looks.map((look) => [look.path, foundHash(look, known.get(look.path) ?? new Map())]));
}

/** Whether all bytes of an output lie in the cache: the object, and for a folder each of its files. */
export function isWholeInCache({ cacheDir }: Repo, { md5, hash }: LockedPath): boolean {
  if (md5 === undefined) return false;
  const layout = hash === undefined ? 'legacy' : 'files/md5';
  const path = join(cacheDir, objectKey(md5, layout));
  if (!existsSync(path)) return false;
  if (!md5.endsWith('.dir')) return true;
  return entriesIn(path).every((entry) => existsSync(join(cacheDir, objectKey(entry.md5, layout))));
}

function entriesIn(path: string): TreeEntry[] {
  try {
    return parseTree(readFileSync(path, 'utf8'));
  } catch (error) {
    // A damaged tree is no tree: what it should name cannot be shown to be there.
    if (error instanceof SyntaxError) return [{ relpath: '?', md5: '' }];
    throw error;
  }
}

function chunksOf({ root, cacheDir }: Repo, look: Look & WantedHash): FileChunk[] {
  const { path, folder, indexFolder, walkedMs, layout, known, found, unknown, keep } = look;
  // What is to be kept is looked at even where its hash is known: the cache may have lost it.
  const files = keep === true ? found : unknown;
  return [...chunked(files)].map((some, at) => ({
    key: `${path} ${at + 1}`,
    path,
    folder: join(root, folder),
    indexFolder,
    walkedMs,
    ...(keep === true ? { cacheDir } : {}),
    ...(layout === 'legacy' ? { legacy: true } : {}),
    files: some.map(({ relpath, size }) => {
      const md5 = known.get(relpath)?.md5;
      return { relpath, size, ...(md5 === undefined ? {} : { md5 }) };
    }),
  }));
}

function foundHash(look: Look & WantedHash, md5: ReadonlyMap<string, string>): FoundHash {
  const size = look.found.reduce((sum, file) => sum + file.size, 0);
  const kind = look.layout === 'legacy' ? {} : { hash: 'md5' };
  if (!look.isFolder) {
    const [file] = look.found;
    const isexec = ((file?.mode ?? 0) & 0o100) !== 0;
    const only = md5.get(file?.relpath ?? '') ?? '';
    return { hashed: { md5: only, size, ...kind, ...(isexec ? { isexec } : {}) }, entries: undefined };
  }
  const entries = look.found.map(({ relpath }) => ({ relpath, md5: md5.get(relpath) ?? '' }));
  return { hashed: { md5: treeOf(entries).oid, size, nfiles: entries.length, ...kind }, entries };
}
