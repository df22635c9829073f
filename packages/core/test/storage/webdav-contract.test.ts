import { StoreTrouble } from '../../src/model/driver.ts';
import { createStoreOpener } from '../../src/storage/open-store.ts';
import { startDavServer, type DavFault, type DavServerOptions } from '../../src/testing/dav-server.ts';
import { driverContract } from '../../src/testing/driver-contract.ts';

const alice = { username: 'alice', password: 'pass"wörd\\' };

const servers: readonly [name: string, options: DavServerOptions][] = [
  ['without login', {}],
  ['with basic login', { login: { kind: 'basic', ...alice } }],
  ['with digest login, nonces stale after 7 requests', { login: { kind: 'digest', ...alice, nonceRequests: 7 } }],
  ['with SHA-256 digest login', { login: { kind: 'digest', ...alice, algorithm: 'SHA-256' } }],
  ['without ETags', { noEtags: true }],
  ['that keeps halves of cut uploads', { keepsHalves: true }],
];

for (const [name, options] of servers) {
  driverContract(`WebDAV ${name}`, {
    open: () => openDav(options),
    troubled: {
      'store.denied': () => openDav(options, () => ({ status: 403 })),
      'store.unavailable': () => openDav(options, () => ({ status: 503 })),
      'store.throttled': () => openDav(options, () => ({ status: 503, headers: { 'retry-after': '0' } })),
      'store.full': () => openDav(options, (method) => (method === 'PUT' ? { status: 507 } : undefined)),
    },
  });
}

async function openDav(options: DavServerOptions, fault: (method: string) => DavFault = () => undefined) {
  const server = await startDavServer(options);
  server.fault = ({ method = '' }) => fault(method);
  const opener = createStoreOpener({
    projectDir: '/',
    workDir: '/nowhere',
    allowHosts: ['127.0.0.1'],
    stores: {
      cloud: {
        url: `webdav+${server.url}/files/lab ä`,
        username: alice.username,
        password: 'env:PASSWORD',
        moveWaitMs: 50,
      },
    },
    secret: () => alice.password,
    retry: { attempts: 3, baseMs: 1, capMs: 5 },
  });
  const store = await opener.open('cloud:sets/2026');
  if (store.guarantees.conditionalPut) throw new StoreTrouble('broken', 'WebDAV promises no conditional put');
  return { store, dispose: async () => (await opener.close(), server.close()) };
}
