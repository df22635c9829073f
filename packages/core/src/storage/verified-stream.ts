import { hash } from 'node:crypto';
import { runningHash, type RunningHash } from '../lib/running-hash.ts';
import { wholeOf } from '../lib/whole-stream.ts';
import { fail, type FailureError } from '../model/failure.ts';
import type { ReadStream } from '../model/driver.ts';
import { type FileRef, refUrl } from '../model/file-ref.ts';
import type { Digest } from '../lib/digest.ts';
import type { Store } from '../model/store.ts';

/**
 * A file's bytes, held against the digest that is known of it: other bytes end with `store.corrupt`. Bytes that are all
 * there are refused at once, a stream after its last piece: whoever collects it must not make it visible before its end.
 *
 * The failure is transient: what came wrong may come right the next time. Where no digest is known the bytes
 * pass as they are.
 */
export function verifiedStream(bytes: AsyncIterable<Uint8Array>, ref: FileRef): AsyncIterable<Uint8Array> {
  const { digest } = ref;
  if (digest === undefined) return bytes;
  // The driver looks already, as for services that tell a digest both in listings and with the bytes.
  if (provenDigestOf(bytes) === digest) return bytes;
  const algorithm = digest.slice(0, digest.indexOf(':'));
  const refuseOther = (found: string): void => {
    if (`${algorithm}:${found}` === digest) return;
    throw fail('store.corrupt', {
      url: refUrl(ref),
      expected: digest,
      found: `${algorithm}:${found}`,
      transient: true,
    });
  };
  const whole = wholeOf(bytes);
  if (whole === undefined) return hashed(bytes, () => runningHash(algorithm, ref.size), refuseOther);
  refuseOther(hash(algorithm, whole, 'hex'));
  return bytes;
}

/** The digest that a stream holds itself to, where it does. */
export function provenDigestOf(bytes: AsyncIterable<Uint8Array>): Digest | undefined {
  return (bytes as ReadStream).provenDigest;
}

async function* hashed(
  bytes: AsyncIterable<Uint8Array>,
  start: () => RunningHash,
  atEnd: (hex: string) => void,
): AsyncGenerator<Uint8Array, void, undefined> {
  using hash = start();
  for await (const piece of bytes) {
    await hash.update(piece);
    yield piece;
  }
  atEnd((await hash.digest()).toString('hex'));
}

/**
 * Throws `store.corrupt` where fewer bytes of a file came than its store has: an answer that tells no length may be cut
 * without anybody noticing. A file that has become shorter since it was listed is no such case.
 */
export async function refuseShort(from: Store, ref: FileRef, receivedBytes: number): Promise<void> {
  if (receivedBytes >= ref.size || from.localPath(ref.key) !== undefined) return;
  const now = await from.stat(ref.key);
  if (now?.size === receivedBytes) return;
  const [expected, found] = [`${ref.size} bytes`, `${receivedBytes} bytes`];
  throw fail('store.corrupt', { url: refUrl(ref), expected, found, transient: true });
}

/**
 * The failure of a file that became another one of the same size while it was read: what was read may be half of each, and
 * whoever compares times afterwards takes the copy, which is younger, for the new file.
 */
export function changedWhileRead(url: string): FailureError {
  return fail('store.corrupt', {
    url,
    expected: 'one file',
    found: 'one that changed while it was read',
    transient: true,
  });
}
