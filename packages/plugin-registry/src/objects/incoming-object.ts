import { randomUUID } from 'node:crypto';
import { chmodSync, closeSync, mkdirSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** An object being written into a cache: invisible until `publish`, and gone without it. */
export class IncomingObject {
  /** Bytes so far. */
  size = 0;
  readonly #cacheDir: string;
  readonly #temporary: string;
  #file: number | undefined;

  constructor(cacheDir: string) {
    this.#cacheDir = cacheDir;
    this.#temporary = join(cacheDir, 'files', 'md5', `.${randomUUID()}.tmp`);
    mkdirSync(dirname(this.#temporary), { recursive: true });
    this.#file = openSync(this.#temporary, 'wx');
  }

  write(piece: Uint8Array): void {
    if (this.#file === undefined) throw new Error('the object is closed');
    for (let at = 0; at < piece.length; ) at += writeSync(this.#file, piece, at);
    this.size += piece.length;
  }

  /** Makes the object visible under its key and trusted (0444), over one that was there. */
  publish(key: string): void {
    this.#end();
    chmodSync(this.#temporary, 0o444);
    const target = join(this.#cacheDir, key);
    mkdirSync(dirname(target), { recursive: true });
    renameSync(this.#temporary, target);
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
