import { createReadStream } from 'node:fs';
import { mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Hasher, sha256, type Digest } from '../lib/digest.ts';
import { StoreTrouble, type Bytes } from '../model/driver.ts';

/** Bytes on their way into a store: how many, and whether they can be sent again. */
export interface Upload {
  /** -1 when nobody knows before the end. */
  readonly size: number;
  /** Known beforehand for bytes in memory and on disk. */
  readonly digest: Digest | undefined;
  /** A stream can be consumed once; only repeatable bytes are retried by the store itself. */
  readonly repeatable: boolean;
  /** The bytes for one attempt. */
  body(): Bytes;
  /** What the last attempt really carried; call it after the attempt. */
  sent(): Sent;
  dispose(): Promise<void>;
}

/** Of bytes that nobody will ask the digest of. */
export const unasked = '' as Digest;

/** What bytes turned out to be. */
export interface Sent {
  readonly size: number;
  readonly digest: Digest;
}

export interface UploadNeeds {
  /** The size the caller announced. */
  readonly size: number | undefined;
  /** The digest the caller announced; other bytes are refused before the driver makes them visible. */
  readonly digest: Digest | undefined;
  /** Streams that pass are not hashed, and their digest is empty, where no digest was announced. */
  readonly unasked?: boolean;
  /** The driver takes streams of unknown length. */
  readonly unsized: boolean;
  readonly signal: AbortSignal | undefined;
}

// Streams up to here are held in memory, which makes them repeatable; longer ones of unknown length go to disk.
const memoryBytes = 1024 * 1024;

/** Prepares bytes for a driver: small and unknown lengths are collected first, long known ones stream through. */
export async function prepareUpload(body: Bytes, needs: UploadNeeds): Promise<Upload> {
  if (body instanceof Uint8Array) return inMemory(body, needs);
  const streams = needs.unsized || (needs.size !== undefined && needs.size > memoryBytes);
  return streams ? streaming(body, needs) : collected(body, needs);
}

function inMemory(bytes: Uint8Array, needs: UploadNeeds): Upload {
  const sent = { size: bytes.length, digest: sha256(bytes) };
  refuseOther(needs, sent);
  return { ...sent, repeatable: true, body: () => bytes, sent: () => sent, dispose: async () => undefined };
}

function streaming(body: AsyncIterable<Uint8Array>, needs: UploadNeeds): Upload {
  let sent: Sent | undefined;
  const hashed = async function* (): AsyncGenerator<Uint8Array, void, undefined> {
    const hasher = needs.unasked === true && needs.digest === undefined ? undefined : new Hasher();
    let size = 0;
    for await (const piece of body) {
      hasher?.update(piece);
      size += piece.length;
      if (needs.size !== undefined && size > needs.size) break;
      yield piece;
    }
    const whole = { size, digest: hasher?.digest() ?? unasked };
    // Thrown into the driver's loop, so it aborts its upload instead of completing a wrong one.
    refuseOther(needs, whole);
    sent = whole;
  };
  return {
    size: needs.size ?? -1,
    digest: undefined,
    repeatable: false,
    body: hashed,
    sent() {
      if (sent !== undefined) return sent;
      throw new StoreTrouble('corrupt', 'the driver stopped reading early', { expected: 'all bytes', found: 'a part' });
    },
    dispose: async () => undefined,
  };
}

async function collected(body: AsyncIterable<Uint8Array>, needs: UploadNeeds): Promise<Upload> {
  const held: Uint8Array[] = [];
  let heldBytes = 0;
  const pieces = body[Symbol.asyncIterator]();
  for (;;) {
    // A source may be endless or slow; nothing else watches the signal here.
    needs.signal?.throwIfAborted();
    const next = await pieces.next();
    if (next.done === true) return inMemory(Buffer.concat(held), needs);
    held.push(next.value);
    heldBytes += next.value.length;
    if (heldBytes > memoryBytes) break;
  }
  return spooled(held, pieces, needs);
}

async function spooled(
  held: readonly Uint8Array[],
  rest: AsyncIterator<Uint8Array>,
  needs: UploadNeeds,
): Promise<Upload> {
  // Mode 0o700 by mkdtemp: what is uploaded may not be for everyone on this machine.
  const folder = await mkdtemp(join(tmpdir(), 'runner-spool-'));
  const path = join(folder, 'bytes');
  const dispose = (): Promise<void> => rm(folder, { recursive: true, force: true });
  try {
    const hasher = new Hasher();
    const file = await open(path, 'wx', 0o600);
    try {
      for (const piece of held) await append(piece);
      for (let next = await rest.next(); next.done !== true; next = await rest.next()) {
        needs.signal?.throwIfAborted();
        await append(next.value);
      }
    } finally {
      await file.close();
    }
    const sent = { size: hasher.sizeBytes, digest: hasher.digest() };
    refuseOther(needs, sent);
    return { ...sent, repeatable: true, body: () => createReadStream(path), sent: () => sent, dispose };

    async function append(piece: Uint8Array): Promise<void> {
      hasher.update(piece);
      await file.writeFile(piece);
    }
  } catch (error) {
    // The source may hold a file or a connection open.
    await rest.return?.();
    await dispose();
    throw error;
  }
}

/** Throws when bytes are not what the caller announced; a promised MD5 is the driver's to check. */
function refuseOther(needs: UploadNeeds, sent: Sent): void {
  if (needs.size !== undefined && needs.size !== sent.size) {
    const details = { expected: `${needs.size} bytes`, found: `${sent.size} bytes` };
    throw new StoreTrouble('corrupt', 'the bytes have another length than announced', details);
  }
  const { digest } = needs;
  if (digest === undefined || digest === sent.digest || !digest.startsWith('sha256:')) return;
  throw new StoreTrouble('corrupt', 'the bytes have another digest than announced', {
    expected: digest,
    found: sent.digest,
  });
}
