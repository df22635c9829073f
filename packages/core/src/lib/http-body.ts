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
    throw new HttpTrouble('cut', `${shownUrl(guard.url)} announced ${announced} bytes and sent ${received}`);
  }
}

async function* watched(response: IncomingMessage, guard: BodyGuard): AsyncGenerator<Uint8Array, void, undefined> {
  let waiting = true;
  const timer = setTimeout(() => {
    if (!waiting) return;
    response.destroy(new HttpTrouble('timeout', `${shownUrl(guard.url)} sent nothing for ${guard.idleTimeoutMs} ms`));
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

function tooLarge(guard: BodyGuard): HttpTrouble {
  return new HttpTrouble('limit', `${shownUrl(guard.url)} is larger than ${guard.maxBytes} bytes`);
}

/** The Content-Length among a response's headers as a number, when it has one. */
export function announcedBytes(headers: { readonly [name: string]: string }): number | undefined {
  const text = headers['content-length'];
  return text !== undefined && /^\d+$/.test(text) ? Number(text) : undefined;
}
