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
import type { Found } from '../workspace/walk.ts';

/** A path whose bytes are to be hashed. */
export interface WantedHash {
  /** Posix, from the root. */
  readonly path: string;
  readonly layout: Layout;
}

type Planner = Pick<RunContext<unknown>, 'map' | 'once' | 'dryRun'>;

// So much is read sooner than a step is started for it.
const fewFiles = 100;
const fewBytes = 8_000_000;

/**
 * Hashes what lies at the paths, by path; only files that changed since they were last read are read.
 *
 * Many bytes are read by a map on all cores; a dry run reads them here and now, for what a stage would do hangs on
 * them. A path where nothing is has no entry.
 */
export async function stageHashes(
  repo: Repo,
  wanted: readonly WantedHash[],
  { map, once, dryRun }: Planner,
  name: string,
): Promise<Map<string, Hashed>> {
  const looks = looksAt(repo, wanted);
  const md5 = new Map(looks.map((look) => [look.path, hashesOf(look)]));
  const chunks = looks.flatMap((look) => chunksOf(repo, look, look.unknown));
  const files = chunks.flatMap((chunk) => chunk.files);
  const isFew = files.length <= fewFiles && files.reduce((sum, { size = 0 }) => sum + size, 0) <= fewBytes;
  if (dryRun || isFew) {
    for (const { path, folder, legacy, ...chunk } of chunks)
      for (const { relpath } of chunk.files)
        md5.get(path)?.set(relpath, hashFile(join(folder, relpath), legacy === true ? 'legacy' : 'md5'));
  } else {
    const hashed = map(cacheFiles, chunks, { name });
    for await (const chunk of hashed)
      for (const [relpath, hash] of chunk.files) md5.get(chunk.path)?.set(relpath, hash);
    await once(remember, { root: repo.root, chunks: hashed }, { key: name });
  }
  return new Map(looks.map((look) => [look.path, hashedOf(look, md5.get(look.path) ?? new Map())]));
}

/** What a stage made, as chunks to be hashed; those of `kept` paths go into the cache in the same read. */
export function madeChunks(
  repo: Repo,
  outs: readonly { readonly path: string; readonly isKept: boolean }[],
): { readonly looks: readonly Look[]; readonly chunks: readonly FileChunk[] } {
  const looks = looksAt(
    repo,
    outs.map(({ path }) => ({ path, layout: 'files/md5' as const })),
  );
  const kept = new Set(outs.filter(({ isKept }) => isKept).map(({ path }) => path));
  // Known files too: the cache may have lost what the index remembers, and the lock has to name them all.
  const chunks = looks.flatMap((look) =>
    chunksOf(repo, look, look.found).map((chunk) =>
      kept.has(look.path) ? { ...chunk, cacheDir: repo.cacheDir } : chunk,
    ),
  );
  return { looks, chunks };
}

/** Whether the owner may run the single file at a path. */
export function isExecutable({ isFolder, found }: Look): boolean {
  return !isFolder && ((found[0]?.mode ?? 0) & 0o100) !== 0;
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

function looksAt(repo: Repo, wanted: readonly WantedHash[]): (Look & WantedHash)[] {
  const index = new StatIndex(indexPath(repo.root));
  try {
    return wanted.flatMap(({ path, layout }) => {
      const look = lookAt(repo.root, path, { index, layout });
      return look === undefined ? [] : [{ ...look, layout }];
    });
  } finally {
    index.close();
  }
}

function chunksOf({ root }: Repo, look: Look & WantedHash, files: readonly Found[]): FileChunk[] {
  const { path, folder, indexFolder, walkedMs, layout, known } = look;
  return [...chunked(files)].map((some, at) => ({
    key: `${path} ${at + 1}`,
    path,
    folder: join(root, folder),
    indexFolder,
    walkedMs,
    ...(layout === 'legacy' ? { legacy: true } : {}),
    files: some.map(({ relpath, size }) => {
      const md5 = known.get(relpath)?.md5;
      return { relpath, size, ...(md5 === undefined ? {} : { md5 }) };
    }),
  }));
}

function hashesOf({ known }: Look): Map<string, string> {
  return new Map([...known].map(([relpath, { md5 }]) => [relpath, md5]));
}

function hashedOf(look: Look & WantedHash, md5: ReadonlyMap<string, string>): Hashed {
  const size = look.found.reduce((sum, file) => sum + file.size, 0);
  const kind = look.layout === 'legacy' ? {} : { hash: 'md5' };
  if (!look.isFolder) {
    const only = md5.get(look.found[0]?.relpath ?? '') ?? '';
    return { md5: only, size, ...kind, ...(isExecutable(look) ? { isexec: true } : {}) };
  }
  const entries = look.found.map(({ relpath }) => ({ relpath, md5: md5.get(relpath) ?? '' }));
  return { md5: treeOf(entries).oid, size, nfiles: entries.length, ...kind };
}
