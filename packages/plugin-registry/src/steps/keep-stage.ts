import { join } from 'node:path';
import { defineStep } from '@dataset-runner/core/plugin';
import type { Hashed } from '../formats/stage-file.ts';
import { treeOf } from '../formats/tree.ts';
import { valueOf } from '../formats/yaml-node.ts';
import { readYaml } from '../formats/yaml-read.ts';
import { isMap } from '../formats/value.ts';
import { cacheBytes } from '../objects/cache-file.ts';
import { entryOf, writeLock } from '../pipeline/lock-file.ts';
import { saveRun } from '../pipeline/run-cache.ts';
import { ignoreInGit } from '../repo/ignore-in-git.ts';
import { asOneWriter } from '../repo/one-writer.ts';

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
  /** Folders among the outputs whose `.dir` object has to be written: relpath and md5 of each file. */
  readonly trees: readonly (readonly (readonly [string, string])[])[];
  /** Outputs that git must not see, posix, from the root. */
  readonly ignored: readonly string[];
  readonly runKey?: string;
}

/** Writes `.dir` objects, run cache, `.gitignore` lines and at last the lock: nothing names what is not there. */
export const keepStage = defineStep({
  name: 'keep-stage',
  cache: false,
  async work({ root, cacheDir, gitRoot, file, name, entry, trees, ignored, runKey }: KeptStage) {
    for (const files of trees) {
      const tree = treeOf(files.map(([relpath, md5]) => ({ relpath, md5 })));
      cacheBytes(Buffer.from(tree.bytes), cacheDir, tree.oid);
    }
    const value = valueOf(readYaml(entry).root);
    const locked = entryOf(isMap(value) ? value : new Map());
    if (gitRoot !== undefined) for (const path of ignored) ignoreInGit(gitRoot, join(root, path));
    if (runKey !== undefined) saveRun(cacheDir, runKey, locked);
    asOneWriter(root, () => writeLock(root, file, name, locked));
    return { outs: locked.outs.map(({ path, md5 = '' }): Pick<Hashed, 'md5'> & { path: string } => ({ path, md5 })) };
  },
});
