import { randomUUID } from 'node:crypto';
import type { Digest } from '../lib/digest.ts';
import type { Bytes } from '../model/driver.ts';
import { fail, failureOf } from '../model/failure.ts';
import { joinPlace } from '../model/file-ref.ts';
import type { Store } from '../model/store.ts';
import { stagingFolder } from '../storage/key.ts';
import type { Publishing } from './publishing.ts';

/** What is to lie at a key. */
interface Expected {
  readonly size: number;
  /** Undefined where it is only known once the bytes have been read. */
  readonly digest?: Digest;
}

/** What lies there now. */
export interface Stored {
  readonly version: string;
  readonly digest: Digest;
}

/**
 * Writes one file to a store that is not a local disk: over what lies there when it is ours, else only where
 * nothing lies. A file in the way is adopted when it has the same bytes and is `output.foreign` otherwise.
 *
 * With `verify` the bytes are read back before they are believed; other bytes are `store.corrupt`. `digest`
 * finds the digest of what is written where `expected` does not have it; it is asked only about a file in the way.
 */
export async function put(
  to: Publishing,
  key: string,
  body: Bytes,
  expected: Expected,
  ours: boolean,
  digest: () => Promise<Digest | undefined> = () => Promise.resolve(expected.digest),
): Promise<Stored> {
  const { store } = to;
  const { conditionalPut } = store.guarantees;
  const adopting = (): Promise<Stored> => adopt(to, key, expected.size, digest);
  if (store.can.move && (to.verify || (!ours && !conditionalPut)))
    return putByMove(to, key, body, expected, ours, adopting);
  // Where neither a conditional put nor a move is to be had, only another program could come between the two.
  if (!ours && !conditionalPut && (await store.stat(key)) !== undefined) return adopting();
  try {
    const written = await store.write(key, body, { ...about(expected), ifAbsent: !ours && conditionalPut });
    if (to.verify) await readBack(store, key, written.digest);
    return { version: written.version ?? '', digest: written.digest };
  } catch (error) {
    if (ours || !conditionalPut || failureOf(error)?.code !== 'store.conflict') throw error;
    return adopting();
  }
}

// Unseen until it is whole and has been looked at, and a move that may not replace costs no look before it.
async function putByMove(
  to: Publishing,
  key: string,
  body: Bytes,
  expected: Expected,
  ours: boolean,
  adopting: () => Promise<Stored>,
): Promise<Stored> {
  const { store } = to;
  const staged = `${stagingFolder}/put/${randomUUID()}`;
  try {
    const { digest } = await store.write(staged, body, about(expected));
    if (to.verify) await readBack(store, staged, digest);
    const { version } = await store.move(staged, key, { overwrite: ours });
    return { version: version ?? '', digest };
  } catch (error) {
    // A store in trouble may not even remove; what stays lies where nobody sees it.
    await store.remove([staged]).catch(() => undefined);
    if (ours || failureOf(error)?.code !== 'store.conflict') throw error;
    return adopting();
  }
}

// Staged outputs carry more than these two, which a store must not be told.
function about({ size, digest }: Expected): Expected {
  return digest === undefined ? { size } : { size, digest };
}

async function readBack(store: Store, key: string, expected: Digest): Promise<void> {
  const found = await store.digest(key);
  if (found === expected) return;
  // Taken away: a wrong file that stays would be taken for a right one by its size.
  await store.remove([key]).catch(() => undefined);
  throw fail('store.corrupt', { url: joinPlace(store.place, key), expected, found, transient: true });
}

async function adopt(
  to: Publishing,
  key: string,
  size: number,
  expected: () => Promise<Digest | undefined>,
): Promise<Stored> {
  const found = await to.store.stat(key);
  if (found?.size === size) {
    const digest = await to.store.digest(key);
    if (digest === (await expected())) return { version: found.version ?? '', digest };
  }
  throw fail('output.foreign', { place: to.place, key });
}
