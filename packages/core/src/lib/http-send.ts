import { once } from 'node:events';
import type { Agent, ClientRequest, IncomingMessage, RequestOptions } from 'node:http';
import { bareHost } from './http-lookup.ts';
import { plainHttp, secureHttp } from './http-modules.ts';
import { HttpTrouble, shownUrl } from './http-trouble.ts';

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
  readonly agent: Agent;
  readonly lookup: NonNullable<RequestOptions['lookup']>;
}

const idempotent = new Set(['GET', 'HEAD', 'OPTIONS', 'PUT', 'DELETE', 'PROPFIND']);

/** Sends one request and returns its response as soon as the headers are there; redirects are not followed. */
export async function sendHop(hop: Hop): Promise<IncomingMessage> {
  for (;;) {
    const request = startRequest(hop);
    try {
      return await exchange(hop, request);
    } catch (error) {
      // A kept connection may have been closed by the service just as we used it: that says nothing about the
      // request. A stream cannot be sent twice, and a method that is not idempotent may have happened.
      const stale = request.reusedSocket && isReset(error) && !hop.signal?.aborted;
      if (!stale || !mayRepeat(hop)) throw asTrouble(error, hop);
    }
  }
}

function mayRepeat({ repeatable, method, body }: Hop): boolean {
  return repeatable && idempotent.has(method) && (body === undefined || body instanceof Uint8Array);
}

function startRequest(hop: Hop): ClientRequest {
  const { url } = hop;
  // A URL given whole is taken apart in a slower way, at every request.
  const options: RequestOptions = {
    hostname: bareHost(url),
    port: url.port,
    path: url.pathname + url.search,
    method: hop.method,
    headers: hop.headers,
    agent: hop.agent,
    lookup: hop.lookup,
  };
  return url.protocol === 'https:' ? secureHttp().request(options) : plainHttp().request(options);
}

/** Sends the body and waits for the headers of the answer; whichever fails first ends both. */
async function exchange(hop: Hop, request: ClientRequest): Promise<IncomingMessage> {
  const timer = setTimeout(() => {
    request.destroy(new HttpTrouble('timeout', `${shownUrl(hop.url)} did not answer for ${hop.idleTimeoutMs} ms`));
  }, hop.idleTimeoutMs);
  const abort = (): void => void request.destroy(hop.signal?.reason as Error);
  hop.signal?.addEventListener('abort', abort, { once: true });
  let answered = false;
  const answer = new Promise<IncomingMessage>((resolve, reject) => {
    request.once('response', (response: IncomingMessage) => {
      answered = true;
      // Errors of a body nobody reads yet must not be thrown into the void; readers still see them.
      response.on('error', () => undefined);
      resolve(response);
    });
    // Stays for good: a socket may fail again after the first error or after the answer.
    request.on('error', reject);
  });
  // While the body is still being sent nobody awaits the answer; its failure must wait for us, not crash.
  answer.catch(() => undefined);
  try {
    const whole = await sendBody(hop, request, timer, () => answered);
    const response = await answer;
    if (!whole) refuseEarlySuccess(response, shownUrl(hop.url));
    return response;
  } catch (error) {
    request.destroy();
    throw error;
  } finally {
    clearTimeout(timer);
    hop.signal?.removeEventListener('abort', abort);
  }
}

/** Returns false when the service answered before it had everything. */
async function sendBody(
  hop: Hop,
  request: ClientRequest,
  timer: NodeJS.Timeout,
  answered: () => boolean,
): Promise<boolean> {
  const { body } = hop;
  if (body === undefined || body instanceof Uint8Array) {
    if (body !== undefined && body.length > 0) watchUpload(request, timer);
    request.end(body);
    return true;
  }
  const announced = hop.headers['content-length'];
  let sent = 0;
  for await (const chunk of body) {
    // An early refusal (507, 401): what is left would be sent for nothing.
    if (answered() && sent !== Number(announced)) return false;
    sent += chunk.length;
    if (announced !== undefined && sent > Number(announced)) throw wrongLength(hop, sent);
    timer.refresh();
    if (!request.write(chunk)) await drained(request, answered);
  }
  // The request is destroyed by the throw, so the service sees a cut and not a short file.
  if (announced !== undefined && sent !== Number(announced)) throw wrongLength(hop, sent);
  // With a length the service had everything before we knew that the stream was at its end: it may answer by then.
  if (announced === undefined && answered()) return false;
  timer.refresh();
  request.end();
  return true;
}

