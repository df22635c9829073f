import { defineStep, type FileRef } from '@dataset-runner/core/plugin';
import { lockKey, lockText } from '../archive/lock.ts';
import type { ArchiveIdentity } from '../archive/remote-archive.ts';

/** Writes down what an archive was when it was first seen. */
export const lockArchive = defineStep({
  name: 'lock-archive',
  work: (seen: ArchiveIdentity & { readonly key: string }, { output }): Promise<FileRef> =>
    output.write(lockKey(seen.key), lockText(seen)),
});
