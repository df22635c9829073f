import { closeSync, constants, fstatSync, openSync, readSync, rmSync, statSync } from 'node:fs';
import { type Digest, Hasher, sha256 } from '../../lib/digest.ts';
import { writeFully } from '../../lib/atomic-file.ts';
import { createFile } from '../../lib/create-file.ts';
import { wholeOf } from '../../lib/whole-stream.ts';
import { writeStream } from '../../lib/write-stream.ts';
import type { Bytes } from '../../model/driver.ts';
import type { StagedFile, StagedHeld } from './staged.ts';

type HashedFile = StagedFile & { readonly digest: Digest };

/**
 * Writes bytes to a private path, hashing on the way; short ones synchronously, which is five times cheaper than a
 * stream. Bytes whose digest is known, or that nobody will ask for, are not hashed.
 */
export async function stageFile(key: string, bytes: Bytes, path: string, known?: Digest): Promise<HashedFile>;
export async function stageFile(
  key: string,
  bytes: Bytes,
  path: string,
  known?: Digest | 'unasked',
): Promise<StagedFile>;
export async function stageFile(
  key: string,
  bytes: Bytes,
  path: string,
  known?: Digest | 'unasked',
): Promise<StagedFile> {
  const file = openNew(path);
  try {
    let digest = known === 'unasked' ? undefined : known;
    if (bytes instanceof Uint8Array) {
      writeFully(file, bytes);
      digest ??= sha256(bytes);
    } else if (known !== undefined) await writeStream(file, bytes);
    else {
      const hasher = new Hasher();
      await writeStream(file, bytes, (piece) => hasher.update(piece));
      digest = hasher.digest();
    }
    // Publishing keeps both, so the version is known before the file is visible.
    const { size, mtimeMs } = fstatSync(file);
    return { kind: 'file', key, size, path, version: String(mtimeMs), ...(digest === undefined ? {} : { digest }) };
  } catch (error) {
    rmSync(path, { force: true });
    throw error;
  } finally {
    closeSync(file);
  }
}

/** A file that a step has written by its path. */
export function hashStaged(key: string, path: string): HashedFile {
  const { size, mtimeMs } = statSync(path);
  return { kind: 'file', key, size, digest: hashFile(path), path, version: String(mtimeMs) };
}

/** Puts a held file where it is staged. */
export function stageHeld({ bytes, ...held }: StagedHeld): StagedFile {
  if (bytes.length === 0) return { ...held, kind: 'file', version: '', isEmpty: true };
  return { ...held, kind: 'file', version: String(createFile(held.path, bytes)) };
}

/** Of a staged file, read once more where nobody has asked for it before. */
export function digestOfStaged(staged: StagedFile | StagedHeld): Digest {
  return staged.digest ?? (staged.kind === 'held' ? sha256(staged.bytes) : hashFile(staged.path));
}

/** Writes a whole file to a private path and gives its digest: the least a small file costs. */
export function stageBytes(bytes: Uint8Array, path: string): Digest {
  const file = openNew(path);
  try {
    writeFully(file, bytes);
  } catch (error) {
    rmSync(path, { force: true });
    throw error;
  } finally {
    closeSync(file);
  }
  return sha256(bytes);
}

function openNew(path: string): number {
  // Exclusive: two items that got the same path would be a fault of ours, and must not share a file.
  return openSync(path, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL, 0o666);
}

// One for the thread: hashing is synchronous, and a fresh one for each small file costs more than reading it.
let pieces: Buffer | undefined;

/** SHA-256 of a local file, read in one go of 1 MiB pieces. */
export function hashFile(path: string): Digest {
  const file = openSync(path, 'r');
  try {
    const hasher = new Hasher();
    const buffer = (pieces ??= Buffer.allocUnsafe(1024 * 1024));
    for (let read = readSync(file, buffer); read > 0; read = readSync(file, buffer))
      hasher.update(buffer.subarray(0, read));
    return hasher.digest();
  } finally {
    closeSync(file);
  }
}

/** A stream's bytes as one piece when they are no more than `mostBytes`; else a stream of them all. */
export async function gatherSmall(
  pieces: AsyncIterable<Uint8Array>,
  mostBytes: number,
): Promise<Uint8Array | AsyncIterable<Uint8Array>> {
  const whole = wholeOf(pieces);
  if (whole !== undefined) return whole;
  const iterator = pieces[Symbol.asyncIterator]();
  const gathered: Uint8Array[] = [];
  let sizeBytes = 0;
  while (sizeBytes <= mostBytes) {
    const next = await iterator.next();
    if (next.done === true) return gathered.length === 1 ? (gathered[0] as Uint8Array) : Buffer.concat(gathered);
    // A copy: its source may use the piece again.
    gathered.push(new Uint8Array(next.value));
    sizeBytes += next.value.length;
  }
  return chained(gathered, iterator);
}

async function* chained(
  first: readonly Uint8Array[],
  rest: AsyncIterator<Uint8Array>,
): AsyncGenerator<Uint8Array, void, undefined> {
  try {
    yield* first;
    yield* { [Symbol.asyncIterator]: () => rest };
  } finally {
    await rest.return?.();
  }
}
