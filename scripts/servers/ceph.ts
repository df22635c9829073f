// A real Ceph on this machine: one monitor, one OSD that keeps all in memory, and the gateway that speaks S3 and Swift.
// `node scripts/servers/ceph.ts` starts one and serves until Ctrl-C.
import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ensurePackages } from './packages.ts';
import { freePort, startProcess } from './process.ts';

export interface CephServer {
  /** Of the gateway, as in `http://127.0.0.1:1234`; S3 at its root, Swift's login at `/auth/v1.0`. */
  readonly url: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** User and key of Swift's first login. */
  readonly swift: { readonly user: string; readonly key: string };
  /** Its logs are in here; gone after `stop`. */
  readonly root: string;
  stop(): Promise<void>;
}

/** Installs Ceph where it may; returns why it cannot run here, or undefined. */
export function prepareCeph(): Promise<string | undefined> {
  return ensurePackages([
    { path: '/usr/bin/radosgw', package: 'radosgw' },
    { path: '/usr/bin/ceph-mon', package: 'ceph-mon' },
    { path: '/usr/bin/ceph-osd', package: 'ceph-osd' },
    { path: '/usr/bin/ceph', package: 'ceph-common' },
  ]);
}

const run = promisify(execFile);
const keys = { accessKeyId: 'AKIATEST', secretAccessKey: 'secretsecret' };
const swift = { user: 'test:swift', key: 'swiftsecret' };

/** Starts an empty cluster on free loopback ports; takes about 13 s. Parts of uploads may be as small as 64 KiB. */
export async function startCeph(): Promise<CephServer> {
  const root = mkdtempSync(join(tmpdir(), 'runner-ceph-'));
  const stops: (() => Promise<void>)[] = [];
  const stop = async (): Promise<void> => {
    // The gateway first: it waits for the others when they are gone.
    for (const one of stops.reverse()) await one();
    rmSync(root, { recursive: true, force: true });
  };
  try {
    const monitorPort = await freePort();
    const port = await freePort();
    for (const folder of ['mon', 'osd', 'rgw', 'run', 'log']) mkdirSync(join(root, folder));
    const config = join(root, 'ceph.conf');
    const cluster = randomUUID();
    writeFileSync(config, cephConfig({ root, cluster, monitorPort, port }));
    const ceph = (program: string, ...args: readonly string[]) =>
      run(program, ['-c', config, ...args], { timeout: 180_000 });
    const serve = (program: string, args: readonly string[], isReady: () => Promise<boolean>) => {
      const folder = mkdtempSync(join(root, 'log', `${program.slice(program.lastIndexOf('/') + 1)}-`));
      return startProcess({ program, args: ['-c', config, ...args, '-f'], root: folder, isReady });
    };
    const map = join(root, 'monmap');
    await run('monmaptool', ['--create', '--fsid', cluster, '--addv', 'a', `[v2:127.0.0.1:${monitorPort}]`, map]);
    await ceph('ceph-mon', '-i', 'a', '--mkfs', '--monmap', map);
    const says = (pattern: RegExp, ...args: readonly string[]) => answers(ceph, pattern, args);
    stops.push(await serve('/usr/bin/ceph-mon', ['-i', 'a'], () => says(/./, 'mon', 'stat')));
    const osd = randomUUID();
    await ceph('ceph', 'osd', 'new', osd);
    await ceph('ceph-osd', '-i', '0', '--mkfs', '--osd-uuid', osd);
    stops.push(await serve('/usr/bin/ceph-osd', ['-i', '0'], () => says(/1 up/, 'osd', 'stat')));
    const url = `http://127.0.0.1:${port}`;
    stops.push(await serve('/usr/bin/radosgw', ['-n', 'client.rgw'], () => serves(url)));
    const admin = (...args: readonly string[]) => ceph('radosgw-admin', '-n', 'client.rgw', ...args);
    const { accessKeyId, secretAccessKey } = keys;
    const user = ['--uid=test', '--display-name=test', `--access-key=${accessKeyId}`, `--secret=${secretAccessKey}`];
    await admin('user', 'create', ...user);
    await admin('subuser', 'create', '--uid=test', `--subuser=${swift.user}`, '--access=full');
    await admin('key', 'create', `--subuser=${swift.user}`, '--key-type=swift', `--secret=${swift.key}`);
    return { url, ...keys, swift, root, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

type Ceph = (program: string, ...args: readonly string[]) => Promise<{ readonly stdout: string }>;

async function answers(ceph: Ceph, pattern: RegExp, args: readonly string[]): Promise<boolean> {
  try {
    return pattern.test((await ceph('ceph', '--connect-timeout', '2', ...args)).stdout);
  } catch {
    return false;
  }
}

async function serves(url: string): Promise<boolean> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(2000) });
    await response.body?.cancel();
    return response.status === 200;
  } catch {
    return false;
  }
}

interface CephPlace {
  readonly root: string;
  readonly cluster: string;
  readonly monitorPort: number;
  readonly port: number;
}

function cephConfig({ root, cluster, monitorPort, port }: CephPlace): string {
  return `[global]
fsid = ${cluster}
mon host = [v2:127.0.0.1:${monitorPort}]
public addr = 127.0.0.1
cluster addr = 127.0.0.1
ms bind ipv6 = false
# The gateway wants a "secure" connection otherwise, which "none" cannot give, and asks for ever.
ms mon client mode = crc
auth cluster required = none
auth service required = none
auth client required = none
osd pool default size = 1
osd pool default min size = 1
osd crush chooseleaf type = 0
osd pool default pg num = 4
osd pool default pgp num = 4
osd pool default pg autoscale mode = off
mon allow pool size one = true
mon warn on pool no redundancy = false
mon data avail crit = 1
mon max pg per osd = 500
run dir = ${root}/run
log file = ${root}/log/$name.log
admin socket = ${root}/run/$name.asok
pid file =
[mon.a]
mon data = ${root}/mon
[osd.0]
osd data = ${root}/osd
osd objectstore = memstore
memstore device bytes = 12884901888
osd max object name len = 2048
[client.rgw]
# Without tcp_nodelay every small answer takes 40 ms.
rgw frontends = beast endpoint=127.0.0.1:${port} tcp_nodelay=1
rgw data = ${root}/rgw
rgw swift account in url = true
rgw s3 auth use keystone = false
rgw thread pool size = 32
rgw multipart min part size = 65536
`;
}

if (import.meta.main) {
  const why = await prepareCeph();
  if (why !== undefined) throw new Error(why);
  const server = await startCeph();
  process.stdout.write(
    `S3 and Swift on ${server.url}, key ${server.accessKeyId} / ${server.secretAccessKey}; Ctrl-C ends it\n`,
  );
  process.once('SIGINT', () => void server.stop());
}
