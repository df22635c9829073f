import { pipeline, Readable } from 'node:stream';
import { crc32, createInflateRaw, inflateRawSync } from 'node:zlib';
import { kitFailures } from '../failures.ts';
import type { ArchiveEntry, RandomReader } from './archive.ts';
import { shown } from './names.ts';
import { Damage, joinBytes, readPieces, readWhole, type WindowedReader } from './reader.ts';
import type { ZipRecord } from './zip-record.ts';

/** Entries up to this size, packed and unpacked, are read and inflated in one go; larger ones are streamed. */
const smallBytes = 1024 * 1024;
/** The fixed part of a local header; name and extra fields follow. */
const headerBytes = 30;

/** What the entries of one zip share. */
export interface ZipSource {
  /** As messages call it. */
  readonly archive: string;
  readonly reader: RandomReader;
  /** For small entries, which mostly lie side by side. */
  readonly window: WindowedReader;
}

/** One file of a zip. Its size, checksum and name are the directory's; the local header only has to agree. */
export class ZipEntry implements ArchiveEntry {
  readonly #source: ZipSource;
  readonly #record: ZipRecord;

  constructor(source: ZipSource, record: ZipRecord) {
    this.#source = source;
    this.#record = record;
  }

  get key(): string {
    return this.#record.key;
  }
  get size(): number {
    return this.#record.size;
  }
  get crc32(): number {
    return this.#record.crc32;
  }
  get modifiedMs(): number {
    return this.#record.modifiedMs;
  }

  async open(): Promise<AsyncIterable<Uint8Array>> {
    if (this.#isSmall()) return once(await this.#readSmall());
    return this.#stream(await this.#dataStart());
  }

  async bytes(): Promise<Uint8Array> {
    if (this.#isSmall()) return this.#readSmall();
    return joinBytes(await this.open());
  }

  /** Small enough to be read and unpacked without a stream. */
  #isSmall(): boolean {
    const { size, packedSize, offset, limit } = this.#record;
    // A gap behind the entry (removed entries) must not be read along just because it is there.
    return size <= smallBytes && packedSize <= smallBytes && limit - offset <= packedSize + 4 * 0xffff;
  }

  /** Header and data come in one read: `limit` is known from the directory, the local header's length is not. */
  async #readSmall(): Promise<Uint8Array> {
    const { offset, limit, packedSize, method } = this.#record;
    const all = await this.#guard(this.#source.window.read(offset, limit));
    const start = this.#checkHeader(all);
    const packed = all.subarray(start, start + packedSize);
    // A copy either way: the caller may keep or transfer it while others read from the same window.
    const bytes = method === 'stored' ? new Uint8Array(packed) : this.#inflate(packed);
    this.#checkWhole(bytes.length, crc32(bytes));
    return bytes;
  }

  /** In one call: a stream per entry costs ten times as much as unpacking 6 kB. */
  #inflate(packed: Buffer): Uint8Array {
    try {
      // One byte of room beyond the announced size tells "too long" from "full" without unpacking further.
      const { buffer, engine } = inflateRawSync(packed, {
        maxOutputLength: this.#record.size + 1,
        chunkSize: Math.max(64, this.#record.size + 1),
        info: true, // tells how many packed bytes were used; Node's types do not know it
      }) as unknown as { readonly buffer: Buffer; readonly engine: { readonly bytesWritten: number } };
      if (engine.bytesWritten !== packed.length) throw this.#corrupt('bytes are left over behind its end');
      // Short results lie in Node's shared pool, which a caller that transfers its bytes would take along.
      return buffer.buffer.byteLength > buffer.length + 64 ? new Uint8Array(buffer) : buffer;
    } catch (error) {
      throw this.#inflateFailure(error);
    }
  }

