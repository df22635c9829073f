import type { DriverOptions } from '../../model/driver.ts';
import { fail } from '../../model/failure.ts';

/** How to get a token: a Keystone v3 request, a v1 user and key, or a token that is there already. */
export type SwiftLogin =
  | { readonly kind: 'v1'; readonly authUrl: URL; readonly user: string; readonly key: string }
  | { readonly kind: 'v3'; readonly authUrl: URL; readonly request: object }
  | { readonly kind: 'token'; readonly token: string; readonly endpoint: URL };

/** What the options of an entry under `stores:` say, checked. */
export interface SwiftOptions {
  readonly login: SwiftLogin;
  /** Which endpoint of Keystone's catalog; undefined takes the first. */
  readonly region: string | undefined;
  /** As in the catalog: `public`, `internal` or `admin`. */
  readonly interface: string;
  /** The account's URL, whatever the login says. */
  readonly endpoint: URL | undefined;
  readonly createContainer: boolean;
  /** Larger files become static large objects of segments of this size. */
  readonly segmentSizeBytes: number;
  /** How large files are kept together; undefined for what suits the service. */
  readonly largeObjects: 'static' | 'dynamic' | undefined;
  readonly tempUrlKey: string | undefined;
  readonly idleTimeoutMs: number;
}

const passwordAbout = 'A Keystone password, and the project it is for. Version 1 takes user and key here';
const projectAbout = 'Instead of `projectName`';
const domainAbout = 'Where the domain is not `default`';
const credentialAbout = 'An application credential instead, by its id, or by its name and `username`';

/** What may stand beside `url` in an entry for Swift. */
export const swiftStoreOptions: DriverOptions = {
  authUrl: {
    kind: 'text',
    about: "Where to log in: Keystone's `https://.../v3`, or version 1 (`.../auth/v1.0`, `.../auth/1.0`)",
  },
  username: { kind: 'text', about: passwordAbout },
  password: { kind: 'text', about: passwordAbout },
  projectName: { kind: 'text', about: passwordAbout },
  projectId: { kind: 'text', about: projectAbout },
  userDomainName: { kind: 'text', about: domainAbout },
  userDomainId: { kind: 'text', about: domainAbout },
  projectDomainName: { kind: 'text', about: domainAbout },
  projectDomainId: { kind: 'text', about: domainAbout },
  applicationCredentialId: { kind: 'text', about: credentialAbout },
  applicationCredentialName: { kind: 'text', about: credentialAbout },
  applicationCredentialSecret: { kind: 'text', about: credentialAbout },
  user: { kind: 'text', about: 'Other names of `username` and `password`' },
  key: { kind: 'text', about: 'Other names of `username` and `password`' },
  token: { kind: 'text', about: "A token that is there already, with the account's URL as `endpoint`" },
  endpoint: { kind: 'text', about: "The account's URL. Beside a login it overrides what the login says" },
  region: { kind: 'text', about: 'Which endpoint of the catalog. Default: the first, `public`' },
  interface: { kind: 'text', about: 'Which endpoint of the catalog. Default: the first, `public`' },
  createContainer: { kind: 'flag', about: 'Makes the container with the first write' },
  segmentSizeBytes: { kind: 'count', about: 'Larger files go in segments of this size. Default 16 MiB' },
  largeObjects: {
    kind: 'text',
    oneOf: ['static', 'dynamic'],
    about: '`static` or `dynamic`. Default: static, dynamic where a service does not give manifests back (Ceph)',
  },
  tempUrlKey: { kind: 'text', about: 'Signs URLs. Default: the key the container or the account has' },
  idleTimeoutMs: { kind: 'count', about: 'How long a silence may last. Default 60,000' },
};

interface Given {
  readonly [name: string]: unknown;
}

const mebibyte = 1024 * 1024;

