import { StoreTrouble, type DriverOptions } from '../../model/driver.ts';
import { bestDigest, digestHeader, parseChallenges, type Challenge, type Credentials } from './http-digest.ts';

/** What {@link HttpAuth} reads. */
export const httpAuthOptions: DriverOptions = {
  username: { kind: 'text', about: 'Basic or Digest, as the server asks' },
  password: { kind: 'text', about: 'Basic or Digest, as the server asks' },
  token: { kind: 'text', about: 'A bearer token instead' },
  auth: {
    kind: 'text',
    oneOf: ['basic'],
    about: '`basic` sends the password with the first request, which saves one that is refused',
  },
};

/**
 * Who we are towards one service: nothing, a token, or name and password as the service asks for them.
 *
 * Until the service has asked, nothing is sent: a password goes out as Basic only where that is wanted.
 */
export class HttpAuth {
  readonly #credentials: Credentials | undefined;
  readonly #token: string | undefined;
  #way: 'unasked' | 'basic' | Challenge = 'unasked';
  /** Requests made under the current nonce. */
  #count = 0;

  /** Reads `username`, `password` or `token`, and `auth: basic` which spares the first, refused request. */
  constructor(options: { readonly [name: string]: unknown }) {
    const { username, password, token, auth } = options;
    const secret = typeof password === 'string' ? password : '';
    this.#credentials = typeof username === 'string' ? { username, password: secret } : undefined;
    this.#token = typeof token === 'string' ? token : undefined;
    if (auth === 'basic') this.#way = 'basic';
  }

  /** True when a request may be refused only to learn how to authenticate; a stream must not be that request. */
  get isUnsure(): boolean {
    return this.#credentials !== undefined && this.#way !== 'basic';
  }

  header(method: string, url: URL): string | undefined {
    if (this.#token !== undefined) return `Bearer ${this.#token}`;
    if (this.#credentials === undefined || this.#way === 'unasked') return undefined;
    if (this.#way === 'basic') {
      const { username, password } = this.#credentials;
      return `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
    }
    return digestHeader(this.#way, this.#credentials, { method, uri: url.pathname + url.search, count: ++this.#count });
  }

  /**
   * Learns from a 401 how to authenticate; false means that another try would only be refused again.
   *
   * `sent` is the header that was refused, `tries` counts the refusals of this one request. Throws when the
   * service wants what we cannot give.
   */
  challenged(header: string | undefined, sent: string | undefined, tries: number): boolean {
    if (this.#credentials === undefined) return false;
    const challenges = parseChallenges(header ?? '');
    const digest = bestDigest(challenges);
    if (digest !== undefined) {
      // Refused under an old nonce says nothing about the password; refused under a fresh one does, unless
      // the service says that the nonce was stale. A service that says so for ever is given up on.
      const isStale = digest.params['stale']?.toLowerCase() === 'true';
      this.#way = digest;
      this.#count = 0;
      return tries === 1 || (isStale && tries < 4);
    }
    if (challenges.some(({ scheme }) => scheme === 'basic')) {
      this.#way = 'basic';
      // Not `#way` before: another request may have learned it while this one was under way without it.
      return sent?.startsWith('Basic ') !== true;
    }
    if (challenges.length === 0) return false;
    const wanted = challenges.map(({ scheme }) => scheme).join(', ');
    throw new StoreTrouble('denied', `the service wants ${wanted} authentication; basic, digest and tokens are known`, {
      status: 401,
    });
  }
}