  /** Large entries: where the data begin, told by the local header alone. */
  async #dataStart(): Promise<number> {
    const { offset, limit } = this.#record;
    const head = await this.#guard(
      readWhole(this.#source.reader, offset, Math.min(limit, offset + headerBytes + 2 * 0xffff)),
    );
    return offset + this.#checkHeader(head);
  }

  /** Bounded in memory whatever the sizes say: pieces of 1 MiB in, 64 KiB out. */
  async *#stream(start: number): AsyncGenerator<Uint8Array> {
    const { size, packedSize, method } = this.#record;
    const pieces = readPieces(this.#source.reader, start, start + packedSize);
    let sum = 0;
    let length = 0;
    try {
      for await (const piece of method === 'stored' ? pieces : this.#inflated(pieces)) {
        length += piece.length;
        if (length > size) throw this.#corrupt(`it unpacks to more than its ${size} bytes`);
        sum = crc32(piece, sum);
        yield piece;
      }
    } catch (error) {
      throw this.#inflateFailure(error);
    }
    this.#checkWhole(length, sum);
  }

  async *#inflated(pieces: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    const inflate = createInflateRaw({ chunkSize: 64 * 1024 });
    // One piece of 1 MiB in flight is enough; the default of 16 would be held per open entry.
    const source = Readable.from(pieces, { highWaterMark: 1 });
    pipeline(source, inflate, () => undefined); // errors reach the loop below, which also ends both on return
    for await (const chunk of inflate) yield chunk as Buffer;
    if (inflate.bytesWritten !== this.#record.packedSize) throw this.#corrupt('bytes are left over behind its end');
  }

  /** The offset of the data within `bytes`, which begin at the local header. */
  #checkHeader(bytes: Buffer): number {
    if (bytes.length < headerBytes || bytes.readUInt32LE(0) !== 0x04034b50)
      throw this.#corrupt('its local header has a bad signature');
    const nameEnd = headerBytes + bytes.readUInt16LE(26);
    const dataStart = nameEnd + bytes.readUInt16LE(28);
    const { nameCrc32, method, packedSize, size, offset, limit } = this.#record;
    if (offset + dataStart + packedSize > limit) throw this.#corrupt('its data reaches beyond the next entry');
    if (crc32(bytes.subarray(headerBytes, nameEnd)) !== nameCrc32)
      throw this.#corrupt('its local header has another name than the directory');
    if (bytes.readUInt16LE(8) !== (method === 'stored' ? 0 : 8))
      throw this.#corrupt('its local header has another method than the directory');
    const streamed = (bytes.readUInt16LE(6) & 0x8) !== 0; // then the numbers follow the data and are zero here
    const differs = (local: number, central: number): boolean => local !== 0xffffffff && local !== central;
    if (!streamed && (differs(bytes.readUInt32LE(18), packedSize) || differs(bytes.readUInt32LE(22), size))) {
      throw this.#corrupt('its local header has other sizes than the directory');
    }
    return dataStart;
  }

  /** The last word on an entry: nothing of it is to be believed before this passed. */
  #checkWhole(length: number, sum: number): void {
    const { size, crc32: recorded } = this.#record;
    if (length !== size) throw this.#corrupt(`it unpacks to ${length} bytes instead of ${size}`);
    if (sum !== recorded) throw this.#corrupt(`its CRC-32 is ${hex(sum)} instead of ${hex(recorded)}`);
  }

  async #guard<T>(reading: Promise<T>): Promise<T> {
    try {
      return await reading;
    } catch (error) {
      throw this.#inflateFailure(error);
    }
  }

  /** zlib's errors and short reads are what corruption looks like; all others (disk, network) pass unchanged. */
  #inflateFailure(error: unknown): unknown {
    if (error instanceof Damage) return this.#corrupt(error.message);
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'ERR_BUFFER_TOO_LARGE') return this.#corrupt(`it unpacks to more than its ${this.#record.size} bytes`);
    return error instanceof Error && typeof code === 'string' && code.startsWith('Z_')
      ? this.#corrupt(error.message)
      : error;
  }

  #corrupt(why: string): Error {
    return kitFailures['entry-corrupt']({ archive: this.#source.archive, entry: shown(this.key), why });
  }
}

// oxlint-disable-next-line require-yield
async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  if (bytes.length > 0) yield bytes;
}

function hex(sum: number): string {
  return sum.toString(16).padStart(8, '0');
}
