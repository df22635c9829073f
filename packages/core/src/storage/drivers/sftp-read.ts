import type { Stats } from 'ssh2';
import { StoreTrouble, type ByteRange, type DriverContext, type ReadStream } from '../../model/driver.ts';
import { troubleOf } from '../trouble.ts';
import type { Handle, SftpChannel } from './sftp-channel.ts';
import { readPieces } from './sftp-transfer.ts';

/** A file open for reading, and what it was when it was opened. */
export interface OpenFile {
  readonly channel: SftpChannel;
  readonly handle: Handle;
  readonly stats: Stats;
}

/** Opens a file; throws trouble `missing` for a folder, which SSH servers open as readily. */
export async function openFile(channel: SftpChannel, path: string): Promise<OpenFile> {
  const handle = await channel.open(path, 'r');
  try {
    const stats = await channel.fstat(handle);
    if (stats.isFile()) return { channel, handle, stats };
    throw new StoreTrouble('missing', `${path} is no file`, stats.isDirectory() ? { found: 'folder' } : {});
  } catch (error) {
    await channel.close(handle).catch(() => undefined);
    throw error;
  }
}

interface Reading {
  /** On a new connection where the last one was lost. */
  readonly open: () => Promise<OpenFile>;
  readonly patiently: DriverContext['patiently'];
  readonly range: ByteRange | undefined;
  readonly signal: AbortSignal | undefined;
}

/** The bytes of a file or a range of it. A file that changed while the connection was lost is not continued. */
export async function readFile(reading: Reading): Promise<ReadStream> {
  const { open, range } = reading;
  const first = await open();
  const { size } = first.stats;
  const start = Math.min(range?.start ?? 0, size);
  const end = Math.max(start, Math.min(range?.end ?? size, size));
  return { announcedBytes: end - start, [Symbol.asyncIterator]: () => resuming(reading, first, { start, end }) };
}

// Without progress in between; a reading that moves on may be cut any number of times.
const resumesWithoutProgress = 3;

async function* resuming(
  { open, patiently, signal }: Reading,
  first: OpenFile,
  { start, end }: { readonly start: number; readonly end: number },
): AsyncGenerator<Uint8Array, void, undefined> {
  let { channel, handle } = first;
  let at = start;
  for (let stuck = 0; ; ) {
    const before = at;
    try {
      for await (const piece of readPieces(channel, handle, { start: at, end }, signal)) {
        at += piece.length;
        yield piece;
      }
      return;
    } catch (error) {
      stuck = at > before ? 0 : stuck + 1;
      if (troubleOf(error)?.kind !== 'unavailable' || stuck >= resumesWithoutProgress) throw error;
    } finally {
      await channel.close(handle).catch(() => undefined);
    }
    const again = await patiently(open, signal);
    const { size, mtime } = again.stats;
    ({ channel, handle } = again);
    if (size === first.stats.size && mtime === first.stats.mtime) continue;
    await channel.close(handle);
    const details = { expected: 'the rest of the file', found: 'another file', transient: true };
    throw new StoreTrouble('corrupt', 'the file changed while it was read', details);
  }
}
