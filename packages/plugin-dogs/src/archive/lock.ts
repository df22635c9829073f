import { failureOf, refUrl, type Tools, z } from '@dataset-runner/core/plugin';
import { dogsFailures } from '../failures.ts';
import type { ArchiveIdentity, RemoteArchive } from './remote-archive.ts';

/** The lock file of an archive, below the place of the lock files. */
export function lockKey(archive: string): string {
  return `${archive}.json`;
}

export function lockText({ sizeBytes, sha256, directorySha256 }: ArchiveIdentity): string {
  return `${JSON.stringify({ sizeBytes, sha256, directorySha256 }, undefined, 2)}\n`;
}

const lockSchema = z.object({
  sizeBytes: z.int(),
  sha256: z.string().exactOptional(),
  directorySha256: z.string().exactOptional(),
});

/** What an archive was when it was first seen; undefined when it never was. Throws `dogs.lock-invalid`. */
export async function readLock(
  { key, locks }: RemoteArchive,
  { bytes }: Pick<Tools, 'bytes'>,
): Promise<ArchiveIdentity | undefined> {
  // Not part of the item: recording what came must not make it come again.
  const ref = { $type: 'file', store: locks, key: lockKey(key), size: 0 } as const;
  const fault = (why: string): Error => dogsFailures['lock-invalid']({ file: refUrl(ref), why });
  let found: unknown;
  try {
    found = JSON.parse(Buffer.from(await bytes(ref)).toString('utf8'));
  } catch (error) {
    if (failureOf(error)?.code === 'store.missing') return undefined;
    throw error instanceof SyntaxError ? fault(error.message) : error;
  }
  const read = lockSchema.safeParse(found);
  if (read.success) return read.data;
  const [issue] = read.error.issues;
  throw fault(`${issue?.path.join('.')}: ${issue?.message}`);
}

/** Compares what both sides know. Throws `dogs.lock-differs`. */
export function refuseOther(url: string, lock: ArchiveIdentity | undefined, found: ArchiveIdentity): void {
  for (const what of ['sizeBytes', 'sha256', 'directorySha256'] as const) {
    const [recorded, now] = [lock?.[what], found[what]];
    if (recorded === undefined || now === undefined || recorded === now) continue;
    throw dogsFailures['lock-differs']({ url, what, recorded: String(recorded), found: String(now) });
  }
}
