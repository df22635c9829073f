import { randomUUID } from 'node:crypto';
import { Hasher, type Digest } from '../lib/digest.ts';
import { StoreTrouble, type Driver, type Entry } from '../model/driver.ts';
import type { StoreWriteOptions } from '../model/store.ts';
import { isStaged, stagingFolder } from './key.ts';
import { type Sent, unasked, type Upload } from './upload.ts';

/** A driver that writes. */
export type WritingDriver = Driver & Required<Pick<Driver, 'write'>>;

/** What became of bytes in a store, with the sha256 of what was sent. */
export type StoredEntry = Entry & { readonly digest: Digest };

/** Sends the bytes once and believes only what the service says it has; with `verify: 'read'` only what it gives back. */
export async function writeVerified(
  driver: WritingDriver,
  key: string,
  upload: Upload,
  options: StoreWriteOptions,
): Promise<StoredEntry> {
  const { signal } = options;
  const ifAbsent = options.ifAbsent !== undefined && options.ifAbsent !== false;
  const mustProve = options.verify === 'read';
  // Where the service can rename, bytes that came wrong never lie under the file's name. A local disk renames itself.
  const isMoved = mustProve && !ifAbsent && driver.localPath === undefined && !isStaged(key) && canMove(driver);
  const target = isMoved ? `${stagingFolder}/put/${randomUUID()}` : key;
  const digest = upload.digest ?? options.digest;
  const stored = await driver.write(target, upload.body(), {
    size: upload.size,
    ...(digest === undefined ? {} : { digest }),
    ...(ifAbsent ? { ifAbsent } : {}),
    ...(signal === undefined ? {} : { signal }),
  });
  const sent = upload.sent();
  const found = driver.provesWrites === true ? stored : await driver.stat(target, signal);
  let entry = verifyStored(found, sent);
  try {
    const isProven = !mustProve || stored.bytesChecked === true || entry.digest === sent.digest;
    if (!isProven) await readBack(driver, target, sent, signal);
    if (isMoved) {
      const moving = { overwrite: true, ...(signal === undefined ? {} : { signal }) };
      entry = verifyStored(await driver.move(target, key, moving), sent);
    }
  } catch (error) {
    if (mustProve) await takeBack(driver, target, entry);
    throw error;
  }
  return { ...entry, key, digest: sent.digest };
}

function canMove(driver: WritingDriver): driver is WritingDriver & Required<Pick<Driver, 'move'>> {
  return driver.move !== undefined;
}

function verifyStored(stored: Entry | undefined, sent: Sent): Entry {
  // What arrived wrong may arrive right at the next try.
  const transient = true;
  const expected = `${sent.size} bytes, ${sent.digest}`;
  if (stored === undefined)
    throw new StoreTrouble('corrupt', 'not there after a write', { expected, found: 'nothing', transient });
  const { size, digest } = stored;
  if (size !== sent.size)
    throw new StoreTrouble('corrupt', 'stored short', { expected, found: `${size} bytes`, transient });
  const isTold = digest?.startsWith('sha256:') === true && sent.digest !== unasked;
  if (!isTold || digest === sent.digest) return stored;
  throw new StoreTrouble('corrupt', 'stored other bytes', { expected, found: digest, transient });
}

async function readBack(driver: Driver, key: string, sent: Sent, signal: AbortSignal | undefined): Promise<void> {
  const hasher = new Hasher();
  for await (const piece of await driver.read(key, undefined, signal)) hasher.update(piece);
  const found = hasher.digest();
  if (found === sent.digest) return;
  const expected = `${sent.size} bytes, ${sent.digest}`;
  throw new StoreTrouble('corrupt', 'gave back other bytes', { expected, found, transient: true });
}

/** Removes what could not be proven, unless somebody else has written there since. */
async function takeBack(driver: Driver, key: string, entry: Entry): Promise<void> {
  try {
    // Never with the caller's signal: cleaning up is what an abort asks for.
    const signal = AbortSignal.timeout(10_000);
    if ((await driver.stat(key, signal))?.version === entry.version) await driver.remove?.([key], signal);
  } catch {
    // The service is in trouble already; the first failure is the one worth telling.
  }
}
