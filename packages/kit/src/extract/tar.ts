import { kitFailures } from '../failures.ts';
import type { Archive, ArchiveEntry, ArchiveOptions, RandomReader } from './archive.ts';
import { guarded } from './failure-of-archive.ts';
import { Gate } from './gate.ts';
import { corruptAt, PassingEntry } from './passing-entry.ts';
import { readPieces, readWhole, WindowedReader } from './reader.ts';
import { tarCandidate, tarMembers } from './tar-walk.ts';

/** One admitted file of a tar. */
interface TarRecord {
  readonly key: string;
  readonly size: number;
  readonly modifiedMs: number;
  /** Its number among all members, left-out ones included. */
  readonly index: number;
  /** Within the unpacked tar. */
  readonly dataStart: number;
}

/** Files up to this size are read out of a window together with their neighbours; larger ones are streamed. */
const smallBytes = 1024 * 1024;
/** Everything in a tar begins at a multiple of this. */
const blockBytes = 512;

/**
 * Opens a tar or tar.gz: a first pass checks every header (and unpacks all of a tar.gz), so nothing of a
 * refused archive is ever handed out. A plain tar is then read at random, a tar.gz streamed once more.
 */
export async function readTar(
  reader: RandomReader,
  options: ArchiveOptions & { readonly gzip: boolean; readonly archive: string },
): Promise<Archive> {
  const { archive, gzip } = options;
  const gate = new Gate(archive, options);
  const records = await guarded(archive, () => checkedRecords(reader, gate, options));
  const close = async (): Promise<void> => undefined;
  const shared = { report: gate.report(gzip ? 'tar.gz' : 'tar'), close, [Symbol.asyncDispose]: close };
  if (gzip) return { ...shared, entries: () => streamed(reader, records, archive) };
  const window = new WindowedReader(reader, reader.size);
  const entryOf = (record: TarRecord): ArchiveEntry => placedEntry({ reader, window, archive }, record);
  let byKey: ReadonlyMap<string, TarRecord> | undefined;
  return {
    ...shared,
    async *entries(): AsyncGenerator<ArchiveEntry> {
      for (const record of records) yield entryOf(record);
    },
    get(key) {
      byKey ??= new Map(records.map((record) => [record.key, record]));
      const record = byKey.get(key);
      return record === undefined ? undefined : entryOf(record);
    },
  };
}

/** The first pass. `total` and `end` are bytes of the unpacked tar. */
async function checkedRecords(
  reader: RandomReader,
  gate: Gate,
  options: ArchiveOptions & { readonly gzip: boolean },
): Promise<TarRecord[]> {
  const how = { gzip: options.gzip, encoding: options.nameEncoding };
  const records: TarRecord[] = [];
  let total = options.gzip ? 0 : reader.size;
  const meter = (bytes: number, packed: number): void => {
    total = bytes;
    gate.checkLimit('maxTotalBytes', bytes);
    gate.checkRatio(bytes, packed);
  };
  let index = 0;
  let end = 0;
  for await (const member of tarMembers(reader, { gzip: options.gzip, meter })) {
    member.resume();
    const { header } = member;
    const candidate = tarCandidate(header, how);
    const dataStart = header.byteOffset;
    end = dataStart + Math.ceil(candidate.size / blockBytes) * blockBytes;
    const key = gate.admit(candidate);
    if (key !== undefined)
      records.push({ key, size: candidate.size, modifiedMs: header.mtime?.getTime() ?? 0, index, dataStart });
    index += 1;
  }
  // A cut exactly between two members leaves no other trace than the missing empty blocks.
  if (total < end + blockBytes) gate.warn('the mark at its end is missing: it may have been cut short');
  return records;
}

/** What the entries of one plain tar share. */
interface TarSource {
  readonly reader: RandomReader;
  readonly window: WindowedReader;
  readonly archive: string;
}

/** A file of a plain tar. There is no checksum to verify, only that the bytes are there. */
function placedEntry({ reader, window, archive }: TarSource, record: TarRecord): ArchiveEntry {
  const { key, size, modifiedMs, dataStart } = record;
  const end = dataStart + size;
  const read = async (): Promise<Uint8Array> =>
    // A copy: the caller may keep or transfer it while others read from the same window.
    new Uint8Array(
      await corruptAt(
        archive,
        key,
        size <= smallBytes ? window.read(dataStart, end) : readWhole(reader, dataStart, end),
      ),
    );
  async function* pieces(): AsyncGenerator<Uint8Array> {
    if (size > smallBytes) yield* readPieces(reader, dataStart, end);
    else if (size > 0) yield await read();
  }
  return { key, size, modifiedMs, open: async () => pieces(), bytes: read };
}

/** The second pass over a tar.gz. The bytes come as they are unpacked, so an entry has to be read when it passes. */
async function* streamed(
  reader: RandomReader,
  records: readonly TarRecord[],
  archive: string,
): AsyncGenerator<ArchiveEntry> {
  let index = -1;
  let next = 0;
  for await (const member of tarMembers(reader, { gzip: true })) {
    index += 1;
    const record = records[next];
    if (record?.index !== index) {
      member.resume();
      continue;
    }
    next += 1;
    if (member.header.size !== record.size)
      throw kitFailures['archive-damaged']({ archive, why: 'it changed while it was read' });
    const passing = new PassingEntry(record, member, archive);
    yield passing;
    await passing.skipRest();
  }
}
