import { join, posix } from 'node:path';
import type { RunContext } from '@dataset-runner/core/plugin';
import type { Hashed } from '../formats/stage-file.ts';
import type { NeededOut } from '../objects/needed.ts';
import { objectKey } from '../objects/object-path.ts';
import { type SourceFile, sourceFiles, sourceOuts } from '../objects/source-files.ts';
import { openRepo, type Repo } from '../repo/repo.ts';
import { cacheFiles, chunked, type FileChunk } from '../steps/cache-files.ts';
import { type ClonedRepo, cloneRepo, workTreeAt } from '../steps/clone-repo.ts';
import { fetchObjects } from '../steps/fetch-objects.ts';
import { writeTree } from '../steps/write-tree.ts';
import { checkOutAll, checkoutSteps } from './check-out-all.ts';
import { fetchAll } from './fetch-all.ts';

/** The steps a task needs for {@link bringSource}. */
export const sourceSteps = { ...checkoutSteps, cloneRepo, fetchObjects, writeTree };

export interface SourceWanted {
  /** As git takes it. */
  readonly url: string;
  readonly rev?: string | undefined;
  /** Posix, from the root of that repository. */
  readonly path: string;
}

/** What came into the cache. */
export interface Brought {
  readonly revLock: string;
  readonly out: Hashed;
}

type Planner = Pick<RunContext<unknown>, 'map' | 'once' | 'store'>;

/** Brings data of another repository into this one's cache, checked; nothing is in the workspace yet. */
export async function bringSource(repo: Repo, wanted: SourceWanted, context: Planner): Promise<Brought> {
  // DVC writes a path as it was typed: `data/`, and `.` for all there is.
  const path = sourcePath(wanted.path);
  // 1. Its own files, at the commit.
  const clone = await openSource(repo, wanted, context);
  // 2. The objects they name, from its remote into our cache.
  const outs = sourceOuts(clone.dir, path);
  const { cacheDir } = repo;
  if (outs.length > 0) {
    await fetchAll({ ...openRepo(clone.dir), cacheDir }, outs, { ...context, params: { remote: undefined } });
  }
  const { isFolder, files } = sourceFiles(clone.dir, path, { outs, cacheDir });
  // 3. What git keeps or DVC 2 wrote is hashed as DVC 3 does.
  const md5 = await hashesOf(files, { root: clone.dir, cacheDir }, context);
  const isexec = !isFolder && files[0]?.isexec === true;
  const pairs = files.map((file, at) => [file.relpath, md5[at] ?? ''] as const);
  const out = await context.once(writeTree, { cacheDir, isFolder, files: pairs, isexec }, { key: path || '.' });
  return { revLock: clone.revLock, out };
}

/** Makes a work tree of another repository at a commit, kept in this one's `.dvc/tmp`. */
export async function openSource(
  repo: Repo,
  { url, rev }: Pick<SourceWanted, 'url' | 'rev'>,
  { once }: Pick<Planner, 'once'>,
): Promise<ClonedRepo> {
  const into = join(repo.root, '.dvc', 'tmp', 'runner', 'clones');
  return once(cloneRepo, { ...workTreeAt(url), into, ...(rev === undefined ? {} : { rev }) }, { key: url });
}

/** A path in another repository as tasks are given it: posix, from its root; '' is the root. */
export function sourcePath(path: string): string {
  return posix
    .normalize(path)
    .replace(/^\/+|\/+$/g, '')
    .replace(/^\.$/, '');
}

/** Puts an output that is in the cache into the workspace; files that are nowhere else stay, unless `discard`. */
export async function placeOut(
  repo: Repo,
  { path, out }: { readonly path: string; readonly out: Hashed },
  context: Pick<RunContext<unknown>, 'map' | 'once'>,
  { discard }: { readonly discard: boolean },
): Promise<void> {
  const described = { ...out, path, cache: true, push: true, persist: false, raw: new Map() };
  const needed: NeededOut = { oid: out.md5 ?? '', layout: 'files/md5', path, file: `${path}.dvc`, out: described };
  await checkOutAll(repo, [needed], context, { discard, relink: false });
}

async function hashesOf(
  files: readonly SourceFile[],
  { root, cacheDir }: { readonly root: string; readonly cacheDir: string },
  { map }: Pick<Planner, 'map'>,
): Promise<string[]> {
  const md5 = files.map(({ object }) => (object?.layout === 'files/md5' ? object.md5 : ''));
  const left = [...md5.entries()].filter(([, known]) => known === '').map(([at]) => at);
  const chunks = [...chunked(left)].flatMap((ats, n): (FileChunk & { readonly ats: readonly number[] })[] =>
    (['git', 'objects'] as const).flatMap((kind) => {
      const own = ats.filter((at) => (files[at]?.inGit === undefined) === (kind === 'objects'));
      if (own.length === 0) return [];
      const relpaths = own.map((at) => files[at]?.inGit ?? objectKey(files[at]?.object?.md5 ?? '', 'legacy'));
      const folder = kind === 'git' ? root : cacheDir;
      const named = { path: folder, folder, indexFolder: '', walkedMs: 0, cacheDir };
      return [{ key: `${kind} ${n + 1}`, ...named, files: relpaths.map((relpath) => ({ relpath })), ats: own }];
    }),
  );
  if (chunks.length === 0) return md5;
  const hashed = await map(
    cacheFiles,
    chunks.map(({ ats: _ats, ...chunk }) => chunk),
    { name: 'hash-source' },
  ).toArray();
  for (const [n, { files: found }] of hashed.entries()) {
    for (const [place, [, digest]] of found.entries()) md5[chunks[n]?.ats[place] ?? 0] = digest;
  }
  return md5;
}
