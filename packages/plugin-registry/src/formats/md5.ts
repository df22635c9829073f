import { createHash } from 'node:crypto';

/** What DVC 2 hashed: text has its CRLF read as LF, chunk by chunk. The stored object keeps its bytes. */
export class LegacyMd5 {
  readonly #hash = createHash('md5');
  #held = Buffer.alloc(0);
  #text: boolean | undefined;

  /** Takes the file's next bytes, in pieces of any size. */
  update(bytes: Uint8Array): this {
    this.#held = Buffer.concat([this.#held, bytes]);
    // DVC reads 1 MiB at a time, so a CRLF on that border stays as it is: the chunks are part of the hash.
    while (this.#held.length >= chunkBytes) {
      this.#take(this.#held.subarray(0, chunkBytes));
      this.#held = this.#held.subarray(chunkBytes);
    }
    return this;
  }

  digest(): string {
    this.#take(this.#held);
    return this.#hash.digest('hex');
  }

  #take(chunk: Buffer): void {
    if (chunk.length === 0) return;
    this.#text ??= looksLikeText(chunk.subarray(0, 512));
    if (this.#text) this.#hash.update(chunk.toString('latin1').replaceAll('\r\n', '\n'), 'latin1');
    else this.#hash.update(chunk);
  }
}

const chunkBytes = 1_048_576;

/** DVC's guess: no NUL and at most 30 % bytes outside printable ASCII, tab, line ends, form feed and backspace. */
export function looksLikeText(head: Uint8Array): boolean {
  if (head.includes(0)) return false;
  let odd = 0;
  for (const byte of head) if (!((byte >= 0x20 && byte <= 0x7e) || textControls.includes(byte))) odd += 1;
  return odd <= head.length * 0.3;
}

// \n \r \t \f \b
const textControls = [0x0a, 0x0d, 0x09, 0x0c, 0x08];
