import { type FileHandle, open } from 'node:fs/promises';
import { type Digest, Hasher } from '../../lib/digest.ts';

/** Bytes of a file and their digest. */
export interface WholeFile {
  readonly bytes: Uint8Array;
  readonly digest: Digest;
}

// Below, the one piece in which a store gives a file costs less than two trips to the thread pool.
const worthBytes = 256 * 1024;
const mostBytes = 256 * 1024 * 1024;
const pieceBytes = 1024 * 1024;

/**
 * Reads a local file of so many bytes straight into one array: no piece is kept to be put together and collected.
 *
 * `memory` makes room for them, or for more. Undefined when it is small, huge, not of that size, or cannot be read: the store then reads it and says why.
 */
export async function readWhole(
  path: string,
  sizeBytes: number,
  options: { readonly memory: (sizeBytes: number) => Buffer; readonly signal: AbortSignal },
): Promise<WholeFile | undefined> {
  if (sizeBytes <= worthBytes || sizeBytes > mostBytes) return undefined;
  let file: FileHandle | undefined;
  try {
    file = await open(path, 'r');
    const stats = await file.stat();
    if (!stats.isFile() || stats.size !== sizeBytes) return undefined;
    const bytes = options.memory(sizeBytes).subarray(0, sizeBytes);
    const hasher = new Hasher();
    for (let at = 0; at < sizeBytes; ) {
      if (options.signal.aborted) return undefined;
      const { bytesRead } = await file.read(bytes, at, Math.min(pieceBytes, sizeBytes - at), at);
      if (bytesRead === 0) return undefined;
      // While they are fresh in the processor's cache.
      hasher.update(bytes.subarray(at, at + bytesRead));
      at += bytesRead;
    }
    return { bytes, digest: hasher.digest() };
  } catch {
    return undefined;
  } finally {
    await file?.close();
  }
}
