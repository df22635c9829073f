import type { IncomingMessage } from 'node:http';
import { HttpTrouble, shownUrl } from './http-trouble.ts';
import { passed } from './spare-memory.ts';

/** How a response body is guarded while it is read. */
export interface BodyGuard {
  /** For messages. */
  readonly url: URL;
  /** Whether this response has a body at all (not after HEAD, 204, 304). */
  readonly hasBody: boolean;
  /** The Content-Length. */
  readonly announced: number | undefined;
  readonly idleTimeoutMs: number;
  readonly maxBytes: number;
  readonly signal: AbortSignal | undefined;
}

/**
 * The bytes of a response; it throws when the connection is cut, goes silent, or ends short of its Content-Length.
 *
 * The idle time counts only while we wait for the service: a slow reader is no reason to give up.
 */
export async function* guardedBody(
  response: IncomingMessage,
  guard: BodyGuard,
): AsyncGenerator<Uint8Array, void, undefined> {
  if (!guard.hasBody) {
    response.resume();
    return;
  }
  const { announced } = guard;
  if (announced !== undefined && announced > guard.maxBytes) {
    response.destroy();
    throw tooLarge(guard);
  }
  let received = 0;
  for await (const chunk of watched(response, guard)) {
    received += chunk.length;
    if (received > guard.maxBytes) throw tooLarge(guard);
    passed(chunk.length);
    yield chunk;
  }
  // Node reports most cut connections itself; this catches what is left (a proxy that closes politely).
  if (announced !== undefined && received !== announced) {
    throw wrongEnd(guard, received);
  }
}

/**
 * All bytes of a response at once, guarded as {@link guardedBody} guards them: for short ones, where waiting piece by
 * piece costs as much as the request.
 */
export function wholeBody(response: IncomingMessage, guard: BodyGuard): Promise<Uint8Array> {
  const { announced, maxBytes, signal } = guard;
  if (!guard.hasBody || (announced ?? 0) > maxBytes || signal?.aborted === true) return collected(response, guard);
  return new Promise((resolve, reject) => {
    const parts: Uint8Array[] = [];
    let received = 0;
    const timer = setTimeout(() => response.destroy(silent(guard)), guard.idleTimeoutMs);
    const abort = (): void => void response.destroy(signal?.reason as Error);
    let isSettled = false;
    const settle = (errorOf?: () => unknown): void => {
      if (isSettled) return;
      isSettled = true;
      clearTimeout(timer);
      signal?.removeEventListener('abort', abort);
      if (errorOf !== undefined) return reject(asCut(errorOf(), guard));
      if (announced !== undefined && received !== announced) return reject(wrongEnd(guard, received));
      passed(received);
      resolve(parts.length === 1 ? (parts[0] as Uint8Array) : Buffer.concat(parts));
    };
    signal?.addEventListener('abort', abort, { once: true });
    response.on('data', (chunk: Uint8Array) => {
      received += chunk.length;
      parts.push(chunk);
      timer.refresh();
      if (received > maxBytes) response.destroy(tooLarge(guard));
    });
    response.once('end', () => settle());
    response.once('error', (error) => settle(() => error));
    response.once('close', () => settle(() => wrongEnd(guard, received)));
  });
}

async function collected(response: IncomingMessage, guard: BodyGuard): Promise<Uint8Array> {
  return Buffer.concat(await Array.fromAsync(guardedBody(response, guard)));
}

async function* watched(response: IncomingMessage, guard: BodyGuard): AsyncGenerator<Uint8Array, void, undefined> {
  let waiting = true;
  const timer = setTimeout(() => {
    if (!waiting) return;
    response.destroy(silent(guard));
  }, guard.idleTimeoutMs);
  const abort = (): void => void response.destroy(guard.signal?.reason as Error);
  if (guard.signal?.aborted === true) abort();
  guard.signal?.addEventListener('abort', abort, { once: true });
  try {
    for await (const chunk of response as AsyncIterable<Uint8Array>) {
      waiting = false;
      yield chunk;
      waiting = true;
      timer.refresh();
    }
  } catch (error) {
    throw asCut(error, guard);
  } finally {
    clearTimeout(timer);
    guard.signal?.removeEventListener('abort', abort);
    // A reader that stops early leaves bytes on the wire; such a connection cannot be used again.
    if (!response.complete) response.destroy();
  }
}

function asCut(error: unknown, guard: BodyGuard): unknown {
  if (guard.signal?.aborted === true) return guard.signal.reason;
  const { code } = error as { readonly code?: unknown };
  if (typeof code !== 'string' || error instanceof HttpTrouble) return error;
  return new HttpTrouble('cut', `the answer of ${shownUrl(guard.url)} was cut (${code})`, { cause: error });
}

function wrongEnd({ url, announced }: BodyGuard, received: number): HttpTrouble {
  const told = announced === undefined ? 'did not end its answer' : `announced ${announced} bytes`;
  return new HttpTrouble('cut', `${shownUrl(url)} ${told} and sent ${received}`);
}

function silent({ url, idleTimeoutMs }: BodyGuard): HttpTrouble {
  return new HttpTrouble('timeout', `${shownUrl(url)} sent nothing for ${idleTimeoutMs} ms`);
}

function tooLarge(guard: BodyGuard): HttpTrouble {
  return new HttpTrouble('limit', `${shownUrl(guard.url)} is larger than ${guard.maxBytes} bytes`);
}

/** The Content-Length among a response's headers as a number, when it has one. */
export function announcedBytes(headers: { readonly [name: string]: string }): number | undefined {
  const text = headers['content-length'];
  return text !== undefined && /^\d+$/.test(text) ? Number(text) : undefined;
}
