import { chmodSync, rmSync } from 'node:fs';
import { copyFile, constants } from 'node:fs/promises';
import { defineStep, type FileRef } from '@dataset-runner/core/plugin';

/** A file whose bytes lie in a cache. */
export interface CachedFile {
  /** What it is called where it goes. */
  readonly key: string;
  readonly md5: string;
  /** Absolute path of its object. */
  readonly object: string;
  readonly isexec: boolean;
  /** Absolute path of the file it replaces, whoever made that; a run that dies here may leave neither of the two. */
  readonly replaces?: string;
}

/** Copies an object out of a cache: a file of its own, writable, that no cache knows of. */
export const takeOut = defineStep({
  name: 'take-out',
  async work({ key, object, isexec, replaces }: CachedFile, { output }): Promise<FileRef> {
    const path = await output.path(key);
    await copyFile(object, path, constants.COPYFILE_FICLONE);
    // An object is read-only; what is taken out of it is its owner's.
    chmodSync(path, (isexec ? 0o777 : 0o666) & ~process.umask());
    if (replaces !== undefined) rmSync(replaces, { force: true });
    return output.wrote(key);
  },
});
