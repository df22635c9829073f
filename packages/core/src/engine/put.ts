import { randomUUID } from 'node:crypto';
import type { Digest } from '../lib/digest.ts';
import type { Bytes } from '../model/driver.ts';
import { fail, failureOf } from '../model/failure.ts';
import { inTheWay } from '../model/in-the-way.ts';
import type { Store } from '../model/store.ts';
import { stagingFolder } from '../storage/key.ts';
import type { Publishing } from './publishing.ts';

/** What is to lie at a key. */
interface Expected {
  readonly size: number;
  /** Undefined where it is only known once the bytes have been read. */
  readonly digest?: Digest;
  /** What is written must be given back before it counts. */
  readonly verify?: 'read';
  /** No row will name what is written. */
  readonly unasked?: boolean;
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
 * With `verify` the bytes count only once the service gave them back. `digest` finds the digest of what is written where `expected` does not have it; it is asked only about a file in the way.
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
  const how = aboutOf(to, expected);
  // What must be proven first lies under another name meanwhile.
  const writesNew = conditionalPut || (store.can.writeNew && how.verify === undefined);
  if (store.can.move && !ours && !writesNew) return putByMove(store, key, body, how, adopting);
  // Where neither a conditional put nor a move is to be had, only another program could come between the two.
  if (!ours && !writesNew && (await store.stat(key)) !== undefined) return adopting();
  try {
    const written = await store.write(key, body, {
      ...how,
      ...(ours || !writesNew ? {} : { ifAbsent: conditionalPut || 'best-effort' }),
    });
    return { version: written.version ?? '', digest: written.digest };
  } catch (error) {
    if (ours || !writesNew) throw error;
    return adoptAfter(error, { place: to.place, key }, adopting);
  }
}

// A move that may not replace costs no look before it.
async function putByMove(
  store: Store,
  key: string,
  body: Bytes,
  how: Expected,
  adopting: () => Promise<Stored>,
): Promise<Stored> {
  const staged = `${stagingFolder}/put/${randomUUID()}`;
  try {
    const { digest } = await store.write(staged, body, how);
    const { version } = await store.move(staged, key, { overwrite: false });
    return { version: version ?? '', digest };
  } catch (error) {
    // A store in trouble may not even remove; what stays lies where nobody sees it.
    await store.remove([staged]).catch(() => undefined);
    return adoptAfter(error, { place: store.place, key }, adopting);
  }
}

/** Adopts a file that is in the way; throws what else kept the write from being done. */
function adoptAfter(
  error: unknown,
  at: { readonly place: string; readonly key: string },
  adopting: () => Promise<Stored>,
): Promise<Stored> {
  const failure = failureOf(error);
  if (failure === undefined || 'pluginFailure' in failure || failure.code !== 'store.conflict') throw error;
  // A folder, or a file that a folder would have to be, is no other version of this file.
  if (failure.found === 'disk') throw error;
  if (failure.found !== undefined) throw fail('output.foreign', { ...at, why: inTheWay[failure.found] });
  return adopting();
}

// Staged outputs carry more than these, which a store must not be told.
function aboutOf(to: Publishing, { size, digest, verify, unasked }: Expected): Expected {
  return {
    size,
    ...(digest === undefined ? {} : { digest }),
    ...(to.verify || verify === 'read' ? { verify: 'read' } : {}),
    ...(unasked === undefined ? {} : { unasked }),
  };
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
