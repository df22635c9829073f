import type { Dispatcher } from 'undici';
import type { SocketFailure } from './http-agent.ts';
import { HttpTrouble, shownUrl } from './http-trouble.ts';
import { asTrouble, isReset } from './http-failure.ts';
import { sentBody } from './http-upload.ts';
import { passed } from './spare-memory.ts';

/** One request on the wire, after redirects and policy were decided. */
export interface Hop {
  readonly url: URL;
  readonly method: string;
  /** Lower-case names. */
  readonly headers: { readonly [name: string]: string };
  readonly body: Uint8Array | AsyncIterable<Uint8Array> | undefined;
  readonly idleTimeoutMs: number;
  readonly signal: AbortSignal | undefined;
  /** False: never sent twice, whatever its method is. */
  readonly repeatable: boolean;
  readonly dispatcher: Dispatcher;
}

const idempotent = new Set(['GET', 'HEAD', 'OPTIONS', 'PUT', 'DELETE', 'PROPFIND']);

/** Sends one request and returns its exchange as soon as the headers of the answer are there; redirects are not followed. */
export async function sendHop(hop: Hop): Promise<Exchange> {
  for (;;) {
    // A connection is free for the next request a turn after its answer has ended; sooner, a new one would be made.
    await new Promise<void>((resolve) => void setImmediate(resolve));
    const exchange = new Exchange(hop);
    try {
      await exchange.answered();
      return exchange;
    } catch (error) {
      // A kept connection may have been closed by the service just as we used it: that says nothing about the
      // request. A stream cannot be sent twice, and a method that is not idempotent may have happened.
      if (!isStale(error) || hop.signal?.aborted === true || !mayRepeat(hop)) throw asTrouble(error, hop);
    }
  }
}

function isStale(error: unknown): boolean {
  // undici tells the socket with its own errors; those of the system are marked where connections are made.
  const { bytesRead, socket } = error as SocketFailure & { readonly socket?: SocketFailure };
  return isReset(error) && (bytesRead ?? socket?.bytesRead ?? 0) > 0;
}

function mayRepeat({ repeatable, method, body }: Hop): boolean {
  return repeatable && idempotent.has(method) && (body === undefined || body instanceof Uint8Array);
}

type Controller = Dispatcher.DispatchController;
type Headers = { readonly [name: string]: string | readonly string[] | undefined };

// What may wait for its reader; the connection is held back behind it.
const waitingBytes = 256 * 1024;

/**
 * A request and its answer, guarded: silence, cuts, an abort and too many bytes end it with a failure of their own.
 *
 * The idle time counts only while we wait for the service: a slow reader is no reason to give up.
 */
export class Exchange implements Dispatcher.DispatchHandler {
  status = 0;
  /** Lower-case names; repeated headers are joined by `, `. */
  headers: { readonly [name: string]: string } = {};
  readonly hop: Hop;
  readonly #timer: NodeJS.Timeout;
  readonly #upload: { readonly isWhole: boolean } | undefined;
  #controller: Controller | undefined;
  #onAnswer: (() => void) | undefined;
  /** Told of every change while somebody waits for the body. */
  #onChange: (() => void) | undefined;
  #onEnd: (() => void) | undefined;
  #waiting: Uint8Array[] = [];
  #waitingBytes = 0;
  #received = 0;
  #mostBytes = Number.POSITIVE_INFINITY;
  #isGathering = false;
  #isIgnored = false;
  #hasEnded = false;
  #failed: { readonly error: unknown } | undefined;

