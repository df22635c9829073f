import type { FileHandle } from 'node:fs/promises';
import type { RandomReader } from './archive.ts';

/** Reads a local file; the handle stays its owner's to close. */
export function fileReader(handle: FileHandle, size: number): RandomReader {
  return {
    size,
    async read(start, end) {
      const bytes = Buffer.allocUnsafeSlow(end - start);
      let filled = 0; // one read may bring fewer bytes than asked, on network file systems above all
      while (filled < bytes.length) {
        const { bytesRead } = await handle.read(bytes, filled, bytes.length - filled, start + filled);
        if (bytesRead === 0) break;
        filled += bytesRead;
      }
      return bytes.subarray(0, filled);
    },
  };
}

/** Thrown inside the extractor and turned into `kit.archive-damaged` where the archive's name is known. */
export class Damage extends Error {}

/** Reads a range whole, or says that the archive ends too early. */
export async function readWhole(reader: RandomReader, start: number, end: number): Promise<Buffer> {
  if (start < 0 || end > reader.size) throw new Damage(`bytes ${start} to ${end} lie outside its ${reader.size} bytes`);
  if (start === end) return Buffer.alloc(0);
  const bytes = await reader.read(start, end);
  if (bytes.length !== end - start) throw new Damage(`it ends after ${start + bytes.length} bytes`);
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
}

/** All pieces as one, in memory of its own (`Buffer.concat` would put short ones into Node's shared pool). */
export async function joinBytes(pieces: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const all: Uint8Array[] = [];
  let length = 0;
  for await (const piece of pieces) {
    all.push(piece);
    length += piece.length;
  }
  const joined = new Uint8Array(length);
  let at = 0;
  for (const piece of all) {
    joined.set(piece, at);
    at += piece.length;
  }
  return joined;
}

/** Bytes of one piece when much is read in order: large enough for a disk, small enough for memory. */
const pieceBytes = 1024 * 1024;

/** A range in order, in pieces of at most 1 MiB. */
export async function* readPieces(reader: RandomReader, start: number, end: number): AsyncGenerator<Buffer> {
  for (let at = start; at < end; at += pieceBytes) yield await readWhole(reader, at, Math.min(end, at + pieceBytes));
}

/**
 * Serves small neighbouring ranges out of one larger read.
 *
 * The first read is exact, so that one entry of a remote archive costs one entry; readers that go on in order
 * get windows that double up to 1 MiB. What it returns is a view of the window: copy before handing it out.
 */
export class WindowedReader {
  readonly #reader: RandomReader;
  readonly #end: number;
  /** The window is `[start, stop)`; `bytes` may still be on their way. */
  #start = 0;
  #stop = 0;
  #bytes: Promise<Buffer> = Promise.resolve(Buffer.alloc(0));
  /** Bytes to read at least, the next time someone goes on in order. */
  #ahead = 0;

  /** `end`: nothing behind this place is ever asked for, so no window reaches beyond it. */
  constructor(reader: RandomReader, end: number) {
    this.#reader = reader;
    this.#end = end;
  }

  /** A view of exactly `[start, end)`. */
  async read(start: number, end: number): Promise<Buffer> {
    if (start < this.#start || end > this.#stop) this.#move(start, end);
    const from = this.#start;
    const bytes = await this.#bytes;
    return bytes.subarray(start - from, end - from);
  }

  /** Synchronous up to the assignment, so entries opened at once share one read. */
  #move(start: number, end: number): void {
    const inOrder = this.#stop > 0 && start >= this.#start && start <= this.#stop + pieceBytes;
    this.#ahead = inOrder ? Math.min(pieceBytes, Math.max(64 * 1024, this.#ahead * 2)) : 0;
    this.#start = start;
    this.#stop = Math.max(end, Math.min(this.#end, start + this.#ahead));
    this.#bytes = readWhole(this.#reader, this.#start, this.#stop);
    this.#bytes.catch(() => undefined); // whoever awaits it sees it; nobody may be left to
  }
}
