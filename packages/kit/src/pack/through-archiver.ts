import { once } from 'node:events';
import { Readable } from 'node:stream';
import { type Archiver, TarArchive, ZipArchive } from 'archiver';
import type { ReadyEntry } from './entries.ts';

/** A deflated zip. zlib's level is 1 (fast) to 9 (small). */
export function deflatedZip(entries: AsyncIterable<ReadyEntry>, options: { readonly level: number; readonly modified: Date }): AsyncGenerator<Uint8Array> {
  return fed(new ZipArchive({ zlib: { level: options.level } }), entries, options.modified);
}

/** A plain tar, or a tar.gz of that level. */
export function tarOf(entries: AsyncIterable<ReadyEntry>, options: { readonly gzipLevel: number | undefined; readonly modified: Date }): AsyncGenerator<Uint8Array> {
  const { gzipLevel, modified } = options;
  return fed(new TarArchive(gzipLevel === undefined ? {} : { gzip: true, gzipOptions: { level: gzipLevel } }), entries, modified);
}

/**
 * Feeds an archiver one entry at a time and hands on what comes out, at the reader's pace.
 *
 * Modes and times are fixed here: left alone, archiver takes them from the clock and the process.
 */
async function* fed(archiver: Archiver, entries: AsyncIterable<ReadyEntry>, modified: Date): AsyncGenerator<Uint8Array> {
  const ended = new AbortController();
  const feeding = feed(archiver, entries, { modified, signal: ended.signal }).catch((error: unknown) => {
    archiver.destroy(error instanceof Error ? error : new Error(String(error)));
  });
  try {
    for await (const block of archiver) yield block as Uint8Array;
  } finally {
    ended.abort(); // a reader that leaves early must not leave the feeder waiting
    archiver.destroy();
    await feeding;
  }
}

async function feed(archiver: Archiver, entries: AsyncIterable<ReadyEntry>, how: { readonly modified: Date; readonly signal: AbortSignal }): Promise<void> {
  for await (const { key, size, whole, stream } of entries) {
    const taken = once(archiver, 'entry', { signal: how.signal });
    const data = { name: key, date: how.modified, mode: 0o644 };
    if (whole !== undefined) archiver.append(Buffer.from(whole.buffer, whole.byteOffset, whole.length), data);
    else if (stream !== undefined) {
      const source = Readable.from(stream, { highWaterMark: 1 });
      source.once('error', (error) => archiver.destroy(error)); // archiver would wait for ever
      archiver.append(source, size === undefined ? data : { ...data, stats: { size } as import('node:fs').Stats });
    }
    await taken;
  }
  await archiver.finalize();
}
