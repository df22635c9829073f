import { failureOf, refUrl, type Tools } from '@dataset-runner/core/plugin';
import { dogsFailures } from '../failures.ts';
import type { ArchiveIdentity, RemoteArchive } from './remote-archive.ts';

/** The lock file of an archive, below the place of the lock files. */
export function lockKey(archive: string): string {
  return `${archive}.json`;
}

export function lockText({ sizeBytes, sha256, directorySha256 }: ArchiveIdentity): string {
  return `${JSON.stringify({ sizeBytes, sha256, directorySha256 }, undefined, 2)}\n`;
}

/** What an archive was when it was first seen; undefined when it never was. */
export async function readLock(
  { key, locks }: RemoteArchive,
  { bytes }: Pick<Tools, 'bytes'>,
): Promise<ArchiveIdentity | undefined> {
  // Not part of the item: recording what came must not make it come again.
  const ref = { $type: 'file', store: locks, key: lockKey(key), size: 0 } as const;
  try {
    return JSON.parse(Buffer.from(await bytes(ref)).toString('utf8')) as ArchiveIdentity;
  } catch (error) {
    if (failureOf(error)?.code === 'store.missing') return undefined;
    if (error instanceof SyntaxError) throw new Error(`${refUrl(ref)} is no lock file: ${error.message}`);
    throw error;
  }
}

/** Compares what both sides know. Throws `dogs.lock-differs`. */
export function refuseOther(url: string, lock: ArchiveIdentity | undefined, found: ArchiveIdentity): void {
  for (const what of ['sizeBytes', 'sha256', 'directorySha256'] as const) {
    const [recorded, now] = [lock?.[what], found[what]];
    if (recorded === undefined || now === undefined || recorded === now) continue;
    throw dogsFailures['lock-differs']({ url, what, recorded: String(recorded), found: String(now) });
  }
}
