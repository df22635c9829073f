/** What the directory of a zip has to know of one stored file. */
export interface Written {
  readonly name: Buffer;
  /** Of its local header. */
  readonly offset: number;
  readonly dosTime: number;
  /** True: size and checksum follow the bytes, because they were not known before. */
  readonly streamed: boolean;
  size: number;
  crc32: number;
  /** The local header has 64-bit sizes, so the trailer has them too. */
  zip64?: boolean;
}

/** Stands in a 32-bit field whose number is in a zip64 field. */
const max32 = 0xffffffff;
const flags = { sizesFollow: 0x8, utf8: 0x800 };
/** 2.0 is plain, 4.5 is zip64. */
const versions = { plain: 20, zip64: 45 };
/** Made on a POSIX system, so that the mode below is believed. */
const posix = 3;
/** A plain file, readable by all: rw-r--r--. */
const fileMode = 0o100644;

/** What stands before the bytes of a file. */
export function localHeader(file: Written): Buffer {
  const zip64 = file.zip64 === true;
  const bytes = Buffer.alloc(30 + file.name.length + (zip64 ? 20 : 0));
  bytes.writeUInt32LE(0x04034b50, 0);
  writeCommon(bytes, 4, file, zip64);
  bytes.writeUInt16LE(zip64 ? 20 : 0, 28);
  file.name.copy(bytes, 30);
  if (file.streamed) bytes.fill(0, 14, 26); // announced by the flag: they follow the bytes
  if (zip64) {
    bytes.writeUInt32LE(max32, 18);
    bytes.writeUInt32LE(max32, 22);
    bytes.writeUInt32LE(0x00100001, 30 + file.name.length); // the two sizes, both still zero
  }
  return bytes;
}

/** Checksum and sizes behind a streamed file. */
export function trailer(file: Written): Buffer {
  const wide = file.zip64 === true;
  const bytes = Buffer.alloc(wide ? 24 : 16);
  bytes.writeUInt32LE(0x08074b50, 0);
  bytes.writeUInt32LE(file.crc32, 4);
  for (const which of [0, 1]) {
    if (wide) bytes.writeBigUInt64LE(BigInt(file.size), 8 + which * 8);
    else bytes.writeUInt32LE(file.size, 8 + which * 4);
  }
  return bytes;
}

/** What the directory says of a file. Only numbers that do not fit get a zip64 field, so small archives stay plain. */
export function centralRecord(file: Written): Buffer {
  const wide: number[] = [];
  if (file.size >= max32) wide.push(file.size, file.size);
  if (file.offset >= max32) wide.push(file.offset);
  const extra = wide.length === 0 ? 0 : 4 + wide.length * 8;
  const bytes = Buffer.alloc(46 + file.name.length + extra);
  bytes.writeUInt32LE(0x02014b50, 0);
  writeCommon(bytes, 6, file, extra > 0 || file.zip64 === true);
  bytes.writeUInt16LE((posix << 8) | versions.zip64, 4);
  bytes.writeUInt16LE(extra, 30);
  bytes.writeUInt32LE(fileMode * 0x10000, 38);
  bytes.writeUInt32LE(Math.min(file.offset, max32), 42);
  file.name.copy(bytes, 46);
  if (extra > 0) {
    const at = 46 + file.name.length;
    bytes.writeUInt16LE(0x0001, at);
    bytes.writeUInt16LE(extra - 4, at + 2);
    for (const [which, value] of wide.entries()) bytes.writeBigUInt64LE(BigInt(value), at + 4 + which * 8);
  }
  return bytes;
}

/** The 26 bytes that the local header and the directory share. */
function writeCommon(bytes: Buffer, at: number, file: Written, zip64: boolean): void {
  bytes.writeUInt16LE(zip64 ? versions.zip64 : versions.plain, at);
  bytes.writeUInt16LE(flags.utf8 | (file.streamed ? flags.sizesFollow : 0), at + 2);
  bytes.writeUInt16LE(0, at + 4); // stored
  bytes.writeUInt32LE(file.dosTime, at + 6);
  bytes.writeUInt32LE(file.crc32, at + 10);
  bytes.writeUInt32LE(Math.min(file.size, max32), at + 14);
  bytes.writeUInt32LE(Math.min(file.size, max32), at + 18);
  bytes.writeUInt16LE(file.name.length, at + 22);
}

/** What ends an archive; the zip64 records only where a number needs them. */
export function endRecords(of: { readonly count: number; readonly size: number; readonly offset: number }): Buffer {
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(Math.min(of.count, 0xffff), 8);
  end.writeUInt16LE(Math.min(of.count, 0xffff), 10);
  end.writeUInt32LE(Math.min(of.size, max32), 12);
  end.writeUInt32LE(Math.min(of.offset, max32), 16);
  if (of.count < 0xffff && of.size < max32 && of.offset < max32) return end;
  const wide = Buffer.alloc(56 + 20);
  wide.writeUInt32LE(0x06064b50, 0);
  wide.writeBigUInt64LE(44n, 4); // what follows of this record
  wide.writeUInt16LE((posix << 8) | versions.zip64, 12);
  wide.writeUInt16LE(versions.zip64, 14);
  wide.writeBigUInt64LE(BigInt(of.count), 24);
  wide.writeBigUInt64LE(BigInt(of.count), 32);
  wide.writeBigUInt64LE(BigInt(of.size), 40);
  wide.writeBigUInt64LE(BigInt(of.offset), 48);
  wide.writeUInt32LE(0x07064b50, 56);
  wide.writeBigUInt64LE(BigInt(of.offset + of.size), 64);
  wide.writeUInt32LE(1, 72); // volumes
  return Buffer.concat([wide, end]);
}

/** A time as the format keeps it, in UTC, to two seconds; from 1980 to 2107. */
export function dosTimeOf(date: Date): number {
  const year = date.getUTCFullYear();
  if (!(year >= 1980 && year <= 2107)) throw new RangeError(`zip keeps times from 1980 to 2107, not ${String(date)}`);
  const day = ((year - 1980) << 9) | ((date.getUTCMonth() + 1) << 5) | date.getUTCDate();
  const time = (date.getUTCHours() << 11) | (date.getUTCMinutes() << 5) | (date.getUTCSeconds() >> 1);
  return day * 0x10000 + time;
}