// Large buffers leave in pieces; each piece the network took shows that the service still listens.
function watchUpload(request: ClientRequest, timer: NodeJS.Timeout): void {
  let before = -1;
  const look = setInterval(() => {
    const now = request.socket?.bytesWritten ?? 0;
    if (now !== before) timer.refresh();
    before = now;
  }, 1000);
  look.unref();
  request.once('close', () => clearInterval(look));
  request.once('response', () => clearInterval(look));
}

/** Waits until the network takes more, or until waiting has become pointless. */
async function drained(request: ClientRequest, answered: () => boolean): Promise<void> {
  if (answered()) return;
  if (request.destroyed) throw request.errored ?? new HttpTrouble('cut', 'the connection closed during an upload');
  const done = new AbortController();
  try {
    const { signal } = done;
    // `once` rejects on 'error'; 'close' without an error is a cut all the same.
    const closed = once(request, 'close', { signal }).then(() => {
      throw request.errored ?? new HttpTrouble('cut', 'the connection closed during an upload');
    });
    await Promise.race([once(request, 'drain', { signal }), once(request, 'response', { signal }), closed]);
  } finally {
    done.abort();
  }
}

/** A success that came before the service had all bytes cannot be true; an early refusal can. */
function refuseEarlySuccess(response: IncomingMessage, shown: string): void {
  const { statusCode = 0 } = response;
  response.once('close', () => response.socket.destroy());
  if (statusCode >= 300) return;
  response.destroy();
  throw new HttpTrouble('protocol', `${shown} answered ${statusCode} before it had received everything`);
}

function wrongLength(hop: Hop, sent: number): HttpTrouble {
  const announced = hop.headers['content-length'] ?? '?';
  return new HttpTrouble('cut', `the upload to ${shownUrl(hop.url)} has ${sent} bytes or more instead of ${announced}`);
}

// The connection was there and went away.
const resets = new Set(['ECONNRESET', 'EPIPE', 'ECONNABORTED']);

function isReset(error: unknown): boolean {
  return resets.has(String((error as { readonly code?: unknown }).code));
}

// Errors of the body's own source pass through unchanged: they are not the network's.
function asTrouble(error: unknown, hop: Hop): unknown {
  if (hop.signal?.aborted === true) return hop.signal.reason;
  const { code, syscall } = error as { readonly code?: unknown; readonly syscall?: unknown };
  if (error instanceof HttpTrouble || typeof code !== 'string') return error;
  const shown = shownUrl(hop.url);
  if (isReset(error)) return new HttpTrouble('cut', `the connection to ${shown} was cut (${code})`, { cause: error });
  if (code.startsWith('HPE_'))
    return new HttpTrouble('protocol', `${shown} does not speak HTTP (${code})`, { cause: error });
  // Node names some of these by what OpenSSL said and others by this code alone.
  if (code === 'EPROTO' || code === 'ERR_SSL_WRONG_VERSION_NUMBER') {
    const { reason = code } = error as { readonly reason?: string };
    return new HttpTrouble('protocol', `${shown} does not speak TLS (${reason}); is it an http:// address?`, {
      cause: error,
    });
  }
  const ofNetwork =
    syscall === 'connect' || syscall === 'getaddrinfo' || code.startsWith('ERR_TLS') || code.startsWith('ERR_SSL');
  if (!ofNetwork && !networkCodes.has(code)) return error;
  return new HttpTrouble('unreachable', `${shown} cannot be reached (${code})`, { cause: error });
}

// What TLS and sockets report without a syscall.
const networkCodes = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'CERT_HAS_EXPIRED',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
]);
