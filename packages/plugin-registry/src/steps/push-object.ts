import { defineStep, type FileRef } from '@dataset-runner/core/plugin';

/** One object on its way between a cache and a remote. */
export interface MovedObject {
  /** The object's key on both sides. */
  readonly key: string;
  readonly file: FileRef;
}

/**
 * Copies an object into a remote.
 *
 * Always runs, for the plan asks only for what the remote lacks: an object's name is the digest of its bytes, so the
 * remote itself is the memory.
 */
export const pushObject = defineStep({
  name: 'push-object',
  retries: 3,
  cache: false,
  async work({ key, file }: MovedObject, { output }): Promise<FileRef> {
    // Its name is the digest of its bytes: what might lie there by now is the same, and need not be looked at.
    return output.copy(key, file, { replaces: 'any' });
  },
});

/**
 * Copies a folder's `.dir` object; only ever mapped behind a barrier on all its files.
 *
 * DVC takes a `.dir` that is in a remote for the promise that its files are there too, and asks no further.
 */
export const pushTree = defineStep({
  name: 'push-tree',
  retries: 3,
  cache: false,
  async work({ key, file }: MovedObject, { output }): Promise<FileRef> {
    return output.copy(key, file);
  },
});
