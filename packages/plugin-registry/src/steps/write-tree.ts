import { statSync } from 'node:fs';
import { join } from 'node:path';
import { defineStep } from '@dataset-runner/core/plugin';
import type { Hashed } from '../formats/stage-file.ts';
import { treeOf } from '../formats/tree.ts';
import { cacheBytes } from '../objects/cache-file.ts';
import { objectKey } from '../objects/object-path.ts';

/** Files whose bytes lie in the cache and that are to be one output. */
export interface FilesOfTree {
  readonly cacheDir: string;
  readonly isFolder: boolean;
  /** Relpath and md5. */
  readonly files: readonly (readonly [string, string])[];
  readonly isexec: boolean;
}

/** Writes the `.dir` object of a folder and says what an output of these files is. */
export const writeTree = defineStep({
  name: 'write-tree',
  cache: false,
  work({ cacheDir, isFolder, files, isexec }: FilesOfTree): Hashed {
    const size = files.reduce((sum, [, md5]) => sum + statSync(join(cacheDir, objectKey(md5))).size, 0);
    const [only] = files;
    if (!isFolder) return { md5: only?.[1] ?? '', size, hash: 'md5', ...(isexec ? { isexec } : {}) };
    const tree = treeOf(files.map(([relpath, md5]) => ({ relpath, md5 })));
    cacheBytes(Buffer.from(tree.bytes), cacheDir, tree.oid);
    return { md5: tree.oid, size, nfiles: files.length, hash: 'md5' };
  },
});
