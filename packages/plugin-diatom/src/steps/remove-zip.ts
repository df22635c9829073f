import { rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { defineStep, type FileRef } from '@dataset-runner/core/plugin';

interface MovedZip {
  readonly local: FileRef;
  /** The other side's copy. */
  readonly uploaded: FileRef;
}

/**
 * Removes a local zip after reading its uploaded copy back whole.
 *
 * Reading checks size and SHA-256; not every server tells a digest, and what is removed here may be the only other copy.
 */
export const removeZip = defineStep({
  name: 'remove-zip',
  cache: false,
  async work({ local, uploaded }: MovedZip, { read, localPath, scratch, progress }) {
    let seen = 0;
    for await (const piece of await read(uploaded)) progress((seen += piece.length), local.size);
    const path = await localPath(local);
    // A zip in another store was copied to scratch space to have a path: removing that would remove nothing.
    const isLocal = !path.startsWith(dirname(await scratch('x')));
    if (isLocal) await rm(path);
    return { removed: isLocal };
  },
});
