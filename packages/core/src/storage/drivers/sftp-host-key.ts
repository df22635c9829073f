import { createHash, createHmac } from 'node:crypto';

/** One line of a known_hosts file that names a key. */
export interface KnownHost {
  /** `@revoked` lines name keys that must never be believed. */
  readonly isRevoked: boolean;
  readonly hosts: string;
  /** As in `ssh-ed25519`. */
  readonly type: string;
  readonly keyBase64: string;
}

/** Reads known_hosts (sshd(8)); comments, certificate authorities and lines that make no sense are left out. */
export function parseKnownHosts(text: string): KnownHost[] {
  const known: KnownHost[] = [];
  for (const line of text.split('\n')) {
    const words = line.trim().split(/\s+/);
    const marker = words[0]?.startsWith('@') === true ? words.shift() : undefined;
    const [hosts = '', type = '', keyBase64 = ''] = words;
    if (hosts.startsWith('#') || keyBase64 === '' || marker === '@cert-authority') continue;
    known.push({ isRevoked: marker === '@revoked', hosts, type, keyBase64 });
  }
  return known;
}

/** Whether a line is about this host: plain names, `[host]:port`, wildcards, `!` and hashed names. */
export function isAbout({ hosts }: KnownHost, host: string, port: number): boolean {
  const name = port === 22 ? host.toLowerCase() : `[${host.toLowerCase()}]:${port}`;
  let matches = false;
  for (const pattern of hosts.split(',')) {
    if (pattern.startsWith('|1|')) matches ||= isHashOf(pattern, name);
    else if (pattern.startsWith('!')) {
      if (globOf(pattern.slice(1)).test(name)) return false;
    } else matches ||= globOf(pattern).test(name);
  }
  return matches;
}

// `|1|salt|HMAC-SHA1 of the name`, so that a stolen file does not tell where its owner goes.
function isHashOf(pattern: string, name: string): boolean {
  const [, , salt = '', hash = ''] = pattern.split('|');
  return createHmac('sha1', Buffer.from(salt, 'base64')).update(name).digest('base64') === hash;
}

function globOf(pattern: string): RegExp {
  const escaped = pattern.toLowerCase().replace(/[.+^${}()|[\]\\]/g, '\\$&');
  return new RegExp(`^${escaped.replaceAll('*', '.*').replaceAll('?', '.')}$`);
}

/** What people compare: `SHA256:` and the digest in base64 without padding, as ssh-keygen prints it. */
export function fingerprint(key: Uint8Array): string {
  return `SHA256:${createHash('sha256').update(key).digest('base64').replace(/=+$/, '')}`;
}

/** Which key of a host is believed. */
export interface HostKeyRule {
  readonly host: string;
  readonly port: number;
  /** The `hostKey` option: a fingerprint, or a key as known_hosts has it (`ssh-ed25519 AAAA...`); it alone counts. */
  readonly hostKey: string | undefined;
  readonly known: readonly KnownHost[];
  /** For messages: the files that were read. */
  readonly files: readonly string[];
}

/** Why this key of the host is refused, or undefined when it is the one we know. */
export function refusalOf(key: Uint8Array, rule: HostKeyRule): string | undefined {
  const shown = fingerprint(key);
  const keyBase64 = Buffer.from(key).toString('base64');
  const { host, port, hostKey } = rule;
  if (hostKey !== undefined) {
    const words = hostKey.trim().split(/\s+/);
    if (words.includes(shown) || words.includes(keyBase64)) return undefined;
    return `the host key of ${host} is ${shown}, and hostKey names another one`;
  }
  const about = rule.known.filter((line) => isAbout(line, host, port));
  const same = about.filter((line) => line.keyBase64 === keyBase64);
  if (same.some(({ isRevoked }) => isRevoked)) return `the host key ${shown} of ${host} is revoked`;
  if (same.length > 0) return undefined;
  const where = rule.files.join(' and ');
  if (about.length > 0)
    return `the host key of ${host} is ${shown}, and ${where} has another one: the host may not be the one it was`;
  return `the host key ${shown} of ${host} is not in ${where}; check it and add it, or name it as hostKey`;
}

/** The algorithms to ask for, so that the host shows a key we know; undefined for whatever it prefers. */
export function keyAlgorithms(rule: HostKeyRule): readonly string[] | undefined {
  const own = rule.hostKey === undefined ? [] : [rule.hostKey.trim().split(/\s+/)[0] ?? ''];
  const known = rule.known
    .filter((line) => !line.isRevoked && isAbout(line, rule.host, rule.port))
    .map(({ type }) => type);
  const types = (rule.hostKey === undefined ? known : own).filter((type) => /^(ssh|ecdsa)-/.test(type));
  if (types.length === 0) return undefined;
  // One RSA key signs in three ways; the oldest is believed by nobody any more.
  return [...new Set(types.flatMap((type) => (type === 'ssh-rsa' ? ['rsa-sha2-512', 'rsa-sha2-256'] : [type])))];
}
