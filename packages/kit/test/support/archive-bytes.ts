import { crc32, deflateRawSync } from 'node:zlib';

/** One zip entry, with every field that a hostile archive may lie about. */
export interface ZipPart {
  readonly name: string | Uint8Array;
  readonly data?: string | Uint8Array;
  readonly deflate?: boolean;
  readonly method?: number;
  readonly flags?: number;
  readonly mode?: number;
  readonly crc32?: number;
  readonly size?: number;
  readonly localName?: string;
  readonly extra?: Uint8Array;
  /** Points at the bytes of an earlier entry instead of writing its own. */
  readonly sameBytesAs?: number;
}

export interface ZipShape {
  /** Bytes before the archive whose offsets do not count them. */
  readonly prefix?: Uint8Array;
  readonly comment?: string;
  readonly count?: number;
  readonly disk?: number;
}

/** Builds a zip byte by byte, honest or not. */
export function zipBytes(parts: readonly ZipPart[], shape: ZipShape = {}): Buffer {
  const locals: Buffer[] = [];
  const central: Buffer[] = [];
  const offsets: number[] = [];
  let at = 0;
  for (const part of parts) {
    const name = Buffer.from(part.name);
    const data = Buffer.from(part.data ?? '');
    const packed = part.deflate === true ? deflateRawSync(data) : data;
    const fields = Buffer.alloc(26);
    fields.writeUInt16LE(20, 0);
    fields.writeUInt16LE(part.flags ?? 0, 2);
    fields.writeUInt16LE(part.method ?? (part.deflate === true ? 8 : 0), 4);
    fields.writeUInt32LE(0x00210000, 6); // 1980-01-01 00:00
    fields.writeUInt32LE(part.crc32 ?? crc32(data), 10);
    fields.writeUInt32LE(packed.length, 14);
    fields.writeUInt32LE(part.size ?? data.length, 18);
    const offset = part.sameBytesAs === undefined ? at : (offsets[part.sameBytesAs] ?? 0);
    offsets.push(offset);
    if (part.sameBytesAs === undefined) {
      const localName = Buffer.from(part.localName ?? name);
      const local = Buffer.concat([Buffer.from('PK\x03\x04', 'latin1'), fields, localName, packed]);
      local.writeUInt16LE(localName.length, 26);
      locals.push(local);
      at += local.length;
    }
    const extra = Buffer.from(part.extra ?? []);
    const record = Buffer.concat([Buffer.from('PK\x01\x02\x14\x03', 'latin1'), fields, Buffer.alloc(14), name, extra]);
    record.writeUInt16LE(name.length, 28);
    record.writeUInt16LE(extra.length, 30);
    record.writeUInt32LE((part.mode ?? 0o100644) * 0x10000, 38);
    record.writeUInt32LE(offset, 42);
    central.push(record);
  }
  const directory = Buffer.concat(central);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(shape.disk ?? 0, 4);
  end.writeUInt16LE(shape.count ?? parts.length, 8);
  end.writeUInt16LE(shape.count ?? parts.length, 10);
  end.writeUInt32LE(directory.length, 12);
  end.writeUInt32LE(at, 16);
  const comment = Buffer.from(shape.comment ?? '', 'latin1');
  end.writeUInt16LE(comment.length, 20);
  return Buffer.concat([shape.prefix ?? Buffer.alloc(0), ...locals, directory, end, comment]);
}

/** One tar member; `type` is the header's single character. */
export interface TarPart {
  readonly name: string | Uint8Array;
  readonly data?: string | Uint8Array;
  readonly type?: string;
  readonly link?: string;
  readonly mode?: number;
}

/** Builds a ustar byte by byte. `end: 'missing'` leaves out the two empty blocks. */
export function tarBytes(parts: readonly TarPart[], shape: { readonly end?: 'missing' } = {}): Buffer {
  const blocks: Buffer[] = [];
  for (const part of parts) {
    const data = Buffer.from(part.data ?? '');
    const header = Buffer.alloc(512);
    header.set(Buffer.from(part.name), 0);
    const octal = (value: number, at: number, length: number): void =>
      void header.write(value.toString(8).padStart(length - 1, '0'), at, 'latin1');
    octal(part.mode ?? 0o644, 100, 8);
    octal(0, 108, 8);
    octal(0, 116, 8);
    octal(data.length, 124, 12);
    octal(1_000_000_000, 136, 12);
    header.write('        ', 148, 'latin1');
    header.write(part.type ?? '0', 156, 'latin1');
    header.write(part.link ?? '', 157, 'latin1');
    header.write('ustar\x0000', 257, 'latin1');
    octal(
      header.reduce((sum, byte) => sum + byte, 0),
      148,
      7,
    );
    blocks.push(header, data, Buffer.alloc((512 - (data.length % 512)) % 512));
  }
  return Buffer.concat(shape.end === 'missing' ? blocks : [...blocks, Buffer.alloc(1024)]);
}
