import { rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { defineStep, failureOf, type FileRef, refUrl } from '@dataset-runner/core/plugin';
import { diatomFailures } from '../failures.ts';

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
    if (!isLocal) return { removed: false };
    // The other side may be this folder by another name. Set aside first: where the copy is gone then, too, there is
    // none, and the zip goes back. A kill in between leaves the zip here under that name.
    const aside = `${path}.moved`;
    await rename(path, aside);
    try {
      for await (const piece of await read(uploaded)) if (piece.length > 0) break;
    } catch (error) {
      await rename(aside, path);
      if (failureOf(error)?.code !== 'store.missing') throw error;
      throw diatomFailures['same-zip']({ local: refUrl(local), uploaded: refUrl(uploaded) });
    }
    await rm(aside);
    return { removed: true };
  },
});
