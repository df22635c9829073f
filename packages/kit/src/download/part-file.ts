import { createHash, type Hash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, open, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { sniffBytes } from '../sniff.ts';

/** What proves that the rest of a file belongs to the part we have (RFC 9110: only strong validators do). */
export interface Validator {
  readonly kind: 'etag' | 'last-modified';
  readonly value: string;
}

/** Kept beside the part as `<path>.part.json`. */
interface PartNote {
  /** Hashed, because addresses may carry signatures. */
  readonly urlSha256: string;
  readonly validator: Validator;
}

/**
 * The unfinished bytes of one download: `<path>.part`, with a note of what they are the beginning of.
 *
 * Without a matching note the bytes are worth nothing and the download starts over: an old beginning is never
 * glued to a new end.
 */
export class PartFile {
  readonly #path: string;
  readonly #urlSha256: string;
  /** Bytes here that may be continued; 0 when there is nothing to go by. */
  sizeBytes = 0;
  validator: Validator | undefined;

  private constructor(path: string, url: string) {
    this.#path = path;
    this.#urlSha256 = createHash('sha256').update(url).digest('hex');
  }

  static async find(path: string, url: string): Promise<PartFile> {
    const part = new PartFile(path, url);
    await mkdir(dirname(path), { recursive: true });
    const note = await part.#readNote();
    if (note?.urlSha256 !== part.#urlSha256) return part;
    const size = await stat(part.#bytesPath).then((found) => found.size, () => 0);
    if (size > 0) {
      part.sizeBytes = size;
      part.validator = note.validator;
    }
    return part;
  }

  get #bytesPath(): string {
    return `${this.#path}.part`;
  }
  get #notePath(): string {
    return `${this.#path}.part.json`;
  }

  /** Empties the part. The old bytes go first: a kill in between leaves a note of nothing, which is harmless. */
  async restart(validator: Validator | undefined): Promise<void> {
    await writeFile(this.#bytesPath, '');
    if (validator === undefined) await rm(this.#notePath, { force: true });
    else {
      const note: PartNote = { urlSha256: this.#urlSha256, validator };
      await writeFile(`${this.#notePath}.new`, JSON.stringify(note));
      await rename(`${this.#notePath}.new`, this.#notePath);
    }
    this.sizeBytes = 0;
    this.validator = validator;
  }

  /** Appends what comes, hashing all of it, the bytes already here included. Close it with `await using`. */
  async append(): Promise<PartWriter> {
    const hash = createHash('sha256');
    const head: Uint8Array[] = [];
    let headBytes = 0;
    if (this.sizeBytes > 0) {
      for await (const piece of createReadStream(this.#bytesPath) as AsyncIterable<Buffer>) {
        hash.update(piece);
        if (headBytes < sniffBytes) head.push(piece.subarray(0, sniffBytes));
        headBytes += piece.length;
      }
    }
    const file = await open(this.#bytesPath, 'a');
    return new PartWriter(file, { hash, head: Buffer.concat(head), sizeBytes: this.sizeBytes });
  }

  /** Makes the finished part the file, at once. */
  async publish(): Promise<void> {
    await rename(this.#bytesPath, this.#path);
    await rm(this.#notePath, { force: true });
  }

  /** Forgets the part: what it holds is wrong, so nothing may be continued from it. */
  async discard(): Promise<void> {
    await rm(this.#notePath, { force: true });
    await rm(this.#bytesPath, { force: true });
  }

  async #readNote(): Promise<PartNote | undefined> {
    try {
      const note = JSON.parse(await readFile(this.#notePath, 'utf8')) as Partial<PartNote> | null;
      return typeof note?.urlSha256 === 'string' && typeof note.validator?.value === 'string' ? (note as PartNote) : undefined;
    } catch {
      return undefined; // missing or torn: as good as none
    }
  }
}

/** The end of a part that is being written. */
export class PartWriter implements AsyncDisposable {
  readonly #file: Awaited<ReturnType<typeof open>>;
  readonly #hash: Hash;
  /** The beginning of the whole file, to tell what it is. */
  head: Buffer;
  /** Of the whole file so far. */
  sizeBytes: number;

  constructor(file: Awaited<ReturnType<typeof open>>, begun: { readonly hash: Hash; readonly head: Buffer; readonly sizeBytes: number }) {
    this.#file = file;
    this.#hash = begun.hash;
    this.head = begun.head;
    this.sizeBytes = begun.sizeBytes;
  }

  async write(piece: Uint8Array): Promise<void> {
    this.#hash.update(piece);
    if (this.head.length < sniffBytes) this.head = Buffer.concat([this.head, piece.subarray(0, sniffBytes)]);
    await this.#file.writeFile(piece);
    this.sizeBytes += piece.length;
  }

  /** Forces the bytes to disk, so that a power cut after the rename cannot leave an empty file; returns the sha256. */
  async finish(): Promise<string> {
    await this.#file.sync();
    return this.#hash.digest('hex');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#file.close();
  }
}