  constructor(hop: Hop) {
    this.hop = hop;
    const { url, method, headers, idleTimeoutMs, signal } = hop;
    signal?.throwIfAborted();
    this.#timer = setTimeout(() => this.#silent(), idleTimeoutMs);
    signal?.addEventListener('abort', this.#abort, { once: true });
    const upload = sentBody(hop, {
      isAnswered: () => this.status !== 0,
      settled: () => this.#settled(),
      onProgress: () => void this.#timer.refresh(),
    });
    this.#upload = upload;
    const path = url.pathname + url.search;
    // `reset: false`: undici would close the connection after every HEAD.
    const request = { origin: url.origin, path, method, headers, body: upload.body, reset: false };
    hop.dispatcher.dispatch(request as Dispatcher.DispatchOptions, this);
  }

  /** Resolves when the headers are there; rejects with what came instead. */
  answered(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#onAnswer = () => {
        if (this.#failed === undefined) resolve();
        else reject(this.#failed.error);
      };
      if (this.#failed !== undefined || this.status !== 0) this.#onAnswer();
    });
  }

  /** All bytes of the body at once. */
  async bytes(mostBytes: number): Promise<Uint8Array> {
    this.#read(mostBytes);
    this.#isGathering = true;
    if (this.#controller?.paused === true) this.#controller.resume();
    this.#timer.refresh();
    while (!this.#hasEnded && this.#failed === undefined) await this.#changed();
    this.#throwIfFailed();
    const pieces = this.#waiting;
    // The connection may hold on to its last exchange for a while.
    this.#waiting = [];
    return pieces.length === 1 ? (pieces[0] as Uint8Array) : Buffer.concat(pieces);
  }

  /** The bytes of the body as they come. Leaving early cuts the connection. */
  async *body(mostBytes: number): AsyncGenerator<Uint8Array, void, undefined> {
    this.#read(mostBytes);
    try {
      for (;;) {
        const next = this.#waiting.shift();
        if (next !== undefined) {
          this.#waitingBytes -= next.length;
          // While the reader works, more may come.
          if (this.#waitingBytes < waitingBytes / 2 && this.#controller?.paused === true) this.#controller.resume();
          yield next;
        } else if (this.#hasEnded) return;
        else {
          this.#throwIfFailed();
          this.#timer.refresh();
          await this.#changed();
        }
      }
    } finally {
      if (!this.#hasEnded) this.#fail(new HttpTrouble('cut', `${shownUrl(this.hop.url)} was not read to its end`));
    }
  }

  /** Lets a short rest come and go; what is long, or never ends, costs the connection. */
  discard(restBytes: number): void {
    this.#isIgnored = true;
    this.#waiting = [];
    if (this.#hasEnded || this.#failed !== undefined) return;
    if (restBytes < 65_536) this.#controller?.resume();
    else this.#fail(new HttpTrouble('cut', `${shownUrl(this.hop.url)} was not read`));
  }

  onRequestStart(controller: Controller): void {
    this.#controller = controller;
    // It waited for its connection when it was given up.
    if (this.#failed !== undefined) controller.abort(this.#failed.error as Error);
  }

  onResponseStart(controller: Controller, status: number, headers: Headers): void {
    this.#timer.refresh();
    // Two views of the connection's memory for each header: they would keep it as long as the answer is kept.
    controller.rawHeaders = null;
    // An early word; the answer follows.
    if (status < 200) return;
    this.status = status;
    this.headers = flatten(headers);
    // A success that came before the service had all bytes cannot be true; an early refusal can.
    if (status < 300 && this.#upload?.isWhole === false)
      this.#fail(
        new HttpTrouble('protocol', `${shownUrl(this.hop.url)} answered ${status} before it had received everything`),
      );
    this.#onAnswer?.();
  }

  onResponseData(controller: Controller, chunk: Uint8Array): void {
    this.#timer.refresh();
    if (this.#isIgnored) return;
    this.#received += chunk.length;
    if (this.#received > this.#mostBytes) return this.#fail(this.#tooLarge());
    passed(chunk.length);
    this.#waiting.push(chunk);
    this.#waitingBytes += chunk.length;
    if (this.#isGathering) return;
    if (this.#waitingBytes >= waitingBytes) controller.pause();
    this.#onChange?.();
  }

  onResponseEnd(): void {
    this.#hasEnded = true;
    this.#controller = undefined;
    this.#end();
  }

  onResponseError(_controller: Controller, error: Error): void {
    this.#fail(error);
  }

  #read(mostBytes: number): void {
    this.#mostBytes = mostBytes;
    const announced = announcedBytes(this.headers) ?? this.#received;
    if (Math.max(announced, this.#received) <= mostBytes || !hasBody(this)) return;
    this.#fail(this.#tooLarge());
    throw this.#tooLarge();
  }

  #changed(): Promise<void> {
    return new Promise((resolve) => {
      this.#onChange = () => {
        this.#onChange = undefined;
        resolve();
      };
    });
  }

  /** Resolves when all is over. */
  #settled(): Promise<void> {
    return new Promise((resolve) => {
      this.#onEnd = resolve;
      if (this.#hasEnded || this.#failed !== undefined) resolve();
    });
  }

  #throwIfFailed(): void {
    if (this.#failed !== undefined) throw asTrouble(this.#failed.error, this.hop);
  }

  #silent(): void {
    // Nobody has begun to read, or the reader is behind; either starts the time anew.
    if (this.status !== 0 && this.#onChange === undefined) return;
    const { url, idleTimeoutMs } = this.hop;
    const did = this.status === 0 ? 'did not answer' : 'sent nothing';
    this.#fail(new HttpTrouble('timeout', `${shownUrl(url)} ${did} for ${idleTimeoutMs} ms`));
  }

  readonly #abort = (): void => this.#fail(this.hop.signal?.reason);

  #fail(error: unknown): void {
    if (this.#hasEnded || this.#failed !== undefined) return;
    // What came before a cut is whole, and need not be asked for again.
    this.#failed = { error };
    this.#end();
    this.#controller?.abort(error instanceof Error ? error : new Error('stopped', { cause: error }));
  }

  #end(): void {
    clearTimeout(this.#timer);
    this.hop.signal?.removeEventListener('abort', this.#abort);
    if (this.status === 0) this.#onAnswer?.();
    this.#onChange?.();
    this.#onEnd?.();
  }

  #tooLarge(): HttpTrouble {
    return new HttpTrouble('limit', `${shownUrl(this.hop.url)} is larger than ${this.#mostBytes} bytes`);
  }
}

/** Whether an answer may have a body at all. */
export function hasBody({ hop, status }: Pick<Exchange, 'hop' | 'status'>): boolean {
  return hop.method !== 'HEAD' && status !== 204 && status !== 304;
}

/** The Content-Length among a response's headers as a number, when it has one. */
export function announcedBytes(headers: { readonly [name: string]: string }): number | undefined {
  const text = headers['content-length'];
  return text !== undefined && /^\d+$/.test(text) ? Number(text) : undefined;
}

function flatten(headers: Headers): { [name: string]: string } {
  const flat: { [name: string]: string } = {};
  for (const [name, value] of Object.entries(headers))
    if (value !== undefined) flat[name] = typeof value === 'string' ? value : value.join(', ');
  return flat;
}
