import { StoreTrouble } from '../../src/model/driver.ts';
import { startDavServer, type DavFault, type DavServerOptions } from '../../src/testing/dav-server.ts';
import { driverContract } from '../../src/testing/driver-contract.ts';
import { startUnkindHttp } from '../../src/testing/unkind-http.ts';
import { openCloud } from './support.ts';

const alice = { username: 'alice', password: 'pass"wörd\\' };

const servers: readonly [name: string, options: DavServerOptions][] = [
  ['without login', {}],
  ['with basic login', { login: { kind: 'basic', ...alice } }],
  ['with digest login, nonces stale after 9 requests', { login: { kind: 'digest', ...alice, nonceRequests: 9 } }],
  ['with SHA-256 digest login', { login: { kind: 'digest', ...alice, algorithm: 'SHA-256' } }],
  ['without ETags', { noEtags: true }],
  ['that keeps halves of cut uploads', { keepsHalves: true }],
  ["that is Apache's file store", { isApache: true }],
  ['that is an ownCloud', { cloud: { kind: 'owncloud', user: 'alice', leastChunkBytes: 500_000 } }],
  ['that is a Nextcloud', { cloud: { kind: 'nextcloud', user: 'alice', leastChunkBytes: 500_000 } }],
];

// The store says so (store.unavailable) and whoever has the stream's source sends it anew.
const streamsMeetLogins = {
  'takes large files at the same time and keeps them apart':
    'a login that ends after nine requests ends in the middle of four streams, which cannot be sent twice',
};

for (const [name, options] of servers) {
  driverContract(`WebDAV ${name}`, {
    open: () => openDav(options),
    unkind: () => openUnkind(options),
    cannot: options.login?.nonceRequests === undefined ? {} : streamsMeetLogins,
    troubled: {
      'store.denied': () => openDav(options, () => ({ status: 403 })),
      'store.unavailable': () => openDav(options, () => ({ status: 503 })),
      'store.throttled': () => openDav(options, () => ({ status: 503, headers: { 'retry-after': '0' } })),
      'store.full': () => openDav(options, (method) => (method === 'PUT' ? { status: 507 } : undefined)),
    },
  });
}

async function openUnkind(options: DavServerOptions) {
  const server = await startDavServer(options);
  const proxy = await startUnkindHttp(server.url);
  const { store, close } = await openAt(proxy.url, options);
  return { store, proxy, dispose: async () => (await close(), await proxy.close(), server.close()) };
}

async function openDav(options: DavServerOptions, fault: (method: string) => DavFault = () => undefined) {
  const server = await startDavServer(options);
  server.fault = ({ method = '' }) => fault(method);
  const { store, close } = await openAt(server.url, options);
  if (store.guarantees.conditionalPut) throw new StoreTrouble('broken', 'WebDAV promises no conditional put');
  return { store, dispose: async () => (await close(), server.close()) };
}

async function openAt(url: string, { cloud }: DavServerOptions) {
  const folder = cloud === undefined ? 'files/lab ä' : `remote.php/dav/files/${cloud.user}/lab ä`;
  const settings = {
    url: `webdav+${url}/${folder}`,
    username: alice.username,
    password: 'env:PASSWORD',
    moveWaitMs: 50,
    chunkBytes: 600_000,
  };
  return openCloud(settings, { place: 'cloud:sets/2026', secret: () => alice.password });
}
