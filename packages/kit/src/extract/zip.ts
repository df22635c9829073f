import type { ArchiveEntry, ArchiveOptions, RandomArchive, RandomReader } from './archive.ts';
import { guarded } from './failure-of-archive.ts';
import { Gate } from './gate.ts';
import { WindowedReader } from './reader.ts';
import { readDirectory } from './zip-directory.ts';
import { ZipEntry, type ZipSource } from './zip-entry.ts';
import type { ZipRecord } from './zip-record.ts';

/**
 * Opens a zip behind any random access reader and checks its whole directory.
 *
 * A remote archive costs two or three ranges to open and one range for each small entry. `name` is how
 * messages call it. Throws the `kit.archive-*` and `kit.entry-*` failures.
 */
export async function readZipDirectory(reader: RandomReader, options: ArchiveOptions = {}): Promise<RandomArchive> {
  const archive = options.name ?? 'the archive';
  const gate = new Gate(archive, options);
  const directory = await guarded(archive, () => readDirectory(reader, gate, options.nameEncoding));
  const source: ZipSource = { archive, reader, window: new WindowedReader(reader, directory.end) };
  let byKey: ReadonlyMap<string, ZipRecord> | undefined;
  const close = async (): Promise<void> => undefined;
  return {
    report: gate.report('zip'),
    async *entries(): AsyncGenerator<ArchiveEntry> {
      for (const record of directory.records) yield new ZipEntry(source, record);
    },
    get(key) {
      byKey ??= new Map(directory.records.map((record) => [record.key, record]));
      const record = byKey.get(key);
      return record === undefined ? undefined : new ZipEntry(source, record);
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}
