import { randomUUID } from 'node:crypto';
import { chmodSync, closeSync, mkdirSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** An object being written into a cache: invisible until `publish`, and gone without it. */
export class IncomingObject {
  /** Bytes so far. */
  size = 0;
  readonly #target: string;
  readonly #temporary: string;
  #file: number | undefined;

  constructor(cacheDir: string, key: string) {
    this.#target = join(cacheDir, key);
    this.#temporary = join(dirname(this.#target), `.${randomUUID()}.tmp`);
    mkdirSync(dirname(this.#target), { recursive: true });
    this.#file = openSync(this.#temporary, 'wx');
  }

  write(piece: Uint8Array): void {
    if (this.#file === undefined) throw new Error('the object is closed');
    for (let at = 0; at < piece.length; ) at += writeSync(this.#file, piece, at);
    this.size += piece.length;
  }

  /** Makes the object visible and trusted (0444), over one that was there. */
  publish(): void {
    this.#end();
    chmodSync(this.#temporary, 0o444);
    renameSync(this.#temporary, this.#target);
  }

  close(): void {
    this.#end();
    rmSync(this.#temporary, { force: true });
  }

  #end(): void {
    if (this.#file !== undefined) closeSync(this.#file);
    this.#file = undefined;
  }
}
