import { join } from 'node:path';
import { defineStep, type ResultsReader, type Tools } from '@dataset-runner/core/plugin';
import type { TreeEntry } from '../formats/tree.ts';
import { treeOf } from '../formats/tree.ts';
import { isMap } from '../formats/value.ts';
import { valueOf } from '../formats/yaml-node.ts';
import { readYaml } from '../formats/yaml-read.ts';
import { cacheBytes } from '../objects/cache-file.ts';
import { entryOf, type LockedPath, writeLock } from '../pipeline/lock-file.ts';
import type { NewPlace } from '../pipeline/new-places.ts';
import { saveRun } from '../pipeline/run-cache.ts';
import { ignoreInGit } from './write-tracked.ts';
import { asOneWriter } from '../repo/one-writer.ts';
import { indexPath } from '../repo/targets.ts';
import { StatIndex } from '../workspace/stat-index.ts';
import type { HashedChunk, HashedFile } from './cache-files.ts';
import { keepHashes } from './remember.ts';

/** A stage whose outputs are there, with all that is to be remembered of it. */
export interface KeptStage {
  /** The stage's address. */
  readonly key: string;
  /** Absolute root of the repository. */
  readonly root: string;
  readonly cacheDir: string;
  readonly gitRoot?: string;
  /** Its dvc.yaml, posix, from the root. */
  readonly file: string;
  readonly name: string;
  /** Its entry for `dvc.lock`, as YAML: plain JSON would lose which numbers are floats. */
  readonly entry: string;
  /** Outputs that are not in the entry yet, for their hashes come with the map's chunks. */
  readonly made: readonly MadeOut[];
  readonly place: NewPlace;
  readonly runKey?: string;
}

export interface MadeOut {
  /** As written in dvc.yaml. */
  readonly path: string;
  /** Posix, from the root. */
  readonly inRepo: string;
  readonly isFolder: boolean;
  readonly isexec: boolean;
  /** Its bytes were put into the cache. */
  readonly isKept: boolean;
}

export interface KeepUses {
  readonly chunks: ResultsReader<HashedChunk>;
}

/** Writes `.dir` objects, run cache, `.gitignore` lines and at last the lock: nothing names what is not there. */
export const keepStage = defineStep({
  name: 'keep-stage',
  cache: false,
  async work(stage: KeptStage, { uses }: Tools<KeepUses | null>) {
    const { root, cacheDir, gitRoot, file, name, entry, made, place, runKey } = stage;
    const files = uses === null ? new Map<string, HashedFile[]>() : await filesByPath(root, uses.chunks);
    const value = valueOf(readYaml(entry).root);
    const given = entryOf(isMap(value) ? value : new Map());
    const outs = made.map((out) => lockedOut(out, files.get(out.inRepo) ?? [], cacheDir));
    const locked = { ...given, outs: [...given.outs, ...outs] };
    if (runKey !== undefined) saveRun(cacheDir, runKey, locked);
    asOneWriter(root, () => {
      const hidden = gitRoot === undefined ? [] : place.hidden;
      for (const { path, laterLines } of hidden) ignoreInGit(gitRoot ?? root, join(root, path), laterLines);
      writeLock(root, file, { ...locked, name, later: place.laterStages });
    });
    return { outs: locked.outs };
  },
});

async function filesByPath(root: string, chunks: ResultsReader<HashedChunk>): Promise<Map<string, HashedFile[]>> {
  const index = new StatIndex(indexPath(root));
  const files = new Map<string, HashedFile[]>();
  try {
    for await (const { result } of chunks) {
      keepHashes(index, result);
      files.set(result.path, [...(files.get(result.path) ?? []), ...result.files]);
    }
  } finally {
    index.close();
  }
  return files;
}

function lockedOut(out: MadeOut, files: readonly HashedFile[], cacheDir: string): LockedPath {
  const { path, isFolder, isexec, isKept } = out;
  const size = files.reduce((sum, file) => sum + file[2], 0);
  if (!isFolder) return { path, hash: 'md5', md5: files[0]?.[1] ?? '', size, ...(isexec ? { isexec } : {}) };
  const entries: TreeEntry[] = files.map(([relpath, md5]) => ({ relpath, md5 }));
  const tree = treeOf(entries);
  if (isKept) cacheBytes(Buffer.from(tree.bytes), cacheDir, tree.oid);
  return { path, hash: 'md5', md5: tree.oid, size, nfiles: entries.length };
}