/** Reads the options; throws `usage.invalid` that names what is missing or wrong. */
export function swiftOptions(given: Given): SwiftOptions {
  return {
    login: loginOf(given),
    region: text(given, 'region'),
    interface: text(given, 'interface') ?? 'public',
    endpoint: optionalUrl(given, 'endpoint'),
    createContainer: given['createContainer'] === true,
    segmentSizeBytes: count(given, 'segmentSizeBytes') ?? 16 * mebibyte,
    largeObjects: largeObjects(given),
    tempUrlKey: text(given, 'tempUrlKey'),
    idleTimeoutMs: count(given, 'idleTimeoutMs') ?? 60_000,
  };
}

function loginOf(given: Given): SwiftLogin {
  const token = text(given, 'token');
  if (token !== undefined) return { kind: 'token', token, endpoint: url(given, 'endpoint') };
  const authUrl = url(given, 'authUrl');
  const secret = text(given, 'applicationCredentialSecret');
  if (secret !== undefined) return { kind: 'v3', authUrl, request: { identity: applicationCredential(given, secret) } };
  const username = text(given, 'username') ?? text(given, 'user');
  const password = text(given, 'password') ?? text(given, 'key');
  if (username === undefined || password === undefined)
    throw wrong('needs username and password, an applicationCredentialSecret, or a token');
  // Version 1 is recognised by its address: `/auth/v1.0` on Swift, `/auth/1.0` on Ceph.
  if (/\/(v1(\.0)?|auth\/1\.0|auth)\/?$/.test(authUrl.pathname))
    return { kind: 'v1', authUrl, user: username, key: password };
  const identity = { methods: ['password'], password: { user: { ...user(given, username), password } } };
  return { kind: 'v3', authUrl, request: { identity, scope: { project: project(given) } } };
}

// An application credential carries its project: a scope beside it is refused.
function applicationCredential(given: Given, secret: string): object {
  const id = text(given, 'applicationCredentialId');
  const name = text(given, 'applicationCredentialName');
  const username = text(given, 'username');
  if (id === undefined && (name === undefined || username === undefined))
    throw wrong('needs applicationCredentialId, or applicationCredentialName and username');
  const named = id === undefined ? { name, user: user(given, username ?? '') } : { id };
  return { methods: ['application_credential'], application_credential: { ...named, secret } };
}

function largeObjects(given: Given): SwiftOptions['largeObjects'] {
  const kind = text(given, 'largeObjects');
  if (kind === undefined || kind === 'static' || kind === 'dynamic') return kind;
  throw wrong('has largeObjects that is neither static nor dynamic');
}

function user(given: Given, username: string): object {
  return { name: username, domain: domain(given, 'userDomain') };
}

function project(given: Given): object {
  const id = text(given, 'projectId');
  if (id !== undefined) return { id };
  const name = text(given, 'projectName');
  if (name === undefined) throw wrong('needs projectName or projectId');
  return { name, domain: domain(given, 'projectDomain') };
}

function domain(given: Given, prefix: 'userDomain' | 'projectDomain'): object {
  const id = text(given, `${prefix}Id`);
  const name = text(given, `${prefix}Name`);
  if (id !== undefined) return { id };
  return name === undefined ? { id: 'default' } : { name };
}

function text(given: Given, name: string): string | undefined {
  const value = given[name];
  if (value === undefined || value === '') return undefined;
  if (typeof value === 'string' || typeof value === 'number') return String(value);
  throw wrong(`has a ${name} that is no text`);
}

function count(given: Given, name: string): number | undefined {
  const value = given[name];
  if (value === undefined) return undefined;
  if (typeof value === 'number' && Number.isSafeInteger(value) && value > 0) return value;
  throw wrong(`has a ${name} that is no number above 0`);
}

function url(given: Given, name: string): URL {
  const found = optionalUrl(given, name);
  if (found === undefined) throw wrong(`needs ${name}`);
  return found;
}

function optionalUrl(given: Given, name: string): URL | undefined {
  const written = text(given, name);
  if (written === undefined) return undefined;
  const parsed = URL.parse(written);
  if (parsed === null || !/^https?:$/.test(parsed.protocol)) throw wrong(`has an ${name} that is no http(s) URL`);
  parsed.pathname = parsed.pathname.replace(/\/+$/, '');
  return parsed;
}

function wrong(what: string): Error {
  return fail('usage.invalid', { message: `A swift store under stores: ${what}.` });
}
