import { randomUUID } from 'node:crypto';
import { fail } from '../../model/failure.ts';
import type { OpenEnds } from './ends.ts';

/**
 * Throws `usage.invalid` when both ends are one place under two names, as with two sets of keys for one bucket, or two
 * names of one host: what a move took for the copies would be the very files it removes.
 *
 * No settings tell that for sure, so a small file is put into the one and looked for in the other.
 */
export async function refuseOnePlace({ from, to }: OpenEnds, signal: AbortSignal): Promise<void> {
  const key = `runner-move-${randomUUID()}.txt`;
  await to.write(key, Buffer.from('This file was written by runner store mv and may be removed.\n'), { signal });
  try {
    if ((await from.stat(key, { signal })) === undefined) return;
  } finally {
    // Never with the caller's signal: what was put there is ours to take away.
    await to.remove([key]);
  }
  const message = `${from.place} and ${to.place} are one place under two names: a move would remove the only files`;
  throw fail('usage.invalid', { message, hint: 'Nothing was removed.' });
}
