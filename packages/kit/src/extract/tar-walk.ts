import { pipeline, Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { extract, type Header } from 'tar-stream';
import type { RandomReader } from './archive.ts';
import type { Candidate } from './gate.ts';
import { decodeName } from './names.ts';
import { Damage, readPieces } from './reader.ts';
import { Unsupported } from './zip-end.ts';

/** What tar-stream really gives; its own types leave out the place, and promise parts that old tars lack. */
export interface TarHeader {
  readonly name: string;
  readonly size: number | null;
  readonly mode: number | null;
  readonly mtime: Date | null;
  readonly type: Header['type'] | null;
  /** Where the member's data begin in the unpacked tar. */
  readonly byteOffset: number;
  readonly pax?: { readonly [key: string]: string } | null;
}

/** One member of a tar as it streams by: to be read to its end or resumed before the next one comes. */
export interface TarMember extends AsyncIterable<Buffer> {
  readonly header: TarHeader;
  resume(): unknown;
}

/** Sees the unpacked bytes of a `tar.gz` go by; it throws to stop a bomb. */
export type Meter = (bytes: number, packedBytes: number) => void;

/** Walks the members of a tar or tar.gz in order, bounded in memory; a broken archive ends in `Damage`. */
export async function* tarMembers(
  from: RandomReader | AsyncIterable<Uint8Array>,
  how: { readonly gzip: boolean; readonly meter?: Meter },
): AsyncGenerator<TarMember> {
  // Names come as raw bytes, so that their encoding is decided here. The checksum of unknown formats is still checked.
  const options: object = { filenameEncoding: 'latin1', allowUnknownFormat: true };
  const parser = extract(options) as unknown as NodeJS.WritableStream & AsyncIterable<TarMember>;
  let packed = 0; // read from the archive, a little ahead of what is unpacked
  async function* counted(): AsyncGenerator<Uint8Array> {
    // By what is iterated: Node's streams have a `read` too.
    for await (const piece of Symbol.asyncIterator in from ? from : readPieces(from, 0, from.size)) {
      packed += piece.length;
      yield piece;
    }
  }
  async function* metered(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    let bytes = 0;
    for await (const chunk of chunks) {
      bytes += chunk.length;
      how.meter?.(bytes, packed);
      yield chunk;
    }
  }
  const source = Readable.from(counted(), { highWaterMark: 1 });
  // Errors reach the loop below through the parser, so the callbacks have nothing to do.
  if (how.gzip) pipeline(source, createGunzip({ chunkSize: 64 * 1024 }), metered, parser, () => undefined);
  else pipeline(source, metered, parser, () => undefined);
  try {
    yield* parser;
  } catch (error) {
    throw damageOf(error);
  } finally {
    source.destroy(); // a walk that is left early must not leave a reader behind
  }
}

/** What a member says of itself, for the gate. Sparse files are refused: their bytes are not what they unpack to. */
export function tarCandidate(
  header: TarHeader,
  how: { readonly gzip: boolean; readonly encoding: string | undefined },
): Candidate {
  const pax = header.pax ?? {};
  if (Object.keys(pax).some((key) => key.startsWith('GNU.sparse'))) throw new Unsupported('it holds sparse files');
  const bytes = Buffer.from(header.name, pax['path'] === undefined ? 'latin1' : 'utf8'); // pax names are UTF-8 by their standard
  const size = header.size ?? 0;
  return {
    name: decodeName(bytes, { utf8: pax['path'] !== undefined, encoding: how.encoding }),
    kind: kindOf(header.type),
    size,
    packedSize: how.gzip ? undefined : size,
    mode: header.mode ?? 0,
  };
}

/** tar-stream gives null for types it does not know: sparse files, volumes, vendor extensions. */
function kindOf(type: TarHeader['type']): Candidate['kind'] {
  switch (type) {
    case 'file':
    case 'contiguous-file':
      return 'file';
    case 'directory':
      return 'folder';
    case 'symlink':
      return 'symbolic link';
    case 'link':
      return 'hard link';
    case 'character-device':
    case 'block-device':
      return 'device';
    case 'fifo':
      return 'fifo';
    default:
      return 'thing of unknown type';
  }
}

/** tar-stream throws plain errors and zlib `Z_*` ones; system errors (disk, network) and failures pass. */
export function damageOf(error: unknown): unknown {
  if (!(error instanceof Error) || error instanceof Damage || '$type' in error) return error;
  const code = 'code' in error ? String(error.code) : '';
  if (code !== '' && !code.startsWith('Z_')) return error;
  return new Damage(error.message.replace(/\.?\s*$/, ''));
}
