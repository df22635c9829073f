import { crc32 } from 'node:zlib';
import type { Candidate } from './gate.ts';
import { decodeName, shown, unicodePath } from './names.ts';
import { Damage } from './reader.ts';
import { bigNumber, Unsupported } from './zip-end.ts';

/** One admitted file of a zip, with what is needed to read it by one range. */
export interface ZipRecord {
  readonly key: string;
  readonly method: 'stored' | 'deflated';
  readonly crc32: number;
  readonly packedSize: number;
  readonly size: number;
  /** Absolute: the prefix of a self-extractor is in it. */
  readonly offset: number;
  /** Where the next entry or the directory begins: no byte of this entry lies behind. */
  readonly limit: number;
  readonly modifiedMs: number;
  /** Of the name as it stands in the directory; the local header must say the same. */
  readonly nameCrc32: number;
}

/** A record before its place and its key are settled. */
export type UnplacedRecord = { -readonly [K in keyof ZipRecord]: ZipRecord[K] };

/** One record of a central directory, uninterpreted. */
export interface RawRecord {
  /** The fixed 46 bytes. */
  readonly head: Buffer;
  readonly name: Buffer;
  readonly extra: Buffer;
}

/** Bits of the general purpose flag. */
const flag = { encrypted: 0x1, patch: 0x20, strongEncryption: 0x40, utf8: 0x800, maskedHeaders: 0x2000 };
/** The two that are read; every other one is refused by number. */
const method = { stored: 0, deflated: 8 };

/** What a record says: as a candidate for the gate, and as the record to read by (`key` and `limit` still open). */
export function parseRecord(
  raw: RawRecord,
  nameEncoding: string | undefined,
): { readonly candidate: Candidate; readonly record: UnplacedRecord } {
  const { head, name } = raw;
  const extra = parseExtra(raw);
  const isUtf8 = (head.readUInt16LE(8) & flag.utf8) !== 0 || extra.unicodeName !== undefined;
  const attributes = head.readUInt32LE(38);
  const mode = attributes >>> 16;
  const decoded = decodeName(extra.unicodeName ?? name, { utf8: isUtf8, encoding: nameEncoding });
  const dosFolder = (attributes & 0x10) !== 0 && extra.size === 0;
  return {
    candidate: {
      name: decoded,
      kind: dosFolder || decoded?.endsWith('/') === true ? 'folder' : kindOf(mode),
      size: extra.size,
      packedSize: extra.packedSize,
      mode,
    },
    record: {
      key: '',
      method: head.readUInt16LE(10) === method.stored ? 'stored' : 'deflated',
      crc32: head.readUInt32LE(16),
      packedSize: extra.packedSize,
      size: extra.size,
      offset: extra.offset,
      limit: 0,
      modifiedMs: extra.modifiedMs ?? dosTimeMs(head.readUInt16LE(14), head.readUInt16LE(12)),
      nameCrc32: crc32(name),
    },
  };
}

/** Refuses what could be listed but not read, so that it is known before the first entry is handed out. */
export function refuseUnreadable(head: Buffer, record: UnplacedRecord, name: string): void {
  const flags = head.readUInt16LE(8);
  const entry = `the entry '${shown(name)}'`;
  if ((flags & (flag.encrypted | flag.strongEncryption | flag.maskedHeaders)) !== 0)
    throw new Unsupported(`${entry} is encrypted`);
  if ((flags & flag.patch) !== 0) throw new Unsupported(`${entry} is a patch, not a file`);
  const disk = head.readUInt16LE(34);
  if (disk !== 0 && disk !== 0xffff) throw new Unsupported('it is one of several volumes');
  const found = head.readUInt16LE(10);
  if (found !== method.stored && found !== method.deflated)
    throw new Unsupported(`${entry} is packed with method ${found}`);
  const { packedSize, size } = record;
  if (found === method.stored && packedSize !== size)
    throw new Damage(`${entry} is stored as it is, but with two sizes, ${packedSize} and ${size}`);
}

/** The POSIX file type in the upper half of the attributes; other systems leave it zero. */
function kindOf(mode: number): Candidate['kind'] {
  switch (mode & 0o170000) {
    case 0:
    case 0o100000:
      return 'file';
    case 0o040000:
      return 'folder';
    case 0o120000:
      return 'symbolic link';
    case 0o060000:
    case 0o020000:
      return 'device';
    case 0o010000:
      return 'fifo';
    case 0o140000:
      return 'socket';
    default:
      return 'thing of unknown type';
  }
}

/** The numbers of a record after its extra fields had their say. */
interface Extra {
  size: number;
  packedSize: number;
  offset: number;
  unicodeName: Uint8Array | undefined;
  modifiedMs: number | undefined;
}

/** Walks the extra fields; the first of each kind counts, so that no later one can contradict it. */
function parseExtra({ head, name, extra }: RawRecord): Extra {
  const found: Extra = {
    size: head.readUInt32LE(24),
    packedSize: head.readUInt32LE(20),
    offset: head.readUInt32LE(42),
    unicodeName: undefined,
    modifiedMs: undefined,
  };
  let zip64 = false;
  for (let at = 0; at + 4 <= extra.length; ) {
    const id = extra.readUInt16LE(at);
    const end = at + 4 + extra.readUInt16LE(at + 2);
    if (end > extra.length)
      throw new Damage(`the entry '${shown(name.toString('latin1'))}' has an extra field that is too long`);
    const field = extra.subarray(at + 4, end);
    if (id === 0x0001 && !zip64) {
      zip64 = true;
      readZip64Field(field, found);
    } else if (id === 0x7075) found.unicodeName ??= unicodePath(field, name);
    else if (id === 0x5455 && field.length >= 5 && ((field[0] ?? 0) & 1) !== 0)
      found.modifiedMs ??= field.readInt32LE(1) * 1000;
    else if (id === 0x000a) found.modifiedMs ??= ntfsTimeMs(field);
    at = end;
  }
  if (!zip64 && [found.size, found.packedSize, found.offset].includes(0xffffffff)) {
    throw new Damage(`the entry '${shown(name.toString('latin1'))}' announces 64-bit numbers and has none`);
  }
  return found;
}

/** Holds, in this order, only the numbers that the record itself leaves as 0xffffffff. */
function readZip64Field(field: Buffer, found: Extra): void {
  let at = 0;
  for (const part of ['size', 'packedSize', 'offset'] as const) {
    if (found[part] !== 0xffffffff) continue;
    if (at + 8 > field.length) throw new Damage('a zip64 field lacks one of its numbers');
    found[part] = bigNumber(field, at);
    at += 8;
  }
}

/** 100 ns since 1601 in the first of three times; only of the one layout that exists. */
function ntfsTimeMs(field: Buffer): number | undefined {
  if (field.length !== 32 || field.readUInt16LE(4) !== 1 || field.readUInt16LE(6) !== 24) return undefined;
  const milliseconds = field.readBigInt64LE(8) / 10_000n - 11_644_473_600_000n;
  return Number(milliseconds);
}

/** Two-second steps since 1980, without a time zone: taken as UTC, so that it means the same everywhere. */
function dosTimeMs(date: number, time: number): number {
  return Date.UTC(1980 + (date >> 9), ((date >> 5) & 15) - 1, date & 31, time >> 11, (time >> 5) & 63, (time & 31) * 2);
}
