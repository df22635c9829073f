import { readFileSync } from 'node:fs';
import { homedir, userInfo } from 'node:os';
import { join } from 'node:path';
import type { DriverOptions } from '../../model/driver.ts';
import { fail } from '../../model/failure.ts';
import { parseKnownHosts, type HostKeyRule } from './sftp-host-key.ts';

/** Who logs in where, and which host is believed. */
export interface SftpOptions {
  readonly host: string;
  readonly port: number;
  readonly username: string;
  readonly password: string | undefined;
  /** The text of a private key. */
  readonly privateKey: string | undefined;
  readonly passphrase: string | undefined;
  /** The socket of an agent. */
  readonly agent: string | undefined;
  readonly hostKey: HostKeyRule;
  readonly idleTimeoutMs: number;
}

/** What may stand beside `url` in an entry for SFTP. */
export const sftpStoreOptions: DriverOptions = {
  username: { kind: 'text', about: 'Default: the user in the URL, else yours' },
  key: { kind: 'text', about: 'A private key, as a reference or the path of its file, and what unlocks it' },
  passphrase: { kind: 'text', about: 'A private key, as a reference or the path of its file, and what unlocks it' },
  password: { kind: 'text', about: 'A password' },
  agent: {
    kind: ['flag', 'text'],
    about:
      '`true` for the agent of `SSH_AUTH_SOCK`, or the path of a socket. Default: the agent, when there is neither key nor password',
  },
  hostKey: { kind: 'text', about: 'The only key the host may have: `SHA256:...`, or as known_hosts has it' },
  knownHosts: {
    kind: 'text',
    about: 'A file instead of `~/.ssh/known_hosts` and `/etc/ssh/ssh_known_hosts`',
  },
  idleTimeoutMs: { kind: 'count', about: 'How long a silence may last. Default 60,000' },
};

interface Given {
  readonly [name: string]: unknown;
}

/** Reads the options and the files they name; throws `usage.invalid` that says which is wrong. */
export function sftpOptions(url: URL, given: Given): SftpOptions {
  const host = decodeURIComponent(url.hostname).replace(/^\[|\]$/g, '');
  if (host === '') throw wrong('needs a host, as in sftp://host/folder');
  const port = url.port === '' ? 22 : Number(url.port);
  const password = text(given, 'password');
  const privateKey = keyOf(given);
  const named = text(given, 'agent');
  // As ssh does: whoever names no way in is asked for the keys of the agent.
  const usesAgent = given['agent'] === true || (password === undefined && privateKey === undefined);
  const idleTimeoutMs = given['idleTimeoutMs'];
  return {
    host,
    port,
    username: text(given, 'username') ?? (decodeURIComponent(url.username) || userInfo().username),
    password,
    privateKey,
    passphrase: text(given, 'passphrase'),
    agent: named ?? (usesAgent ? process.env['SSH_AUTH_SOCK'] : undefined),
    hostKey: { host, port, ...hostKeyOf(given) },
    idleTimeoutMs: typeof idleTimeoutMs === 'number' ? idleTimeoutMs : 60_000,
  };
}

/** The key itself, from a reference, or the path of its file. */
function keyOf(given: Given): string | undefined {
  const key = text(given, 'key');
  if (key === undefined || key.includes('-----BEGIN') || key.startsWith('PuTTY-')) return key;
  try {
    return readFileSync(key.replace(/^~(?=\/)/, homedir()), 'utf8');
  } catch (error) {
    throw wrong(`has a key that cannot be read: ${(error as Error).message}`);
  }
}

function hostKeyOf(given: Given): Pick<HostKeyRule, 'hostKey' | 'known' | 'files'> {
  const hostKey = text(given, 'hostKey');
  const named = text(given, 'knownHosts');
  const files = named === undefined ? [join(homedir(), '.ssh', 'known_hosts'), '/etc/ssh/ssh_known_hosts'] : [named];
  const known = files.flatMap((file) => {
    try {
      return parseKnownHosts(readFileSync(file.replace(/^~(?=\/)/, homedir()), 'utf8'));
    } catch (error) {
      // The usual files need not be there; one that was named must be.
      if (named !== undefined) throw wrong(`has knownHosts that cannot be read: ${(error as Error).message}`);
      return [];
    }
  });
  return { hostKey, known, files };
}

function text(given: Given, name: string): string | undefined {
  const value = given[name];
  if (value === undefined || value === '' || typeof value === 'boolean') return undefined;
  if (typeof value === 'string' || typeof value === 'number') return String(value);
  throw wrong(`has a ${name} that is no text`);
}

function wrong(what: string): Error {
  return fail('usage.invalid', { message: `An sftp store ${what}.` });
}
