import { write } from 'node:fs';
import { promisify } from 'node:util';
import { writeFully } from './atomic-file.ts';

const writeBehind = promisify(write);

// Up to here pieces are written as they come: for a short file a trip to the thread pool costs more than its bytes.
const directBytes = 512 * 1024;
const bufferBytes = 512 * 1024;

/**
 * Writes a stream to an open file, `onPiece` seeing every piece on its way. Returns the bytes written.
 *
 * What a long stream brings is copied into one of two buffers: while the disk takes the one, the other is filled, so
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
      else await (behind ??= new Behind(file)).add(piece);
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

class Behind {
  readonly #file: number;
  #filling = Buffer.allocUnsafeSlow(bufferBytes);
  #other = Buffer.allocUnsafeSlow(bufferBytes);
  #filled = 0;
  #writing: Promise<void> = Promise.resolve();

  constructor(file: number) {
    this.#file = file;
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
    await this.#swap();
    await this.#writing;
  }

  async settled(): Promise<void> {
    await this.#writing.catch(() => undefined);
  }

  /** Waits for the buffer before this one, and lets this one go. */
  async #swap(): Promise<void> {
    await this.#writing;
    const full = this.#filling.subarray(0, this.#filled);
    [this.#filling, this.#other] = [this.#other, this.#filling];
    this.#filled = 0;
    this.#writing = this.#write(full);
    // Awaited by the next swap; a failure before it must not end the process.
    this.#writing.catch(() => undefined);
  }

  async #write(bytes: Buffer): Promise<void> {
    for (let at = 0; at < bytes.length; ) {
      const { bytesWritten } = await writeBehind(this.#file, bytes, at, bytes.length - at, null);
      at += bytesWritten;
    }
  }
}
