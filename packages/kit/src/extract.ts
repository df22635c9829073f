import { open } from 'node:fs/promises';
import { constants, gunzipSync } from 'node:zlib';
import type {
  Archive,
  ArchiveOptions,
  ArchiveReport,
  ArchiveStream,
  RandomArchive,
  RandomReader,
} from './extract/archive.ts';
import { readTar } from './extract/tar.ts';
import { streamTar } from './extract/tar-stream.ts';
import { fileReader } from './extract/reader.ts';
import { writeArchive } from './extract/to-folder.ts';
import { readZipDirectory } from './extract/zip.ts';
import { kitFailures } from './failures.ts';
import { describeBytes, sniff, sniffBytes } from './sniff.ts';

export type {
  Archive,
  ArchiveEntry,
  ArchiveFormat,
  ArchiveOptions,
  ArchiveReport,
  ArchiveStream,
  RandomArchive,
  RandomReader,
} from './extract/archive.ts';
export { type ArchiveLimits, defaultLimits } from './extract/limits.ts';
export { readZipDirectory };

/**
 * Opens a local zip, tar or tar.gz for reading and checks all of it that can be checked without unpacking.
 *
 * The kind is told from the bytes, never from the name. When this returns, every name, kind, size and place
 * in the archive was found harmless; checksums are verified as entries are read. Close it, or declare it with
 * `await using`. Throws `kit.archive-*` and `kit.entry-*` failures, and Node's errors for the file itself.
 */
export async function openArchive(path: string, options: ArchiveOptions = {}): Promise<Archive> {
  const handle = await open(path, 'r');
  try {
    const reader = fileReader(handle, (await handle.stat()).size);
    const archive = await readAny(reader, { ...options, name: options.name ?? path });
    const close = async (): Promise<void> => handle.close(); // a second close of a handle is a no-op
    return { ...archive, close, [Symbol.asyncDispose]: close };
  } catch (error) {
    await handle.close();
    throw error;
  }
}

/**
 * Extracts a local archive into a new folder, whole or not at all, and reports what was in it.
 *
 * Nothing is ever written outside the folder, through a link or over a file; modes and owners are not
 * applied. Throws `kit.folder-exists` beside what {@link openArchive} throws.
 */
export async function extractTo(
  archivePath: string,
  folder: string,
  options: ArchiveOptions & { readonly signal?: AbortSignal } = {},
): Promise<ArchiveReport> {
  await using archive = await openArchive(archivePath, options);
  return await writeArchive(archive, folder, options.signal);
}

async function readAny(
  reader: RandomReader,
  options: ArchiveOptions & { readonly name: string },
): Promise<Archive | RandomArchive> {
  const head = await reader.read(0, Math.min(reader.size, sniffBytes));
  switch (sniff(head)?.type) {
    case 'zip':
      return readZipDirectory(reader, options);
    case 'tar':
      return readTar(reader, { ...options, archive: options.name, gzip: false });
    case 'gzip':
      refuseGzipOfOther(head, options.name);
      return readTar(reader, { ...options, archive: options.name, gzip: true });
    default:
      return readUnmarked(reader, head, options);
  }
}

/**
 * Opens a zip, tar or tar.gz behind any random access reader: a file that stays on a server, an object of a store.
 *
 * As strict as {@link openArchive}; the reader stays its owner's to close. `name` is how messages call it.
 */
export async function readArchive(reader: RandomReader, options: ArchiveOptions = {}): Promise<Archive> {
  return readAny(reader, { ...options, name: options.name ?? 'the archive' });
}

/**
 * Reads a tar or tar.gz in one pass over bytes as they come: from a server, a pipe.
 *
 * Each entry is judged when it passes, so files may have been handed out before the one that makes the archive refused.
 * `head` holds its first bytes, at least 512 of them where there are so many; the stream brings them again. Undefined
 * when they show no tar.
 */
export function streamArchive(
  pieces: AsyncIterable<Uint8Array>,
  options: ArchiveOptions & { readonly head: Uint8Array },
): ArchiveStream | undefined {
  const archive = options.name ?? 'the archive';
  const type = sniff(options.head)?.type;
  if (type !== 'tar' && type !== 'gzip') return undefined;
  if (type === 'gzip') refuseGzipOfOther(options.head, archive);
  return streamTar(pieces, { ...options, archive, gzip: type === 'gzip' });
}

/** A gzip without a tar in it is a single file; its first bytes tell. */
function refuseGzipOfOther(head: Uint8Array, archive: string): void {
  let begin: Uint8Array;
  try {
    // 4 KiB unpack to 4 MiB at most. A sync flush takes what is there although the stream goes on.
    begin = gunzipSync(head, { finishFlush: constants.Z_SYNC_FLUSH });
  } catch {
    return; // the walk says what is broken
  }
  if (begin.length < 512 || sniff(begin)?.type === 'tar') return;
  throw kitFailures['archive-unknown']({ archive, found: `a gzip file of ${describeBytes(begin)}` });
}

/** A self-extractor begins with a program; its zip is only known by its end. */
async function readUnmarked(
  reader: RandomReader,
  head: Uint8Array,
  options: ArchiveOptions & { readonly name: string },
): Promise<Archive> {
  const tail = Buffer.from(await reader.read(Math.max(0, reader.size - 22 - 0xffff), reader.size));
  if (tail.includes('PK\x05\x06', 0, 'latin1')) return readZipDirectory(reader, options);
  throw kitFailures['archive-unknown']({ archive: options.name, found: describeBytes(head) });
}
