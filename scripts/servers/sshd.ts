// A real sshd on loopback for tests: one key, one user (the caller), its own folder, gone at the end.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { ensurePackages } from './packages.ts';
import { freePort } from './process.ts';

export interface Sshd extends AsyncDisposable {
  readonly port: number;
  readonly user: string;
  /** Path of the private key. */
  readonly key: string;
  /** Path of a known_hosts file that knows this server. */
  readonly knownHosts: string;
  /** A folder of the server's own. */
  readonly dir: string;
}

/** Installs sshd where it may; returns why it cannot run here, or undefined. */
export async function prepareSshd(): Promise<string | undefined> {
  return findSshd() === undefined ? ensurePackages([{ path: '/usr/sbin/sshd', package: 'openssh-server' }]) : undefined;
}

/** Where sshd is, or undefined; it lies outside most users' PATH. */
export function findSshd(): string | undefined {
  return ['/usr/sbin/sshd', '/usr/local/sbin/sshd', '/usr/bin/sshd'].find((path) => existsSync(path));
}

/** Starts sshd on a free port and resolves when it answers. */
export async function startSshd(program: string): Promise<Sshd> {
  const dir = await mkdtemp(join(tmpdir(), 'runner-sshd-'));
  for (const name of ['id', 'host']) keygen(join(dir, name));
  writeFileSync(join(dir, 'authorized_keys'), readFileSync(join(dir, 'id.pub')), { mode: 0o600 });
  const port = await freePort();
  const hostKey = readFileSync(join(dir, 'host.pub'), 'utf8').split(' ').slice(0, 2).join(' ');
  writeFileSync(join(dir, 'known_hosts'), `[127.0.0.1]:${port} ${hostKey}\n`);
  writeFileSync(join(dir, 'sshd_config'), config(dir, port));
  // Root's sshd separates privileges in this folder and does not start without it.
  if (process.getuid?.() === 0) mkdirSync('/run/sshd', { recursive: true });
  const server = spawn(program, ['-D', '-e', '-f', join(dir, 'sshd_config')], { stdio: ['ignore', 'ignore', 'pipe'] });
  await answering(server, port);
  return {
    port,
    user: userInfo().username,
    key: join(dir, 'id'),
    knownHosts: join(dir, 'known_hosts'),
    dir,
    async [Symbol.asyncDispose]() {
      const ended = new Promise((resolve) => server.once('close', resolve));
      server.kill();
      await ended;
      await rm(dir, { recursive: true, force: true });
    },
  };
}

function keygen(path: string): void {
  const { status, stderr } = spawnSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', path], {
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`ssh-keygen ended with ${status}: ${stderr}`);
}

function config(dir: string, port: number): string {
  return [
    `Port ${port}`,
    'ListenAddress 127.0.0.1',
    `HostKey ${join(dir, 'host')}`,
    `AuthorizedKeysFile ${join(dir, 'authorized_keys')}`,
    `PidFile ${join(dir, 'sshd.pid')}`,
    'PermitRootLogin prohibit-password',
    'PasswordAuthentication no',
    'KbdInteractiveAuthentication no',
    'UsePAM no',
    // The folder lies in a world-writable /tmp, which strict mode refuses.
    'StrictModes no',
    'Subsystem sftp internal-sftp',
    '',
  ].join('\n');
}

async function answering(server: ChildProcess, port: number): Promise<void> {
  let output = '';
  server.stderr?.setEncoding('utf8').on('data', (text: string) => void (output += text));
  for (;;) {
    if (server.exitCode !== null) throw new Error(`sshd ended with ${server.exitCode}: ${output}`);
    const open = await new Promise<boolean>((resolve) => {
      const socket = connect(port, '127.0.0.1', () => resolve(true)).on('error', () => resolve(false));
      socket.on('close', () => resolve(false));
      socket.once('connect', () => socket.destroy());
    });
    if (open) return;
    await delay(50);
  }
}
