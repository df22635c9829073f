import { once } from 'node:events';
import { Readable } from 'node:stream';
import type { Archiver } from 'archiver';
import { kitFailures } from '../failures.ts';
import { shown } from '../extract/names.ts';
import type { ReadyEntry } from './entries.ts';

/**
 * Writes a deflated zip with archiver, one entry at a time and at the reader's pace. zlib's level is 1 to 9.
 *
 * Modes and times are fixed here: left alone, archiver takes them from the clock and the process.
 */
export async function* deflatedZip(
  entries: AsyncIterable<ReadyEntry>,
  options: { readonly level: number; readonly modified: Date },
): AsyncGenerator<Uint8Array> {
  // Its hundred files take longer to load than many a run lasts.
  const { ZipArchive } = await import('archiver');
  const archiver = new ZipArchive({ zlib: { level: options.level } });
  const left = new AbortController();
  const feeding = feed(archiver, entries, { modified: options.modified, signal: left.signal }).catch(
    (error: unknown) => {
      archiver.destroy(error instanceof Error ? error : new Error(String(error)));
    },
  );
  try {
    for await (const block of archiver) yield block as Uint8Array;
  } finally {
    left.abort(); // a reader that leaves early must not leave the feeder waiting
    archiver.destroy();
    await feeding;
  }
}

async function feed(
  archiver: Archiver,
  entries: AsyncIterable<ReadyEntry>,
  how: { readonly modified: Date; readonly signal: AbortSignal },
): Promise<void> {
  for await (const { key, whole, stream } of entries) {
    // archiver would silently pack `scan:1.png` as `1.png`.
    if (/^\w+:/.test(key)) {
      throw kitFailures['entry-name']({
        archive: 'the archive to pack',
        entry: shown(key),
        why: 'begins like a drive or a scheme, which a deflated zip cannot keep',
      });
    }
    const taken = once(archiver, 'entry', { signal: how.signal });
    const data = { name: key, date: how.modified, mode: 0o644 };
    if (whole !== undefined) archiver.append(Buffer.from(whole.buffer, whole.byteOffset, whole.length), data);
    else if (stream !== undefined) {
      const source = Readable.from(stream, { highWaterMark: 1 });
      source.once('error', (error) => archiver.destroy(error)); // archiver would wait for ever
      archiver.append(source, data);
    }
    await taken;
  }
  await archiver.finalize();
}
