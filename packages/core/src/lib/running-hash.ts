import { createHash, hash } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { isMainThread } from 'node:worker_threads';
import type { HashReply, HashRequest } from './hash-worker.ts';
import { SideThread } from './side-thread.ts';

/** The hash of bytes that come piece by piece. To be disposed of where it may be left before its digest. */
export interface RunningHash extends Disposable {
  /** To be awaited before the next piece; the bytes may change from then on. */
  update(bytes: Uint8Array): Promise<void> | undefined;
  /** To be called once, after the last piece. */
  digest(): Promise<Buffer>;
}

// Less is hashed here before the thread has its first byte.
const leastBytes = 4 * 1024 * 1024;
// One is filled while the other is hashed. To wake a thread costs up to 400 us; a half is 1,400 us of MD5.
const halfBytes = 1024 * 1024;
// SHA-256 and SHA-1 have instructions of their own: less work than handing the bytes over.
const slow = 'md5';

const thread = new SideThread<HashRequest, HashReply>('lib/hash-worker');
/** Given back, to be used again: memory of this size comes back late. */
const free: SharedArrayBuffer[] = [];
let made = 0;

/**
 * Starts a hash (`md5`, `sha256`) of so many bytes; an MD5 of many in a thread beside this one.
 *
 * MD5 takes 1.4 seconds for a gigabyte, in which this thread would neither read nor send. `sizeBytes` decides only
 * where it is done; undefined stands for few. Threads that work beside others hash for themselves.
 */
export function runningHash(algorithm: string, sizeBytes: number | undefined): RunningHash {
  const isLong = algorithm === slow && (sizeBytes ?? 0) >= leastBytes;
  const isAside = isLong && isMainThread && availableParallelism() > 1;
  return isAside ? new HashAside(algorithm) : new HashHere(algorithm);
}

/** The hash of bytes that are all there, and stay as they are meanwhile. */
export async function hashOf(algorithm: string, bytes: Uint8Array): Promise<Buffer> {
  if (bytes.length < leastBytes) return hash(algorithm, bytes, 'buffer');
  const running = runningHash(algorithm, bytes.length);
  await running.update(bytes);
  return running.digest();
}

class HashHere implements RunningHash {
  readonly #hash;

  constructor(algorithm: string) {
    this.#hash = createHash(algorithm);
  }

  update(bytes: Uint8Array): undefined {
    this.#hash.update(bytes);
  }

  async digest(): Promise<Buffer> {
    return this.#hash.digest();
  }

  [Symbol.dispose](): void {
    // Nothing of it lies elsewhere.
  }
}

class HashAside implements RunningHash {
  readonly #id = made++;
  readonly #algorithm: string;
  readonly #memory = free.pop() ?? new SharedArrayBuffer(2 * halfBytes);
  /** Where the half that is being filled starts. */
  #start = 0;
  #filled = 0;
  /** The half that is being hashed. */
  #underWay: Promise<HashReply> | undefined;
  #isFirst = true;
  #hasEnded = false;

  constructor(algorithm: string) {
    this.#algorithm = algorithm;
  }

  update(bytes: Uint8Array): Promise<void> | undefined {
    if (this.#hasEnded) return undefined;
    if (this.#filled + bytes.length >= halfBytes) return this.#pass(bytes);
    this.#fill(bytes);
    return undefined;
  }

  async digest(): Promise<Buffer> {
    const { digest } = await this.#end('digest');
    if (digest === undefined) throw new Error('the hashing thread gave no digest');
    return Buffer.from(digest.buffer, digest.byteOffset, digest.length);
  }

  [Symbol.dispose](): void {
    if (this.#hasEnded) return;
    if (this.#isFirst) free.push(this.#memory);
    else this.#end('given-up').catch(() => undefined);
  }

  async #pass(bytes: Uint8Array): Promise<void> {
    for (let at = 0; at < bytes.length; ) {
      const some = bytes.subarray(at, at + halfBytes - this.#filled);
      this.#fill(some);
      at += some.length;
      if (this.#filled < halfBytes) return;
      const before = this.#underWay;
      this.#underWay = this.#send();
      // Told to whoever passes the next half on, or asks for the digest.
      this.#underWay.catch(() => undefined);
      this.#start = halfBytes - this.#start;
      this.#filled = 0;
      // It had the other half, which is filled next.
      await before;
      // Given up meanwhile: the memory is another's by now.
      if (this.#hasEnded) return;
    }
  }

  #fill(bytes: Uint8Array): void {
    new Uint8Array(this.#memory, this.#start + this.#filled, bytes.length).set(bytes);
    this.#filled += bytes.length;
  }

  async #end(how: 'digest' | 'given-up'): Promise<HashReply> {
    this.#hasEnded = true;
    const [, reply] = await Promise.all([this.#underWay, this.#send(how)]);
    free.push(this.#memory);
    return reply;
  }

  #send(end?: 'digest' | 'given-up'): Promise<HashReply> {
    const bytes = new Uint8Array(this.#memory, this.#start, this.#filled);
    const isFirst = this.#isFirst;
    this.#isFirst = false;
    const ending = end === undefined ? {} : { end };
    return thread.ask({ id: this.#id, algorithm: this.#algorithm, isFirst, bytes, ...ending });
  }
}
