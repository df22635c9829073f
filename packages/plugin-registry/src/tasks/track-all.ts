import { existsSync, lstatSync } from 'node:fs';
import { join } from 'node:path';
import { type RunContext, shownKey } from '@dataset-runner/core/plugin';
import { registryFailures } from '../failures.ts';
import type { TreeEntry } from '../formats/tree.ts';
import { treeEntries } from '../objects/needed.ts';
import type { Repo } from '../repo/repo.ts';
import { indexPath, isWithin } from '../repo/targets.ts';
import { cacheFiles, chunked, type FileChunk } from '../steps/cache-files.ts';
import { remember } from '../steps/remember.ts';
import { type TrackedResult, writeTracked } from '../steps/write-tracked.ts';
import { type Look, lookAt } from '../workspace/look.ts';
import { StatIndex } from '../workspace/stat-index.ts';

/** The steps a task needs for {@link trackAll}. */
export const trackingSteps = { cacheFiles, remember, writeTracked };

/** A path to be tracked, and what is to say so. */
export interface TrackTarget {
  /** Posix, from the root. */
  readonly path: string;
  /** The `.dvc` file that tracks it, posix, from the root. */
  readonly file: string;
  /** How that file names it. */
  readonly outPath: string;
  /** Set when the path lies in the tracked folder: only that part of its tree is made anew. */
  readonly within?: { readonly path: string; readonly oid: string; readonly size?: number };
}

/** Puts what lies at the paths into the cache and writes their `.dvc` files; `commit: false` only describes them. */
export async function trackAll(
  repo: Repo,
  targets: readonly TrackTarget[],
  { map, once }: Pick<RunContext<unknown>, 'map' | 'once'>,
  { commit }: { readonly commit: boolean },
): Promise<TrackedResult[]> {
  const looked = targets.map((target) => ({ target, look: look(repo, target) }));
  const done: TrackedResult[] = [];
  for (const { target, look: found } of looked) {
    // Hash and cache in one read, on all cores; then say so.
    const chunks = map(cacheFiles, chunksOf(repo, found, commit), { name: shownKey(`track ${target.path}`) });
    await once(remember, { root: repo.root, chunks }, { key: target.path });
    const { root, cacheDir, gitRoot } = repo;
    const tracked = { root, cacheDir, commit, ...target, isFolder: found.isFolder, chunks };
    done.push(
      await once(writeTracked, { ...tracked, ...(gitRoot === undefined ? {} : { gitRoot }) }, { key: target.path }),
    );
  }
  return done;
}

/** What {@link trackAll} would read, for a plan: none of it is awaited. */
export function planTracking(
  repo: Repo,
  targets: readonly TrackTarget[],
  { map }: Pick<RunContext<unknown>, 'map'>,
): void {
  for (const target of targets)
    map(cacheFiles, chunksOf(repo, look(repo, target), true), { name: shownKey(`track ${target.path}`) });
}

function look(repo: Repo, { path, within }: TrackTarget): Look {
  const before = within === undefined ? [] : entriesOf(repo, within);
  const index = new StatIndex(indexPath(repo.root));
  try {
    const found = lookAt(repo.root, path, { index });
    if (found !== undefined) return found;
  } finally {
    index.close();
  }
  const isLink = lstatSync(join(repo.root, path), { throwIfNoEntry: false }) !== undefined;
  if (!isLink && within !== undefined && existsSync(join(repo.root, within.path))) {
    const part = path.slice(within.path.length + 1);
    // What the folder had there is gone from it; that is what is to be said.
    if (before.some(({ relpath }) => isWithin(relpath, part))) return nothingAt(path);
  }
  throw isLink ? registryFailures['link-broken']({ path }) : registryFailures['path-missing']({ path });
}

// The rest of a folder is taken from its tree, so that has to be there before anything is written.
function entriesOf(repo: Repo, { path, oid }: { readonly path: string; readonly oid: string }): TreeEntry[] {
  const entries = treeEntries(repo.cacheDir, { oid, layout: 'files/md5', path });
  if (entries === undefined) throw registryFailures['object-missing']({ path, key: oid, cacheDir: repo.cacheDir });
  return entries;
}

function nothingAt(path: string): Look {
  const none = { isFolder: false, found: [], known: new Map(), unknown: [] };
  return { ...none, path, folder: path, indexFolder: path, walkedMs: Date.now() };
}

function chunksOf(
  repo: Repo,
  { path, folder, indexFolder, walkedMs, found, known }: Look,
  commit: boolean,
): FileChunk[] {
  return [...chunked(found)].map((files, at) => ({
    key: `${path} ${at + 1}`,
    path,
    folder: join(repo.root, folder),
    indexFolder,
    walkedMs,
    ...(commit ? { cacheDir: repo.cacheDir } : {}),
    files: files.map(({ relpath, size }) => {
      const md5 = known.get(relpath)?.md5;
      return { relpath, size, ...(md5 === undefined ? {} : { md5 }) };
    }),
  }));
}
