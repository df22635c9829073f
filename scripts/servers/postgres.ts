// A real PostgreSQL on loopback for tests: a cluster of its own, one user, gone at the end.
import { chownSync, existsSync, readdirSync, readFileSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort, startProcess } from './process.ts';

export interface Postgres extends AsyncDisposable {
  /** Of a database that is empty; the password is to be put in where the server wants one. */
  readonly url: string;
  readonly password: string;
  /** What psql prints for a statement: a line a row, its cells by `|`. */
  ask(sql: string): string;
}

/** The folder of PostgreSQL's programs, or undefined. Debian keeps them out of the PATH. */
export function findPostgres(): string | undefined {
  const debian = '/usr/lib/postgresql';
  const versions = existsSync(debian) ? readdirSync(debian).map((version) => join(debian, version, 'bin')) : [];
  return [...versions, '/usr/local/bin', '/usr/bin'].find((bin) =>
    ['initdb', 'postgres', 'psql'].every((name) => existsSync(join(bin, name))),
  );
}

/** Starts a server in which the user `runner` has a password, and resolves when it answers. */
export async function startPostgres(bin: string): Promise<Postgres> {
  const root = await mkdtemp(join(tmpdir(), 'runner-postgres-'));
  const password = 'pivot-secret';
  const port = await freePort();
  // It refuses to run as root.
  const owner = process.getuid?.() === 0 ? uidOfNobody() : undefined;
  if (owner !== undefined) chownSync(root, owner, owner);
  const as = owner === undefined ? [] : ['setpriv', `--reuid=${owner}`, `--regid=${owner}`, '--clear-groups'];
  const data = join(root, 'data');
  const pwfile = `printf %s ${password} > ${join(root, 'pw')}`;
  const init = `${pwfile} && ${join(bin, 'initdb')} -D ${data} -U runner -A scram-sha-256 --pwfile=${join(root, 'pw')} -E UTF8 --no-sync`;
  run([...as, 'sh', '-c', init], root);
  const options = [
    '-D',
    data,
    '-p',
    String(port),
    '-c',
    'listen_addresses=127.0.0.1',
    '-c',
    'unix_socket_directories=',
    '-c',
    'fsync=off',
  ];
  const [program = '', ...args] = [...as, join(bin, 'postgres'), ...options];
  const ask = (sql: string, name: string): string =>
    run([join(bin, 'psql'), `postgres://runner:${password}@127.0.0.1:${port}/${name}`, '-qAtc', sql], root);
  const isReady = async (): Promise<boolean> => {
    try {
      return ask('SELECT 1', 'postgres') === '1';
    } catch {
      return false;
    }
  };
  const stop = await startProcess({ program, args, root, isReady });
  ask('CREATE DATABASE pivot', 'postgres');
  return {
    url: `postgres://runner@127.0.0.1:${port}/pivot`,
    password,
    ask: (sql) => ask(sql, 'pivot'),
    async [Symbol.asyncDispose]() {
      await stop();
      await rm(root, { recursive: true, force: true });
    },
  };
}

function run([program = '', ...args]: readonly string[], cwd: string): string {
  const { status, stdout, stderr } = spawnSync(program, args, { cwd, encoding: 'utf8' });
  if (status !== 0) throw new Error(`${program} ended with ${status}: ${stderr}`);
  return stdout.trimEnd();
}

function uidOfNobody(): number {
  const [, uid] = /^nobody:[^:]*:(\d+):/m.exec(readFileSync('/etc/passwd', 'utf8')) ?? [];
  return Number(uid ?? 65_534);
}
