import { createHash, type Hash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, open, readFile, rename, rm, writeFile } from 'node:fs/promises';
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
  #begun: Begun = nothingYet();
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
    part.#begun = await readBegun(part.#bytesPath);
    if (part.sizeBytes > 0) part.validator = note.validator;
    return part;
  }

  /** Bytes here that may be continued; 0 when there is nothing to go by. */
  get sizeBytes(): number {
    return this.#begun.sizeBytes;
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
    this.#begun = nothingYet();
    this.validator = validator;
  }

  /** Appends what comes. Close it with `await using`. */
  async append(): Promise<PartWriter> {
    return new PartWriter(await open(this.#bytesPath, 'a'), this.#begun);
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

  /** What an earlier attempt noted; never an error, for without a note there is simply nothing to resume. */
  async #readNote(): Promise<PartNote | undefined> {
    try {
      const note = JSON.parse(await readFile(this.#notePath, 'utf8')) as Partial<PartNote> | null;
      return typeof note?.urlSha256 === 'string' && typeof note.validator?.value === 'string'
        ? (note as PartNote)
        : undefined;
    } catch {
      return undefined; // missing or torn: as good as none
    }
  }
}

/** What is known of the bytes so far. */
interface Begun {
  readonly hash: Hash;
  /** The beginning of the file, to tell what it is. */
  readonly head: Buffer;
  readonly sizeBytes: number;
}

function nothingYet(): Begun {
  return { hash: createHash('sha256'), head: Buffer.alloc(0), sizeBytes: 0 };
}

/** Read before the server is asked: hashing gigabytes while it waits would let the connection die. */
async function readBegun(path: string): Promise<Begun> {
  const hash = createHash('sha256');
  const head: Uint8Array[] = [];
  let sizeBytes = 0;
  try {
    for await (const piece of createReadStream(path, { highWaterMark: 1024 * 1024 }) as AsyncIterable<Buffer>) {
      hash.update(piece);
      if (sizeBytes < sniffBytes) head.push(piece.subarray(0, sniffBytes));
      sizeBytes += piece.length;
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    return nothingYet();
  }
  return { hash, head: Buffer.concat(head), sizeBytes };
}

/** The end of a part that is being written. */
export class PartWriter implements AsyncDisposable {
  readonly #file: Awaited<ReturnType<typeof open>>;
  readonly #hash: Hash;
  /** The beginning of the whole file, to tell what it is. */
  head: Buffer;
  /** Of the whole file so far. */
  sizeBytes: number;

  constructor(file: Awaited<ReturnType<typeof open>>, begun: Begun) {
    this.#file = file;
    this.#hash = begun.hash;
    this.head = begun.head;
    this.sizeBytes = begun.sizeBytes;
  }

  /** Returns when the system has taken the bytes: that is the backpressure of the whole download. */
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
