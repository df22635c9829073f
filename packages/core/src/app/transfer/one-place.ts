import { randomUUID } from 'node:crypto';
import { fail } from '../../model/failure.ts';
import type { OpenEnds } from './ends.ts';

/**
 * Throws `usage.invalid` when both ends are one place under two names, as with two sets of keys for one bucket, or two
 * names of one host: what a move took for the copies would be the very files it removes.
 */
export async function refuseOnePlace(ends: OpenEnds, signal: AbortSignal): Promise<void> {
  if (!(await isSource(ends, '', signal))) return;
  const { from, to } = ends;
  const message = `${from.place} and ${to.place} are one place under two names: a move would remove the only files`;
  throw fail('usage.invalid', { message, hint: 'Nothing was removed.' });
}

/**
 * Throws `usage.invalid` when the source lies in the target under another name: what only the target seems to have would
 * be the very files that were copied. `first` is any file of the source, `extras` are what is to be removed.
 */
export async function refuseSourceWithin(
  ends: OpenEnds,
  first: readonly [key: string, seen: string],
  extras: ReadonlyMap<string, string>,
  signal: AbortSignal,
): Promise<void> {
  const [key, seen] = first;
  for (const [extra, extraSeen] of extras) {
    const folder = extra.slice(0, -key.length);
    if (!extra.endsWith(`/${key}`) || extraSeen !== seen || !(await isSource(ends, folder, signal))) continue;
    const { from, to } = ends;
    const message = `${from.place} is ${folder} in ${to.place}: --delete would remove the very files that were copied`;
    throw fail('usage.invalid', { message, hint: 'Nothing was removed.' });
  }
}

// No settings tell for sure whether two names mean one place, so a small file is put into the one and looked for in the
// other.
async function isSource({ from, to }: OpenEnds, folder: string, signal: AbortSignal): Promise<boolean> {
  const name = `runner-store-${randomUUID()}.txt`;
  const key = folder + name;
  await to.write(key, Buffer.from('This file was written by runner store and may be removed.\n'), { signal });
  try {
    return (await from.stat(name, { signal })) !== undefined;
  } finally {
    // Never with the caller's signal: what was put there is ours to take away.
    await to.remove([key]);
  }
}
