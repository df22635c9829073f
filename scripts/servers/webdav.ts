// Real WebDAV servers for the contract: Apache with both logins, nginx, and sabre/dav, which ownCloud and Nextcloud are built on.
// `node scripts/servers/webdav.ts <kind>` starts one and serves until Ctrl-C.
import { createHash } from 'node:crypto';
import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { execFileSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensurePackages, type SystemNeed } from './packages.ts';
import { freePort, startProcess } from './process.ts';
import { apacheConfig, nginxConfig } from './webdav-config.ts';

export const webdavKinds = ['apache-basic', 'apache-digest', 'nginx', 'sabre'] as const;
export type WebdavKind = (typeof webdavKinds)[number];

export interface WebdavServer {
  /** As in `http://127.0.0.1:1234`. */
  readonly url: string;
  readonly username: string;
  readonly password: string;
  /** The process that serves and its log are in here; gone after `stop`. */
  readonly root: string;
  stop(): Promise<void>;
}

const apache: readonly SystemNeed[] = [{ path: '/usr/sbin/apache2', package: 'apache2-bin' }];
const needs: { readonly [K in WebdavKind]: readonly SystemNeed[] } = {
  'apache-basic': apache,
  'apache-digest': apache,
  nginx: [
    { path: '/usr/sbin/nginx', package: 'nginx-light' },
    { path: '/usr/lib/nginx/modules/ngx_http_dav_ext_module.so', package: 'libnginx-mod-http-dav-ext' },
  ],
  sabre: [
    { path: '/usr/bin/php', package: 'php-cli' },
    { path: '/usr/share/php/Sabre/DAV/Server.php', package: 'php-sabre-dav' },
  ],
};

/** Installs the server where it may; returns why it cannot run here, or undefined. */
export function prepareWebdav(kind: WebdavKind): Promise<string | undefined> {
  return ensurePackages(needs[kind]);
}

const username = 'alice';
const password = 's3cret';

/** Starts a server over an empty folder on a free loopback port. */
export async function startWebdav(kind: WebdavKind): Promise<WebdavServer> {
  const root = mkdtempSync(join(tmpdir(), `runner-${kind}-`));
  const port = await freePort();
  const isRoot = process.getuid?.() === 0;
  prepareFolder(root);
  const url = `http://127.0.0.1:${port}`;
  try {
    const { program, args, env } = commandOf(kind, { root, port, isRoot });
    if (isRoot && kind !== 'sabre')
      execFileSync('chown', ['-R', 'www-data:www-data', join(root, 'data'), join(root, 'run')]);
    const stop = await startProcess({ program, args, root, env, isReady: () => answers(url) });
    return {
      url,
      username,
      password,
      root,
      stop: () => stop().finally(() => rmSync(root, { recursive: true, force: true })),
    };
  } catch (error) {
    rmSync(root, { recursive: true, force: true });
    throw error;
  }
}

function prepareFolder(root: string): void {
  // The servers' own user must get in; the temp folder itself is not secret, the password is for this machine only.
  chmodSync(root, 0o755);
  mkdirSync(join(root, 'data'));
  mkdirSync(join(root, 'run'));
  const md5 = createHash('md5').update(`${username}:dav:${password}`).digest('hex');
  const sha1 = createHash('sha1').update(password).digest('base64');
  writeFileSync(join(root, 'htpasswd'), `${username}:{SHA}${sha1}\n`);
  writeFileSync(join(root, 'htdigest'), `${username}:dav:${md5}\n`);
}

interface Command {
  readonly program: string;
  readonly args: readonly string[];
  readonly env: { readonly [name: string]: string };
}

function commandOf(kind: WebdavKind, place: Parameters<typeof nginxConfig>[0]): Command {
  const { root, port } = place;
  const config = join(root, 'server.conf');
  switch (kind) {
    case 'apache-basic':
    case 'apache-digest':
      writeFileSync(config, apacheConfig(place, kind === 'apache-digest' ? 'digest' : 'basic'));
      return { program: '/usr/sbin/apache2', args: ['-f', config, '-DFOREGROUND'], env: {} };
    case 'nginx':
      writeFileSync(config, nginxConfig(place));
      return { program: '/usr/sbin/nginx', args: ['-c', config, '-e', 'stderr'], env: {} };
    case 'sabre': {
      const router = join(root, 'router.php');
      copyFileSync(join(import.meta.dirname, 'sabre-router.php'), router);
      // sabre/dav 1.8 is older than PHP 8: its deprecation notes would be printed into the answers.
      const settings = [
        'error_reporting=0',
        'zend.assertions=-1',
        'memory_limit=128M',
        'post_max_size=0',
        'upload_max_filesize=0',
      ];
      const streaming = ['max_execution_time=0', 'enable_post_data_reading=0', 'output_buffering=0'];
      const args = [...settings, ...streaming].flatMap((setting) => ['-d', setting]);
      const env = { PHP_CLI_SERVER_WORKERS: '4', DAV_ROOT: root };
      return { program: '/usr/bin/php', args: [...args, '-S', `127.0.0.1:${port}`, router], env };
    }
  }
}

// 401 is the answer of a server that is up: nobody has logged in yet.
async function answers(url: string): Promise<boolean> {
  try {
    const response = await fetch(url, {
      method: 'PROPFIND',
      headers: { depth: '0' },
      signal: AbortSignal.timeout(2000),
    });
    await response.body?.cancel();
    return response.status === 401;
  } catch {
    return false;
  }
}

if (import.meta.main) {
  const kind = webdavKinds.find((one) => one === process.argv[2]);
  if (kind === undefined) throw new Error(`usage: node scripts/servers/webdav.ts ${webdavKinds.join(' | ')}`);
  const why = await prepareWebdav(kind);
  if (why !== undefined) throw new Error(why);
  const server = await startWebdav(kind);
  process.stdout.write(
    `${kind} on ${server.url}, user ${server.username}, password ${server.password}; Ctrl-C ends it\n`,
  );
  process.once('SIGINT', () => void server.stop());
}
