import { createHash, randomBytes } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

/** How a test server asks who is there. */
export interface DavLoginOptions {
  readonly kind: 'none' | 'basic' | 'digest';
  readonly username: string;
  readonly password: string;
  /** Of digest. Default `MD5`. */
  readonly algorithm?: 'MD5' | 'SHA-256' | 'MD5-sess';
  /** Requests after which a nonce is stale. Default: never. */
  readonly nonceRequests?: number;
}

/**
 * Checks logins strictly, by RFC 7617 and 7616, written apart from the client so that one mistake cannot hide
 * in both.
 */
export class DavLogin {
  readonly #options: DavLoginOptions;
  /** Nonce counts seen, by nonce: a count that comes twice is a replay. */
  readonly #seen = new Map<string, Set<string>>();

  constructor(options: DavLoginOptions) {
    this.#options = options;
  }

  /** Undefined lets the request in, else the WWW-Authenticate header of the 401. */
  refuse(request: IncomingMessage): string | undefined {
    const { kind, username, password } = this.#options;
    const given = request.headers.authorization ?? '';
    if (kind === 'none') return undefined;
    if (kind === 'basic') {
      const right = `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
      return given === right ? undefined : 'Basic realm="dav, \\"quoted\\"", charset="UTF-8"';
    }
    const verdict = this.#checkDigest(request, given);
    return verdict === 'in' ? undefined : this.#challenge(verdict === 'stale');
  }

  #challenge(isStale: boolean): string {
    const nonce = randomBytes(12).toString('base64');
    this.#seen.set(nonce, new Set());
    const algorithm = this.#options.algorithm ?? 'MD5';
    const stale = isStale ? ', stale=true' : '';
    return `Basic-not-really x="1", Digest realm="dav, inc", nonce="${nonce}", qop="auth-int,auth", opaque="o\\"p", algorithm=${algorithm}${stale}`;
  }

  #checkDigest(request: IncomingMessage, given: string): 'in' | 'out' | 'stale' {
    if (!given.startsWith('Digest ')) return 'out';
    const field = (name: string): string => {
      const match = new RegExp(`(?:^|[ ,])${name}=(?:"((?:[^"\\\\]|\\\\.)*)"|([^ ,"]+))`).exec(given.slice(7));
      return (match?.[1] ?? match?.[2] ?? '').replace(/\\(.)/g, '$1');
    };
    const seen = this.#seen.get(field('nonce'));
    if (seen === undefined) return 'stale';
    // Apache answers 400 to a uri that is not the request's own; to us it is just wrong.
    if (field('uri') !== request.url || field('opaque') !== 'o"p' || field('qop') !== 'auth') return 'out';
    if (field('response') !== this.#response(request.method ?? '', field)) return 'out';
    if (!/^[0-9a-f]{8}$/.test(field('nc')) || seen.has(field('nc'))) return 'out';
    seen.add(field('nc'));
    const life = this.#options.nonceRequests ?? Number.POSITIVE_INFINITY;
    return seen.size > life ? 'stale' : 'in';
  }

  #response(method: string, field: (name: string) => string): string {
    const { username, password, algorithm = 'MD5' } = this.#options;
    const hash = (text: string): string =>
      createHash(algorithm === 'SHA-256' ? 'sha256' : 'md5')
        .update(text)
        .digest('hex');
    let first = hash(`${username}:dav, inc:${password}`);
    if (algorithm === 'MD5-sess') first = hash(`${first}:${field('nonce')}:${field('cnonce')}`);
    const second = hash(`${method}:${field('uri')}`);
    return hash([first, field('nonce'), field('nc'), field('cnonce'), 'auth', second].join(':'));
  }
}
