import { HttpTrouble, shownUrl } from './http-trouble.ts';

// The connection was there and went away. The last two are undici's, of a connection that was closed in good order and
// of an answer that ended short of its length.
const resets = new Set(['ECONNRESET', 'EPIPE', 'ECONNABORTED', 'UND_ERR_SOCKET']);
const cuts = new Set(['UND_ERR_RES_CONTENT_LENGTH_MISMATCH', 'UND_ERR_DESTROYED', 'UND_ERR_CLOSED']);

// An answer that ends within its own grammar was cut, whatever else the parser calls it.
const endsEarly = 'HPE_INVALID_EOF_STATE';

export function isReset(error: unknown): boolean {
  return resets.has(String((error as { readonly code?: unknown }).code));
}

/** The trouble an error of a request means; errors of the body's own source pass through unchanged: they are not the network's. */
export function asTrouble(
  error: unknown,
  { url, signal }: { readonly url: URL; readonly signal: AbortSignal | undefined },
): unknown {
  if (signal?.aborted === true) return signal.reason;
  const { code, syscall } = error as { readonly code?: unknown; readonly syscall?: unknown };
  if (error instanceof HttpTrouble || typeof code !== 'string') return error;
  const shown = shownUrl(url);
  if (isReset(error) || cuts.has(code) || code === endsEarly)
    return new HttpTrouble('cut', `the connection to ${shown} was cut (${code})`, { cause: error });
  if (code.startsWith('HPE_') || code === 'UND_ERR_HEADERS_OVERFLOW')
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
  'UND_ERR_CONNECT_TIMEOUT',
]);
