import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { registryFailures } from '../failures.ts';
import { parseTree } from '../formats/tree.ts';
import type { Repo } from '../repo/repo.ts';
import { outPath, trackedFiles } from '../repo/tracked.ts';
import { isTreeOid, type Layout, objectKey } from './object-path.ts';

/** An object that the repository's files name. */
export interface NeededOut {
  readonly oid: string;
  readonly layout: Layout;
  /** Where it belongs, posix from the root. */
  readonly path: string;
  /** The `.dvc` file that names it. */
  readonly file: string;
}

/** The outputs with cached bytes that `.dvc` files name, those below the targets (all without any). */
export function neededOuts(repo: Repo, targets: readonly string[] = []): NeededOut[] {
  const needed: NeededOut[] = [];
  for (const tracked of trackedFiles(repo.root)) {
    for (const out of tracked.stage.outs) {
      const path = outPath(tracked, out.path);
      const isMeant = targets.length === 0 || targets.some((target) => isIn(path, target) || target === tracked.file);
      if (!out.cache || out.md5 === undefined || !isMeant) continue;
      needed.push({ oid: out.md5, layout: out.hash === 'md5' ? 'files/md5' : 'legacy', path, file: tracked.file });
    }
  }
  return needed;
}

/** The keys of the files of a tree whose `.dir` object lies in the cache; undefined where it does not. */
export function memberKeys(cacheDir: string, { oid, layout, path }: NeededOut): string[] | undefined {
  if (!isTreeOid(oid)) return [];
  let bytes: string;
  try {
    bytes = readFileSync(join(cacheDir, objectKey(oid, layout)), 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  try {
    return parseTree(bytes).map(({ md5 }) => objectKey(md5, layout));
  } catch (error) {
    if (error instanceof SyntaxError) throw registryFailures['tree-broken']({ oid, path, why: error.message });
    throw error;
  }
}

function isIn(path: string, folder: string): boolean {
  return folder === '' || path === folder || path.startsWith(`${folder}/`);
}
