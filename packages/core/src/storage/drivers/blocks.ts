import { StoreTrouble, type Bytes } from '../../model/driver.ts';

/** One part of a large file: its bytes, and where they start in it. */
export interface Block {
  readonly bytes: Buffer;
  /** 0-based. */
  readonly index: number;
  readonly start: number;
  /** No block follows; the last one may be empty when it is also the first. */
  readonly isLast: boolean;
  /** Gives the buffer back, after which `bytes` are no longer its own. */
  readonly release: () => void;
}

/**
 * Cuts bytes into blocks of exactly `blockBytes`, the last one shorter; one is held back to know which is the last.
 *
 * A stream's blocks stay as they are until they are released, so that they can be sent again. Released buffers are used
 * for later blocks: garbage of many megabytes outlives its use for long, and memory would grow with the file. Bytes in
 * memory are not copied. A buffer has `firstBytes` at first and grows: files mostly are far smaller than a block.
 */
export async function* blocksOf(
  body: Bytes,
  blockBytes: number,
  firstBytes = 64 * 1024,
): AsyncGenerator<Block, void, undefined> {
  let index = 0;
  let start = 0;
  const block = (bytes: Buffer, isLast: boolean, release: () => void): Block => {
    const made = { bytes, index: index++, start, isLast, release };
    start += bytes.length;
    return made;
  };
  if (body instanceof Uint8Array) {
    const bytes = Buffer.from(body.buffer, body.byteOffset, body.length);
    for (let at = 0; at === 0 || at < bytes.length; at += blockBytes)
      yield block(bytes.subarray(at, at + blockBytes), at + blockBytes >= bytes.length, () => undefined);
    return;
  }
  const filling = new Filling(blockBytes, firstBytes);
  const filled = (bytes: Buffer, isLast: boolean): Block => block(bytes, isLast, () => filling.reuse(bytes));
  let held: Buffer | undefined;
  for await (const piece of body) {
    for (let at = 0; at < piece.length; ) {
      if (held !== undefined) yield filled(held, false);
      held = undefined;
      at += filling.add(piece.subarray(at));
      if (filling.isFull) held = filling.take();
    }
  }
  const rest = filling.take();
  if (held !== undefined) yield filled(held, rest.length === 0);
  if (rest.length > 0 || index === 0) yield filled(rest, true);
}

/**
 * The same for bytes whose number was announced. Throws `corrupt` when there are more or fewer, before the last block:
 * by then the source has been read to its end, and has said what is wrong with it.
 */
export async function* sizedBlocks(
  body: Bytes,
  sizeBytes: number,
  blockBytes: number,
): AsyncGenerator<Block, void, undefined> {
  const mostBytes = Math.max(1, Math.min(blockBytes, sizeBytes));
  for await (const block of blocksOf(body, mostBytes, mostBytes)) {
    const endBytes = block.start + block.bytes.length;
    const expected = `${sizeBytes} bytes`;
    if (block.isLast ? endBytes !== sizeBytes : endBytes >= sizeBytes) {
      const found = endBytes < sizeBytes ? `${endBytes} bytes` : 'more';
      throw new StoreTrouble('corrupt', 'the bytes have another length than announced', { expected, found });
    }
    yield block;
  }
}

/** Puts a block that was looked at back in front of the others. */
export async function* withFirst(first: Block, rest: AsyncIterable<Block>): AsyncGenerator<Block, void, undefined> {
  yield first;
  yield* rest;
}

/** The block that is being filled; grows with what comes. */
class Filling {
  readonly #mostBytes: number;
  readonly #firstBytes: number;
  /** Whole blocks that were given back; a set, so that one given back twice is not used twice. */
  readonly #free = new Set<Buffer>();
  #buffer: Buffer = Buffer.alloc(0);
  #filled = 0;

  constructor(mostBytes: number, firstBytes: number) {
    this.#mostBytes = mostBytes;
    this.#firstBytes = firstBytes;
  }

  get isFull(): boolean {
    return this.#filled === this.#mostBytes;
  }

  /** Takes what still fits, and returns how many bytes that were. */
  add(bytes: Uint8Array): number {
    const taken = bytes.subarray(0, this.#mostBytes - this.#filled);
    const needed = this.#filled + taken.length;
    if (needed > this.#buffer.length) this.#grow(needed);
    this.#buffer.set(taken, this.#filled);
    this.#filled = needed;
    return taken.length;
  }

  /** Gives what is in it away and starts anew. */
  take(): Buffer {
    const bytes = this.#buffer.subarray(0, this.#filled);
    this.#buffer = Buffer.alloc(0);
    this.#filled = 0;
    return bytes;
  }

  reuse(bytes: Buffer): void {
    if (bytes.length === this.#mostBytes) this.#free.add(bytes);
  }

  #grow(neededBytes: number): void {
    const [free] = this.#free;
    if (free !== undefined) this.#free.delete(free);
    const grown = Math.min(this.#mostBytes, Math.max(this.#firstBytes, neededBytes, this.#buffer.length * 2));
    // Not from Node's shared pool: a block on its way would hold a whole slab.
    const larger = free ?? Buffer.allocUnsafeSlow(grown);
    larger.set(this.#buffer.subarray(0, this.#filled));
    this.#buffer = larger;
  }
}
