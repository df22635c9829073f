import { defineStep, type FileRef, sha256 } from '@dataset-runner/core/plugin';
import { lockKey, lockText } from '../archive/lock.ts';
import type { ArchiveIdentity } from '../archive/remote-archive.ts';

type LockedArchive = ArchiveIdentity & { readonly key: string };

/**
 * Writes down what an archive was when it was first seen.
 *
 * Without rows: sets share the place, and lock files of other sets, or of archives that were locked before, are nothing
 * that is left over there.
 */
export const lockArchive = defineStep({
  name: 'lock-archive',
  rows: false,
  expects(seen: LockedArchive) {
    const text = lockText(seen);
    return [{ key: lockKey(seen.key), size: Buffer.byteLength(text), digest: sha256(text) }];
  },
  work: (seen, { output }): Promise<FileRef> => output.write(lockKey(seen.key), lockText(seen)),
});
