import type { HttpClient, HttpInit } from '../../lib/http-client.ts';
import { shownUrl } from '../../lib/http-trouble.ts';
import { StoreTrouble } from '../../model/driver.ts';
import { listOf, member, textAt } from './json-member.ts';
import type { SwiftLogin, SwiftOptions } from './swift-options.ts';
import { troubleOfSwift } from './swift-trouble.ts';

/** A token, the account it opens, and until when. */
export interface SwiftToken {
  readonly token: string;
  readonly account: URL;
  /** Infinity when the service did not say. */
  readonly expiresMs: number;
  /** When it is replaced, so that no request starts with a token about to end. */
  readonly renewMs: number;
}

/** The token of one store, fetched when first needed, renewed before its end and after it was refused. */
export class SwiftTokens {
  readonly #client: HttpClient;
  readonly #options: SwiftOptions;
  #current: Promise<SwiftToken> | undefined;

  constructor(client: HttpClient, options: SwiftOptions) {
    this.#client = client;
    this.#options = options;
  }

  /** Callers at the same moment share one login. Throws trouble `denied` for wrong credentials. */
  async get(): Promise<SwiftToken> {
    const held = this.#current;
    if (held !== undefined) {
      const token = await held;
      if (Date.now() < token.renewMs) return token;
      if (this.#current === held) this.#current = undefined;
    }
    this.#current ??= this.#remembered();
    return this.#current;
  }

  /** The service refused this token; the next `get` logs in again, unless another caller has done so already. */
  async refuse(refused: SwiftToken): Promise<void> {
    const held = this.#current;
    if (held !== undefined && (await held) === refused && this.#current === held) this.#current = undefined;
  }

  #remembered(): Promise<SwiftToken> {
    const made = this.#login();
    made.catch(() => {
      if (this.#current === made) this.#current = undefined;
    });
    return made;
  }

  async #login(): Promise<SwiftToken> {
    const { login } = this.#options;
    if (login.kind === 'token')
      return { token: login.token, account: login.endpoint, expiresMs: Number.POSITIVE_INFINITY, renewMs: Infinity };
    return login.kind === 'v1' ? this.#loginV1(login) : this.#loginV3(login);
  }

  async #loginV1(login: SwiftLogin & { readonly kind: 'v1' }): Promise<SwiftToken> {
    const { headers } = await this.#ask(login.authUrl, {
      headers: { 'x-auth-user': login.user, 'x-auth-key': login.key },
    });
    const token = headers['x-auth-token'] ?? headers['x-storage-token'];
    const account = this.#options.endpoint ?? URL.parse(headers['x-storage-url'] ?? '');
    if (token === undefined || account === null) throw noLogin(login.authUrl, 'no token and storage URL');
    const seconds = Number(headers['x-auth-token-expires'] ?? Number.NaN);
    return lasting(token, account, Number.isFinite(seconds) ? Date.now() + seconds * 1000 : Number.POSITIVE_INFINITY);
  }

  async #loginV3(login: SwiftLogin & { readonly kind: 'v3' }): Promise<SwiftToken> {
    const url = new URL(login.authUrl.href);
    url.pathname = `${url.pathname.replace(/(\/v3)?\/?$/, '/v3')}/auth/tokens`;
    const { headers, text } = await this.#ask(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'application/json' },
      body: JSON.stringify({ auth: login.request }),
    });
    const token = headers['x-subject-token'];
    const answer = parsed(text);
    if (token === undefined || answer === undefined) throw noLogin(url, 'no token');
    const account = this.#options.endpoint ?? endpointOf(member(answer, 'catalog'), this.#options);
    if (account === undefined) {
      const where = this.#options.region === undefined ? '' : ` in region ${this.#options.region}`;
      throw noLogin(url, `no ${this.#options.interface} object-store${where}; name the endpoint`);
    }
    const expiresMs = Date.parse(textAt(answer, 'expires_at'));
    return lasting(token, account, Number.isNaN(expiresMs) ? Number.POSITIVE_INFINITY : expiresMs);
  }

  // Without a caller's signal: the login is shared, and one caller's abort is not the others'.
  async #ask(url: URL, init: HttpInit) {
    const { idleTimeoutMs } = this.#options;
    const response = await this.#client.request(url, { redirects: 'stop', idleTimeoutMs, ...init });
    const text = await response.text();
    if (response.status < 200 || response.status > 299)
      throw troubleOfSwift(response, `${init.method ?? 'GET'} ${shownUrl(url)}`, text);
    return { headers: response.headers, text };
  }
}

function lasting(token: string, account: URL, expiresMs: number): SwiftToken {
  // A minute before the end, or for short lives a tenth of them; a request under way may outlive its token a little.
  const lifeMs = expiresMs - Date.now();
  return { token, account, expiresMs, renewMs: expiresMs - Math.min(60_000, lifeMs / 10) };
}

function noLogin(url: URL, what: string): StoreTrouble {
  return new StoreTrouble('broken', `${shownUrl(url)} answered the login with ${what}`);
}

function parsed(text: string): unknown {
  try {
    return member(JSON.parse(text) as unknown, 'token');
  } catch {
    return undefined;
  }
}

/** The account's URL in a Keystone catalog. */
function endpointOf(catalog: unknown, options: SwiftOptions): URL | undefined {
  for (const service of listOf(catalog)) {
    if (member(service, 'type') !== 'object-store') continue;
    for (const endpoint of listOf(member(service, 'endpoints'))) {
      if (member(endpoint, 'interface') !== options.interface) continue;
      const regions = [member(endpoint, 'region'), member(endpoint, 'region_id')];
      if (options.region !== undefined && !regions.includes(options.region)) continue;
      const url = URL.parse(textAt(endpoint, 'url'));
      if (url !== null) return url;
    }
  }
  return undefined;
}
