import { type Digest, isSha256 } from '../lib/digest.ts';
import { fail, failureOf } from '../model/failure.ts';
import { type FileRef, joinPlace } from '../model/file-ref.ts';
import type { OpenStore } from '../model/store.ts';
import type { StoredOutput } from '../state/rows.ts';
import { verifiedStream } from '../storage/verified-stream.ts';
import { changedMeanwhile, type Publishing } from './publishing.ts';
import { put, type Stored } from './put.ts';
import { sharedRoot } from './work/shared-root.ts';
import { digestOfStaged } from './work/stage-file.ts';
import type { Staged, StagedCopy, StagedFolder } from './work/staged.ts';

/**
 * Publishes bytes that lie in another store, without keeping them here on the way: read once, hashed as they
 * pass, written; or copied by the service itself where both places are one store.
 */
export async function publishCopy(
  to: Publishing,
  copy: StagedCopy,
  allowed: boolean,
  openStore: OpenStore,
): Promise<StoredOutput> {
  const ours = allowed || (typeof copy.replaces === 'object' && (await isStill(to, copy, copy.replaces, openStore)));
  const { version, digest } =
    (await copyInside(to, copy, ours, openStore)) ?? (await copyThrough(to, copy, ours, openStore));
  return [copy.key, copy.size, version, digest, 'file'];
}

/** The file at an output's key, when it has the very bytes that would be written. */
export async function sameThere(
  to: Publishing,
  output: Exclude<Staged, StagedFolder>,
  openStore: OpenStore,
): Promise<StoredOutput | undefined> {
  const found = await to.store.stat(output.key);
  if (found?.size !== output.size) return undefined;
  const digest = await to.store.digest(output.key);
  const wanted = await digestOf(output, openStore);
  return digest === wanted ? [output.key, output.size, found.version ?? '', digest, 'file'] : undefined;
}

/** True when the file that was seen is still there, false when it is gone; another one is `store.conflict`. */
async function isStill(to: Publishing, copy: StagedCopy, seen: FileRef, openStore: OpenStore): Promise<boolean> {
  const found = await to.store.stat(copy.key);
  if (found === undefined) return false;
  if (found.size === seen.size && (found.version === undefined || found.version === seen.version)) return true;
  // An attempt of ours whose answer was lost may have put it there.
  if (found.size === copy.size && (await to.store.digest(copy.key)) === (await digestOfSource(copy, openStore)))
    return true;
  throw changedMeanwhile(to.place, copy.key);
}

async function copyThrough(to: Publishing, copy: StagedCopy, ours: boolean, openStore: OpenStore): Promise<Stored> {
  const { key, size, digest, from } = copy;
  const store = await openStore(from.store);
  // With `verify` a source without a digest is read twice: what a bad line does to it, it does not do twice.
  const known =
    digest ?? (to.verify && store.localPath(from.key) === undefined ? await store.digest(from.key) : undefined);
  const ref = known === undefined ? from : { ...from, digest: known };
  const body = verifiedStream(await store.read(from.key), ref);
  // An MD5 is held against the source here; what is written is known by its sha256.
  const expected = isSha256(known) ? { size, digest: known } : { size, unasked: !to.recorded };
  try {
    return await put(to, key, body, expected, ours, () => digestOfSource(copy, openStore));
  } catch (error) {
    throw transient(error);
  }
}

/** Undefined where the service cannot do it, or must not be trusted with it. */
async function copyInside(
  to: Publishing,
  copy: StagedCopy,
  ours: boolean,
  openStore: OpenStore,
): Promise<Stored | undefined> {
  const shared = sharedRoot(copy.from.store, to.place);
  if (shared === undefined || to.verify) return undefined;
  const root = await openStore(shared.root);
  if (!root.can.copy || (!ours && (await to.store.stat(copy.key)) !== undefined)) return undefined;
  const { size, version, digest } = await root.copy(shared.from + copy.from.key, shared.to + copy.key);
  if (size !== copy.size) {
    const url = joinPlace(to.place, copy.key);
    throw fail('store.corrupt', { url, expected: `${copy.size} bytes`, found: `${size} bytes`, transient: true });
  }
  return { version: version ?? '', digest: copy.digest ?? digest ?? ('' as Digest) };
}

async function digestOf(output: Exclude<Staged, StagedFolder>, openStore: OpenStore): Promise<Digest> {
  switch (output.kind) {
    case 'copy':
      return digestOfSource(output, openStore);
    case 'file':
    case 'held':
      return digestOfStaged(output);
    case 'bytes':
      return output.digest;
  }
}

async function digestOfSource(copy: StagedCopy, openStore: OpenStore): Promise<Digest> {
  if (isSha256(copy.digest)) return copy.digest;
  return (await openStore(copy.from.store)).digest(copy.from.key);
}

// What came wrong from one store, or arrived wrong in the other, may do better the next time.
function transient(error: unknown): unknown {
  const failure = failureOf(error);
  if (failure === undefined || 'pluginFailure' in failure || failure.code !== 'store.corrupt') return error;
  const { code: _same, ...details } = failure;
  return fail('store.corrupt', { ...details, transient: true });
}
