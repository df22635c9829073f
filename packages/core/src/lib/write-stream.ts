import { write } from 'node:fs';
import { promisify } from 'node:util';
import { writeFully } from './atomic-file.ts';

const writeBehind = promisify(write);

// Up to here pieces are written as they come: for a short file a trip to the thread pool costs more than its bytes.
const directBytes = 512 * 1024;
const bufferBytes = 512 * 1024;
// With two, network and disk wait for each other in turn.
const buffers = 4;

/**
 * Writes a stream to an open file from its start, `onPiece` seeing every piece on its way. Returns the bytes written.
 *
 * What a long stream brings is copied into one of four buffers: while the disk takes the others, this one is filled, so
 * that the network and whatever `onPiece` computes never wait for a write. Pieces may be used again by their source.
 */
export async function writeStream(
  file: number,
  pieces: AsyncIterable<Uint8Array>,
  onPiece: (piece: Uint8Array) => void = () => undefined,
): Promise<number> {
  let written = 0;
  let behind: Behind | undefined;
  try {
    for await (const piece of pieces) {
      if (written < directBytes) writeFully(file, piece);
      else await (behind ??= new Behind(file, written)).add(piece);
      written += piece.length;
      onPiece(piece);
    }
    await behind?.flush();
  } finally {
    // The caller closes the file: nothing may still be on its way into it.
    await behind?.settled();
  }
  return written;
}

/** Pieces on their way into a file: as many writes at once as there are buffers beside the one that is filled. */
class Behind {
  readonly #file: number;
  /** Where the next buffer goes. */
  #at: number;
  #filling = Buffer.allocUnsafeSlow(bufferBytes);
  #filled = 0;
  readonly #spare: Buffer<ArrayBuffer>[] = [];
  #made = 1;
  /** Those that are done are out of it. */
  readonly #writing = new Set<Promise<void>>();

  constructor(file: number, at: number) {
    this.#file = file;
    this.#at = at;
  }

  async add(piece: Uint8Array): Promise<void> {
    for (let at = 0; at < piece.length; ) {
      const some = piece.subarray(at, at + bufferBytes - this.#filled);
      this.#filling.set(some, this.#filled);
      this.#filled += some.length;
      at += some.length;
      if (this.#filled === bufferBytes) await this.#swap();
    }
  }

  async flush(): Promise<void> {
    this.#send();
    await Promise.all(this.#writing);
  }

  async settled(): Promise<void> {
    await Promise.allSettled(this.#writing);
  }

  /** Lets a full buffer go, and waits for one that is free. */
  async #swap(): Promise<void> {
    this.#send();
    if (this.#spare.length === 0 && this.#made < buffers) {
      this.#made++;
      this.#spare.push(Buffer.allocUnsafeSlow(bufferBytes));
    }
    while (this.#spare.length === 0) await Promise.race(this.#writing);
    this.#filling = this.#spare.pop() as Buffer<ArrayBuffer>;
  }

  #send(): void {
    const full = this.#filling;
    const writing = this.#write(full.subarray(0, this.#filled), this.#at).then(() => {
      this.#writing.delete(writing);
      this.#spare.push(full);
    });
    // Awaited later, for it stays; a failure before that must not end the process.
    writing.catch(() => undefined);
    this.#writing.add(writing);
    this.#at += this.#filled;
    this.#filled = 0;
  }

  async #write(bytes: Buffer, position: number): Promise<void> {
    for (let at = 0; at < bytes.length; ) {
      const { bytesWritten } = await writeBehind(this.#file, bytes, at, bytes.length - at, position + at);
      at += bytesWritten;
    }
  }
}
