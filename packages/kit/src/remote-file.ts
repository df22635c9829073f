import { setTimeout as wait } from 'node:timers/promises';
import { failureOf, type FetchedResponse } from '@dataset-runner/core/plugin';
import { type Question, send, statusFailure, validatorOf } from './download/answer.ts';
import type { Validator } from './download/part-file.ts';
import { asCut, shownUrl } from './download/trouble.ts';
import type { RandomReader } from './extract.ts';
import { kitFailures } from './failures.ts';
import { sniffBytes } from './sniff.ts';

export interface RemoteFileOptions extends Question {
  /** How often in a row it goes on behind a cut without a byte coming. Default 4. */
  readonly patience?: number;
  /** Before the first of these; doubled each time. Default 500. */
  readonly firstWaitMs?: number;
}

/**
 * Opens a file on a server that is to be read where it is, in order or at random, without a copy.
 *
 * Every later answer is asked for with If-Range and compared: bytes of two versions are never mixed. Throws
 * `kit.download-refused` for good, `-unavailable` and `-cut` (transient).
 */
export async function openRemoteFile(options: RemoteFileOptions): Promise<RemoteFile> {
  const response = await send(options, {});
  if (response.status !== 200) throw await statusFailure(options.url, response);
  const file = new RemoteFile(options, response);
  await file.readHead();
  return file;
}

/** One version of a file on a server. */
export class RemoteFile implements AsyncDisposable {
  /** Bytes; undefined where the server does not tell. */
  readonly sizeBytes: number | undefined;
  /** Equal only for the same bytes; undefined where the server proves nothing. */
  readonly version: string | undefined;
  /** As the server calls it. */
  readonly contentType: string | undefined;
  /** Its first bytes, to tell what it is. */
  head: Uint8Array = new Uint8Array();
  readonly #options: RemoteFileOptions;
  readonly #validator: Validator | undefined;
  readonly #ranges: boolean;
  /** The pieces read for the head; `stream` brings them again. */
  readonly #begun: Uint8Array[] = [];
  #body: AsyncIterator<Uint8Array>;

  constructor(options: RemoteFileOptions, response: FetchedResponse) {
    const { headers } = response;
    const length = headers['content-length'];
    this.#options = options;
    this.#validator = validatorOf(headers);
    this.#ranges = headers['accept-ranges'] === 'bytes';
    this.sizeBytes = length === undefined ? undefined : Number(length);
    this.contentType = headers['content-type'];
    this.version = this.#validator === undefined ? undefined : `${this.#validator.value} ${length ?? ''}`;
    this.#body = response.body[Symbol.asyncIterator]();
  }

  /** Whether it can be read at random: the server has ranges, tells the size and proves which version it sends. */
  get isRandom(): boolean {
    return this.#ranges && this.#validator !== undefined && (this.sizeBytes ?? 0) > 0;
  }

  async readHead(): Promise<void> {
    let length = 0;
    while (length < sniffBytes) {
      const next = await this.#next(length);
      if (next === undefined) break;
      this.#begun.push(next);
      length += next.length;
    }
    this.head = Buffer.concat(this.#begun).subarray(0, sniffBytes);
  }

  /** All its bytes in order, once; a cut connection is taken up again behind the last byte where the server can. */
  async *stream(): AsyncGenerator<Uint8Array> {
    let at = 0;
    for (const piece of this.#begun.splice(0)) {
      at += piece.length;
      yield piece;
    }
    let failedInRow = 0;
    for (;;) {
      try {
        const piece = await this.#next(at);
        if (piece === undefined) return;
        failedInRow = 0;
        at += piece.length;
        yield piece;
      } catch (error) {
        await this.#goOn(error, failedInRow++, at);
      }
    }
  }

  /** Its bytes at random, each range a request of its own; see {@link isRandom}. */
  reader(): RandomReader {
    return { size: this.sizeBytes ?? 0, read: (start, end) => this.#readRange(start, end) };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#body.return?.();
  }

  /** The next piece of the open answer; undefined at the announced end. */
  async #next(at: number): Promise<Uint8Array | undefined> {
    const { url, signal } = this.#options;
    const place = { url: shownUrl(url), received: at, ...this.#expected() };
    try {
      const next = await this.#body.next();
      if (next.done !== true) return next.value;
    } catch (error) {
      throw asCut(error, place, signal);
    }
    if (this.sizeBytes === undefined || at === this.sizeBytes) return undefined;
    throw kitFailures['download-cut']({ ...place, why: 'it ended politely, but not where it announced' });
  }

  #expected(): { expected?: number } {
    return this.sizeBytes === undefined ? {} : { expected: this.sizeBytes };
  }

  /** Opens the rest of the stream, or throws what ended it. */
  async #goOn(error: unknown, failedInRow: number, at: number): Promise<void> {
    await this.#pause(error, failedInRow);
    try {
      this.#body = (await this.#askRange(at, undefined)).body[Symbol.asyncIterator]();
    } catch (again) {
      // The loop comes here again: reading of a body that never came throws why.
      this.#body = { next: () => Promise.reject(again) };
    }
  }

