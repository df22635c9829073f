// OpenStack Swift as a real server for tests: proxy, account, container and object server over one folder, with its own
// users (test:tester, and S3 on the same port) or Keystone's. `node scripts/servers/swift.ts` serves until Ctrl-C.
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { ensurePackages } from './packages.ts';
import { freePort, startProcess } from './process.ts';
import { proxyConf, storageConf, swiftConf, type SwiftPlace } from './swift-config.ts';

export interface SwiftServer {
  /** As in `http://127.0.0.1:1234`: the proxy, which also speaks S3. */
  readonly url: string;
  /** Version 1 login: `${url}/auth/v1.0`. The same pair is S3's access key and secret. */
  readonly username: string;
  readonly password: string;
  /** May log in and do nothing. */
  readonly reader: { readonly username: string; readonly password: string };
  /** Logs and data, gone after `stop`. */
  readonly root: string;
  stop(): Promise<void>;
}

export interface SwiftSettings {
  readonly keystoneUrl?: string;
  readonly tokenLifeSeconds?: number;
  readonly maxObjectBytes?: number;
  /** Needed only to name the proxy's port to Keystone before it runs. */
  readonly port?: number;
}

const kinds = ['object', 'container', 'account'] as const;

/** Installs the server where it may; returns why it cannot run here, or undefined. */
export function prepareSwift(): Promise<string | undefined> {
  return ensurePackages([
    { path: '/usr/bin/swift-proxy-server', package: 'swift-proxy' },
    { path: '/usr/bin/swift-object-server', package: 'swift-object' },
    { path: '/usr/bin/swift-container-server', package: 'swift-container' },
    { path: '/usr/bin/swift-account-server', package: 'swift-account' },
    { path: '/usr/bin/memcached', package: 'memcached' },
  ]);
}

/** Starts all of Swift over an empty folder on free loopback ports. */
export async function startSwift(settings: SwiftSettings = {}): Promise<SwiftServer> {
  const root = mkdtempSync(join(tmpdir(), 'runner-swift-'));
  const stops: (() => Promise<void>)[] = [];
  const stop = async (): Promise<void> => {
    await Promise.all(stops.map((end) => end()));
    rmSync(root, { recursive: true, force: true });
  };
  try {
    const place = await placeOf(root, settings);
    writeConfig(place);
    await Promise.all([startMemcached(place, stops), ...kinds.map((kind) => startStorage(place, kind, stops))]);
    await startProxy(place, stops);
    return {
      url: `http://127.0.0.1:${place.ports.proxy}`,
      username: 'test:tester',
      password: 'testing',
      reader: { username: 'test:reader', password: 'reading' },
      root,
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function placeOf(root: string, settings: SwiftSettings): Promise<SwiftPlace> {
  // One port may be found free twice; five at once are made to differ.
  const free = new Set<number>(settings.port === undefined ? [] : [settings.port]);
  while (free.size < 5) free.add(await freePort());
  const [proxy, object, container, account, memcached] = [...free];
  return {
    root,
    ports: {
      proxy: proxy ?? 0,
      object: object ?? 0,
      container: container ?? 0,
      account: account ?? 0,
      memcached: memcached ?? 0,
    },
    user: userInfo().username,
    keystoneUrl: settings.keystoneUrl,
    tokenLifeSeconds: settings.tokenLifeSeconds ?? 86_400,
    maxObjectBytes: settings.maxObjectBytes ?? 5 * 2 ** 30 + 2,
  };
}

function writeConfig(place: SwiftPlace): void {
  const etc = join(place.root, 'etc');
  for (const folder of ['etc', 'dev/sdb1', 'cache', ...kinds, 'proxy', 'memcached'])
    mkdirSync(join(place.root, folder), { recursive: true });
  writeFileSync(join(etc, 'swift.conf'), swiftConf(place));
  writeFileSync(join(etc, 'proxy-server.conf'), proxyConf(place));
  for (const kind of kinds) {
    writeFileSync(join(etc, `${kind}-server.conf`), storageConf(place, kind));
    ring(etc, kind, place.ports[kind]);
  }
}

/** The table that says which server keeps what: one server keeps all. */
function ring(etc: string, kind: string, port: number): void {
  const build = (...args: readonly string[]): void => {
    try {
      execFileSync('swift-ring-builder', [`${kind}.builder`, ...args], { cwd: etc, stdio: 'pipe' });
    } catch (error) {
      // 1 is a warning: one server for everything balances nothing.
      if ((error as { readonly status?: unknown }).status !== 1) throw error;
    }
  };
  build('create', '4', '1', '1');
  build('add', `r1z1-127.0.0.1:${port}/sdb1`, '1');
  build('rebalance');
}

async function startMemcached({ root, ports, user }: SwiftPlace, stops: (() => Promise<void>)[]): Promise<void> {
  // In this folder, and without UDP.
  const args = ['-u', user, '-l', '127.0.0.1', '-p', String(ports.memcached), '-m', '64', '-U', '0'];
  const isReady = async (): Promise<boolean> => true;
  stops.push(await startProcess({ program: 'memcached', args, root: join(root, 'memcached'), isReady }));
}

async function startStorage(
  { root, ports }: SwiftPlace,
  kind: (typeof kinds)[number],
  stops: (() => Promise<void>)[],
): Promise<void> {
  const args = [join(root, 'etc', `${kind}-server.conf`), '-v'];
  const isReady = (): Promise<boolean> => healthy(ports[kind]);
  stops.push(await startProcess({ program: `swift-${kind}-server`, args, root: join(root, kind), isReady }));
}

async function startProxy({ root, ports }: SwiftPlace, stops: (() => Promise<void>)[]): Promise<void> {
  const args = [join(root, 'etc', 'proxy-server.conf'), '-v'];
  const isReady = (): Promise<boolean> => healthy(ports.proxy);
  stops.push(await startProcess({ program: 'swift-proxy-server', args, root: join(root, 'proxy'), isReady }));
}

async function healthy(port: number): Promise<boolean> {
  try {
    const response = await fetch(`http://127.0.0.1:${port}/healthcheck`, { signal: AbortSignal.timeout(2000) });
    await response.body?.cancel();
    return response.ok;
  } catch {
    return false;
  }
}

if (import.meta.main) {
  const why = await prepareSwift();
  if (why !== undefined) throw new Error(why);
  const server = await startSwift();
  process.stdout.write(
    `Swift on ${server.url}: log in at ${server.url}/auth/v1.0 as ${server.username} with ${server.password}, the same for S3; Ctrl-C ends it\n`,
  );
  process.once('SIGINT', () => void server.stop());
}
