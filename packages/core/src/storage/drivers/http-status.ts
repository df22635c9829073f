import { StoreTrouble, type TroubleDetails, type TroubleKind } from '../../model/driver.ts';

/** What of a response decides which trouble it is. */
export interface Answer {
  readonly status: number;
  readonly headers: { readonly [name: string]: string };
}

const kinds: { readonly [status: number]: TroubleKind } = {
  401: 'denied',
  403: 'denied',
  404: 'missing',
  408: 'unavailable',
  409: 'conflict',
  410: 'missing',
  412: 'conflict',
  413: 'limit',
  423: 'locked',
  // What it depends on failed: WebDAV's word for a folder in which somebody holds a lock.
  424: 'locked',
  429: 'throttled',
  502: 'unavailable',
  503: 'unavailable',
  504: 'unavailable',
  507: 'full',
  // Cloudflare's, which stands before many services: the one behind it is down, out of reach or too slow.
  520: 'unavailable',
  521: 'unavailable',
  522: 'unavailable',
  523: 'unavailable',
  524: 'unavailable',
};

/** The trouble an unexpected status means; `what` as in `GET https://host/a`, without credentials. */
export function troubleOfStatus(answer: Answer, what: string): StoreTrouble {
  const { status, headers } = answer;
  const retryAfterMs = retryAfter(headers['retry-after']);
  const requestId = headers['x-request-id'] ?? headers['x-amz-request-id'] ?? headers['x-trans-id'];
  const details: TroubleDetails = {
    status,
    ...(requestId === undefined ? {} : { requestId }),
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    // A server's own error says nothing about our request; it is worth another try.
    ...(status === 500 ? { transient: true } : {}),
  };
  // 503 with a time is the classic "slow down"; without one the service is just not there.
  const kind = status === 503 && retryAfterMs !== undefined ? 'throttled' : kinds[status];
  return new StoreTrouble(kind ?? 'broken', `${what} answered ${status}`, details);
}

/** Retry-After in either form, seconds or a date; undefined when absent or unreadable. */
function retryAfter(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const milliseconds = /^\d+(\.\d+)?$/.test(text) ? Number(text) * 1000 : Date.parse(text) - Date.now();
  return Number.isFinite(milliseconds) ? Math.max(0, milliseconds) : undefined;
}

/** The version a response tells: a strong ETag, else the time of the last change, else a weak ETag. */
export function versionOf(headers: Answer['headers']): string | undefined {
  const { etag } = headers;
  if (isStrong(etag)) return etag;
  return headers['last-modified'] ?? etag;
}

/** Only a strong ETag promises the same bytes; ranges of one file may be joined by nothing less. */
export function isStrong(etag: string | undefined): etag is string {
  return etag !== undefined && etag.startsWith('"');
}

/** Bytes as `Content-Length` tells them. */
export function lengthOf(headers: Answer['headers']): number | undefined {
  const text = headers['content-length'];
  return text !== undefined && /^\d+$/.test(text) ? Number(text) : undefined;
}
