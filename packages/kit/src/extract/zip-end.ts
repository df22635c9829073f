import type { RandomReader } from './archive.ts';
import { Damage, readWhole } from './reader.ts';

/** Where a zip's central directory lies. */
export interface ZipEnd {
  /** Entries, as the end record says. */
  readonly count: number;
  /** False where only the lower 16 bits of the count can be told (more entries than an old writer could note). */
  readonly exactCount: boolean;
  readonly directoryStart: number;
  readonly directoryEnd: number;
  /** Bytes before the archive proper (a self-extractor); every offset of the archive counts from here. */
  readonly prefix: number;
}

/** Thrown inside the extractor and turned into `kit.archive-unsupported`. */
export class Unsupported extends Error {}

/** The end record without its comment, which may be up to 65,535 bytes long. */
const endBytes = 22;
/** Stands right before the end record and tells where the zip64 end record is. */
const locatorBytes = 20;
const zip64EndBytes = 56;

/** Finds the end record, its zip64 companion and what they say; anything ambiguous is damage. */
export async function readZipEnd(reader: RandomReader): Promise<ZipEnd> {
  const tailStart = Math.max(0, reader.size - endBytes - 0xffff - locatorBytes - zip64EndBytes);
  const tail = await readWhole(reader, tailStart, reader.size);
  const at = findEnd(tail);
  refuseVolumes([tail.readUInt16LE(at + 4), tail.readUInt16LE(at + 6)], 0xffff);
  const plain = {
    countHere: tail.readUInt16LE(at + 8),
    count: tail.readUInt16LE(at + 10),
    size: tail.readUInt32LE(at + 12),
    offset: tail.readUInt32LE(at + 16),
  };
  const locator = at - locatorBytes;
  if (locator >= 0 && tail.readUInt32LE(locator) === 0x07064b50)
    return readZip64(reader, tail, tailStart, locator, plain);
  if (plain.countHere !== plain.count) throw new Unsupported('it is one of several volumes');
  return placed({ ...plain, exactCount: false, end: tailStart + at });
}

/**
 * A record counts only if its comment ends exactly where the file ends. Two that fit mean that two readers
 * could see two different archives, which is how scanners are fooled.
 */
function findEnd(tail: Buffer): number {
  const fits: number[] = [];
  let near = false;
  for (let at = tail.length - endBytes; at >= 0; at -= 1) {
    if (tail[at] !== 0x50 || tail.readUInt32LE(at) !== 0x06054b50) continue;
    near = true;
    if (at + endBytes + tail.readUInt16LE(at + 20) === tail.length) fits.push(at);
  }
  const [found, second] = fits;
  if (second !== undefined) throw new Damage('it has two ends of its directory, so two readers could see two archives');
  if (found !== undefined) return found;
  throw new Damage(
    near ? 'bytes follow, or are missing, behind its end' : 'the end of its directory is missing; it may be cut short',
  );
}

/** What both kinds of end record tell; sizes and offsets in bytes. */
interface PlainEnd {
  readonly count: number;
  readonly size: number;
  readonly offset: number;
}

/** The 64-bit numbers hold; the plain record must repeat them or say that it cannot. */
async function readZip64(
  reader: RandomReader,
  tail: Buffer,
  tailStart: number,
  locator: number,
  plain: PlainEnd,
): Promise<ZipEnd> {
  refuseVolumes([tail.readUInt32LE(locator + 4)], 0);
  const said = bigNumber(tail, locator + 8);
  const before = tailStart + locator - zip64EndBytes;
  // Behind a self-extractor the noted place is off by its length; then the record stands right before its locator.
  let start = said;
  let record = said + zip64EndBytes <= reader.size ? await readWhole(reader, said, said + zip64EndBytes) : undefined;
  if (record?.readUInt32LE(0) !== 0x06064b50 && before >= 0) {
    start = before;
    record = await readWhole(reader, before, before + zip64EndBytes);
  }
  if (record?.readUInt32LE(0) !== 0x06064b50) throw new Damage('its zip64 end record is not where it should be');
  refuseVolumes([record.readUInt32LE(16), record.readUInt32LE(20)], 0);
  const big = { count: bigNumber(record, 32), size: bigNumber(record, 40), offset: bigNumber(record, 48) };
  if (bigNumber(record, 24) !== big.count) throw new Unsupported('it is one of several volumes');
  const agrees = (small: number, large: number, escape: number): boolean => small === escape || small === large;
  if (
    !agrees(plain.count, big.count, 0xffff) ||
    !agrees(plain.size, big.size, 0xffffffff) ||
    !agrees(plain.offset, big.offset, 0xffffffff)
  ) {
    throw new Damage('its two end records contradict each other');
  }
  return placed({ ...big, exactCount: true, end: start });
}

/** The directory ends where the end records begin; what its noted offset is short of that is the prefix. */
function placed(of: PlainEnd & { readonly exactCount: boolean; readonly end: number }): ZipEnd {
  const directoryStart = of.end - of.size;
  const prefix = directoryStart - of.offset;
  if (directoryStart < 0 || prefix < 0) throw new Damage('its directory reaches outside the file');
  if (of.count * 46 > of.size) throw new Damage(`its directory is too short for ${of.count} entries`);
  return { count: of.count, exactCount: of.exactCount, directoryStart, directoryEnd: of.end, prefix };
}

/** Disk numbers of an archive in one piece are 0, or all ones where the zip64 record has them. */
function refuseVolumes(disks: readonly number[], escape: number): void {
  if (disks.some((disk) => disk !== 0 && disk !== escape)) throw new Unsupported('it is one of several volumes');
}

/** A 64-bit number; beyond 2^53 nothing real is left, only overflow. */
export function bigNumber(bytes: Buffer, at: number): number {
  const value = Number(bytes.readBigUInt64LE(at));
  if (!Number.isSafeInteger(value)) throw new Damage('one of its 64-bit numbers is absurd');
  return value;
}
