import { HttpTrouble, shownUrl } from './http-trouble.ts';

/** What is to be sent next. */
export interface Next {
  readonly url: URL;
  readonly method: string;
  readonly headers: { [name: string]: string };
  readonly body: Uint8Array | AsyncIterable<Uint8Array> | undefined;
}

// Anything that proves who we are stays with the origin it was meant for.
const credentialHeader = /cookie|auth|token|secret|password|signature|session|credential|key/;
const bodyHeaders = ['content-length', 'content-type', 'content-encoding', 'transfer-encoding'];

/**
 * The request a redirect asks for, or undefined when the response is no redirect.
 *
 * Throws for a redirect without a place, out of HTTP, or of a streamed body, whose bytes are already gone.
 */
export function redirectOf(
  before: Next,
  { status, headers: { location } }: { readonly status: number; readonly headers: { readonly [name: string]: string } },
): Next | undefined {
  if (![301, 302, 303, 307, 308].includes(status)) return undefined;
  const target = location === undefined ? null : URL.parse(location, before.url.href);
  if (target === null) throw new HttpTrouble('protocol', `${shownUrl(before.url)} redirects to nowhere`);
  if (target.protocol !== 'http:' && target.protocol !== 'https:') {
    throw new HttpTrouble('protocol', `${shownUrl(before.url)} redirects out of HTTP, to ${target.protocol}`);
  }
  const { url } = withoutCredentials(target);
  const headers = { ...before.headers };
  if (url.origin !== before.url.origin) {
    for (const name of Object.keys(headers)) if (credentialHeader.test(name)) delete headers[name];
  }
  const method = methodAfter(status, before.method);
  if (method !== before.method) {
    for (const name of bodyHeaders) delete headers[name];
    return { url, method, headers, body: undefined };
  }
  if (before.body !== undefined && !(before.body instanceof Uint8Array)) {
    throw new HttpTrouble('protocol', `${shownUrl(before.url)} redirects an upload; use ${shownUrl(url)} itself`);
  }
  return { url, method, headers, body: before.body };
}

// RFC 9110 15.4: 303 turns everything but HEAD into GET; 301 and 302 do so for POST only, by custom.
function methodAfter(status: number, method: string): string {
  if (status === 303) return method === 'HEAD' ? 'HEAD' : 'GET';
  return (status === 301 || status === 302) && method === 'POST' ? 'GET' : method;
}

/** The URL without user, password and fragment (a copy where it has any); the two become a Basic header instead. */
export function withoutCredentials(original: URL): { readonly url: URL; readonly headers: { [name: string]: string } } {
  const headers: { [name: string]: string } = {};
  if (original.username === '' && original.password === '' && original.hash === '') return { url: original, headers };
  const url = new URL(original.href);
  if (url.username !== '' || url.password !== '') {
    const pair = `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`;
    headers['authorization'] = `Basic ${Buffer.from(pair).toString('base64')}`;
    url.username = '';
    url.password = '';
  }
  url.hash = '';
  return { url, headers };
}