  async #readRange(start: number, end: number): Promise<Uint8Array> {
    const bytes = new Uint8Array(end - start);
    // No range can be asked for that is empty.
    if (bytes.length === 0) return bytes;
    let filled = 0;
    for (let failedInRow = 0; ; ) {
      try {
        const { body } = await this.#askRange(start + filled, end);
        for await (const piece of body) {
          if (piece.length > bytes.length - filled) throw this.#changed('more bytes came than were asked for');
          bytes.set(piece, filled);
          filled += piece.length;
          failedInRow = 0;
        }
        if (filled === bytes.length) return bytes;
        throw kitFailures['download-cut']({
          url: shownUrl(this.#options.url),
          received: start + filled,
          why: 'a range came short',
        });
      } catch (error) {
        const trouble = asCut(
          error,
          { url: shownUrl(this.#options.url), received: start + filled },
          this.#options.signal,
        );
        await this.#pause(trouble, failedInRow++);
      }
    }
  }

  /** Waits before another request, or throws the trouble when it will not pass. */
  async #pause(trouble: unknown, failedInRow: number): Promise<void> {
    const { patience = 4, firstWaitMs = 500, signal } = this.#options;
    const failure = failureOf(trouble);
    if (failure?.transient !== true || !this.isRandom || failedInRow >= patience) throw trouble;
    const { retryAfterMs = 0 } = ('details' in failure ? failure.details : {}) as { readonly retryAfterMs?: number };
    // Longer than a minute is for the engine's own retries to wait: a connection here would be given up.
    if (retryAfterMs > 60_000) throw trouble;
    await wait(
      Math.max(retryAfterMs, firstWaitMs * 2 ** failedInRow),
      undefined,
      signal === undefined ? {} : { signal },
    );
  }

  async #askRange(start: number, end: number | undefined): Promise<FetchedResponse> {
    const validator = this.#validator as Validator;
    const range = `bytes=${start}-${end === undefined ? '' : end - 1}`;
    const response = await send(this.#options, { range, 'if-range': validator.value });
    const { status, headers } = response;
    if (status !== 206) {
      if (status !== 200 && status !== 416) throw await statusFailure(this.#options.url, response);
      await response.body[Symbol.asyncIterator]().return?.();
      throw this.#changed(
        status === 200 ? 'the server sends another version from its start' : 'its end lies elsewhere',
      );
    }
    // Not every server honours If-Range, so what it says of the version is compared once more.
    const told = headers[validator.kind];
    const last = (end ?? this.sizeBytes ?? 0) - 1;
    if (
      (told === undefined || told === validator.value) &&
      headers['content-range'] === `bytes ${start}-${last}/${this.sizeBytes}`
    ) {
      return response;
    }
    await response.body[Symbol.asyncIterator]().return?.();
    throw this.#changed(told === undefined || told === validator.value ? 'another range came' : `it is ${told} now`);
  }

  #changed(why: string): Error {
    return kitFailures['remote-changed']({ url: shownUrl(this.#options.url), version: this.version ?? '', why });
  }
}
