import { createHash, randomBytes } from 'node:crypto';

/** One way to authenticate that a server offered in `WWW-Authenticate`. */
export interface Challenge {
  /** Lower case: `basic`, `digest`, `bearer`. */
  readonly scheme: string;
  /** Lower-case names. */
  readonly params: { readonly [name: string]: string };
}

const parameter = /(?:^|,)\s*(?:([A-Za-z][\w-]*)\s+)?([\w-]+)\s*=\s*("(?:[^"\\]|\\.)*"|[^\s,]*)/g;

/** Reads all challenges of one header; servers put several into one, separated by the same commas as their parts. */
export function parseChallenges(header: string): Challenge[] {
  const challenges: { scheme: string; params: { [name: string]: string } }[] = [];
  for (const [, scheme, name = '', value = ''] of header.matchAll(parameter)) {
    if (scheme !== undefined) challenges.push({ scheme: scheme.toLowerCase(), params: {} });
    const current = challenges.at(-1);
    if (current !== undefined) current.params[name.toLowerCase()] = unquote(value);
  }
  return challenges;
}

function unquote(value: string): string {
  return value.startsWith('"') ? value.slice(1, -1).replace(/\\(.)/g, '$1') : value;
}

/** Name and password, never logged. */
export interface Credentials {
  readonly username: string;
  readonly password: string;
}

// RFC 7616, strongest first. The `-sess` forms bind the key to this client's nonce.
const algorithms: { readonly [name: string]: 'sha256' | 'md5' | 'sha512-256' } = {
  'sha-512-256': 'sha512-256',
  'sha-512-256-sess': 'sha512-256',
  'sha-256': 'sha256',
  'sha-256-sess': 'sha256',
  md5: 'md5',
  'md5-sess': 'md5',
};

/** The strongest digest challenge we can answer, or undefined. */
export function bestDigest(challenges: readonly Challenge[]): Challenge | undefined {
  const rank = (challenge: Challenge): number => Object.keys(algorithms).indexOf(algorithmOf(challenge));
  return challenges
    .filter((challenge) => challenge.scheme === 'digest' && rank(challenge) >= 0 && qopOf(challenge) !== 'unknown')
    .sort((a, b) => rank(a) - rank(b))[0];
}

function algorithmOf({ params }: Challenge): string {
  return (params['algorithm'] ?? 'MD5').toLowerCase();
}

// `auth-int` would need the body's hash before the first byte is sent; no server asks for it alone.
function qopOf({ params }: Challenge): 'auth' | 'none' | 'unknown' {
  const offered = params['qop'];
  if (offered === undefined) return 'none';
  return offered.split(',').some((qop) => qop.trim().toLowerCase() === 'auth') ? 'auth' : 'unknown';
}

/**
 * The `Authorization` header for one request under a digest challenge (RFC 7616).
 *
 * `uri` is the request target exactly as it goes over the wire: servers compare the two. `count` starts at 1
 * for each nonce and never repeats.
 */
export function digestHeader(
  challenge: Challenge,
  credentials: Credentials,
  request: { readonly method: string; readonly uri: string; readonly count: number; readonly clientNonce?: string },
): string {
  const { params } = challenge;
  const algorithm = algorithmOf(challenge);
  const hash = (text: string): string =>
    createHash(algorithms[algorithm] ?? 'md5')
      .update(text, 'utf8')
      .digest('hex');
  const realm = params['realm'] ?? '';
  const nonce = params['nonce'] ?? '';
  const clientNonce = request.clientNonce ?? randomBytes(16).toString('hex');
  const count = request.count.toString(16).padStart(8, '0');
  const secret = hash(`${credentials.username}:${realm}:${credentials.password}`);
  const key = algorithm.endsWith('-sess') ? hash(`${secret}:${nonce}:${clientNonce}`) : secret;
  const target = hash(`${request.method}:${request.uri}`);
  const qop = qopOf(challenge);
  const response = hash(
    qop === 'auth' ? `${key}:${nonce}:${count}:${clientNonce}:auth:${target}` : `${key}:${nonce}:${target}`,
  );
  const parts = [
    userPart(credentials.username),
    `realm=${quote(realm)}`,
    `nonce=${quote(nonce)}`,
    `uri=${quote(request.uri)}`,
    `response="${response}"`,
  ];
  if (params['algorithm'] !== undefined) parts.push(`algorithm=${params['algorithm']}`);
  if (params['opaque'] !== undefined) parts.push(`opaque=${quote(params['opaque'])}`);
  if (qop === 'auth') parts.push('qop=auth', `nc=${count}`, `cnonce="${clientNonce}"`);
  else if (algorithm.endsWith('-sess')) parts.push(`cnonce="${clientNonce}"`);
  return `Digest ${parts.join(', ')}`;
}

// Header values are ASCII; RFC 7616 3.4.4 gives other names a form of their own.
function userPart(username: string): string {
  const ascii = /^[\x20-\x7E]*$/.test(username);
  return ascii ? `username=${quote(username)}` : `username*=UTF-8''${encodeURIComponent(username)}`;
}

function quote(text: string): string {
  return `"${text.replace(/["\\]/g, '\\$&')}"`;
}
