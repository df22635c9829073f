import { kitFailures } from '../failures.ts';
import type { RandomReader } from './archive.ts';
import type { Gate } from './gate.ts';
import { shown } from './names.ts';
import { Damage, readWhole } from './reader.ts';
import { readZipEnd } from './zip-end.ts';
import { parseRecord, type RawRecord, refuseUnreadable, type UnplacedRecord, type ZipRecord } from './zip-record.ts';

export interface ZipDirectory {
  /** In the order of their bytes. */
  readonly records: readonly ZipRecord[];
  /** Where the entries end. */
  readonly end: number;
}

/** Where one entry lies and how it is called in messages, admitted or not. */
interface Extent {
  readonly start: number;
  /** The least it can take: its local header may be longer. */
  readonly end: number;
  readonly name: string;
  readonly record: UnplacedRecord | undefined;
}

/**
 * Reads and checks a whole central directory before anything is believed of it.
 *
 * Ours rather than a library's: the readers of the field take two asynchronous reads an entry (3.6 s for
 * 50,000, this one 0.1 s), and none looks for overlaps or for two names that are one. Memory: about 200 bytes
 * an entry, whatever the archive claims.
 */
export async function readDirectory(
  reader: RandomReader,
  gate: Gate,
  nameEncoding: string | undefined,
): Promise<ZipDirectory> {
  const end = await readZipEnd(reader);
  gate.checkLimit('maxEntries', end.count);
  const extents: Extent[] = [];
  let total = 0;
  for await (const raw of rawRecords(reader, end.directoryStart, end.directoryEnd)) {
    const { candidate, record } = parseRecord(raw, nameEncoding);
    const key = gate.admit(candidate);
    refuseUnreadable(raw.head, record, candidate.name ?? '');
    total += record.size;
    record.offset += end.prefix;
    extents.push({
      start: record.offset,
      end: record.offset + 30 + raw.name.length + record.packedSize,
      name: candidate.name ?? '',
      record: key === undefined ? undefined : Object.assign(record, { key }),
    });
  }
  if (end.exactCount ? extents.length !== end.count : (extents.length & 0xffff) !== end.count) {
    throw new Damage(`its directory holds ${extents.length} entries where its end says ${end.count}`);
  }
  const records = withLimits(extents, end.directoryStart, gate.archive);
  gate.checkRatio(total, reader.size);
  return { records, end: end.directoryStart };
}

/** Entries that share bytes are how a small file unpacks to a huge one; each must end before the next begins. */
function withLimits(extents: Extent[], directoryStart: number, archive: string): ZipRecord[] {
  extents.sort((a, b) => a.start - b.start);
  const records: ZipRecord[] = [];
  for (const [at, extent] of extents.entries()) {
    const next = extents[at + 1];
    if (next !== undefined && extent.end > next.start) {
      throw kitFailures['entry-overlap']({ archive, entry: shown(next.name), other: shown(extent.name) });
    }
    if (extent.end > directoryStart) throw new Damage(`the entry '${shown(extent.name)}' reaches into its directory`);
    if (extent.record === undefined) continue;
    extent.record.limit = next?.start ?? directoryStart;
    records.push(extent.record);
  }
  return records;
}

/** The fixed part of a record; name, extra fields and comment follow. */
const headBytes = 46;
const windowBytes = 1024 * 1024;

/** The records one by one out of a sliding window, so that a huge directory never lies in memory whole. */
async function* rawRecords(reader: RandomReader, start: number, end: number): AsyncGenerator<RawRecord> {
  let window: Buffer = Buffer.alloc(0);
  let windowStart = start;
  for (let at = start; at < end; ) {
    // 46 + 3 x 65,535 bytes is the longest record there is.
    if (at + headBytes + 3 * 0xffff > windowStart + window.length && windowStart + window.length < end) {
      window = await readWhole(reader, at, Math.min(end, at + windowBytes));
      windowStart = at;
    }
    const from = at - windowStart;
    if (from + headBytes > window.length || window.readUInt32LE(from) !== 0x02014b50)
      throw new Damage('its directory has a bad signature');
    const nameEnd = from + headBytes + window.readUInt16LE(from + 28);
    const extraEnd = nameEnd + window.readUInt16LE(from + 30);
    const recordEnd = extraEnd + window.readUInt16LE(from + 32);
    if (recordEnd > window.length) throw new Damage('its directory ends in the middle of an entry');
    yield {
      head: window.subarray(from, from + headBytes),
      name: window.subarray(from + headBytes, nameEnd),
      extra: window.subarray(nameEnd, extraEnd),
    };
    at = windowStart + recordEnd;
  }
}
