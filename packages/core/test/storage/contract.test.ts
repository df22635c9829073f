import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { LocalDriver } from '../../src/storage/drivers/local.ts';
import { MemoryDriver } from '../../src/storage/drivers/memory.ts';
import { createStoreOpener } from '../../src/storage/open-store.ts';
import { ManagedStore } from '../../src/storage/managed-store.ts';
import { driverContract } from '../../src/testing/driver-contract.ts';
import { serveFolder } from './folder-server.ts';
import { temporaryFolder } from './support.ts';

const guarantees = { conditionalPut: true, versions: true };
let count = 0;

driverContract('a local folder', {
  // More than two pages of 512.
  listFiles: 1100,
  async open() {
    const folder = temporaryFolder();
    const store = new ManagedStore({ place: './out', driver: new LocalDriver(join(folder.path, 'out')), guarantees });
    return { store, dispose: async () => (await store.close(), folder[Symbol.dispose]()) };
  },
});

driverContract('a place inside a local folder', {
  async open() {
    const folder = temporaryFolder();
    const opener = createStoreOpener({ projectDir: folder.path, workDir: join(folder.path, '.runner/work') });
    const store = await opener.open('work:deep/place');
    return { store, dispose: async () => (await opener.close(), folder[Symbol.dispose]()) };
  },
});

driverContract('memory', {
  async open() {
    const driver = new MemoryDriver(`contract-${count++}`, { pageEntries: 3 });
    return { store: new ManagedStore({ place: 'memory:x', driver, guarantees }), dispose: async () => undefined };
  },
});

driverContract('memory behind a driver that needs lengths and proves nothing', {
  async open() {
    const sound = new MemoryDriver(`contract-${count++}`);
    const driver = {
      stat: sound.stat.bind(sound),
      read: sound.read.bind(sound),
      list: sound.list.bind(sound),
      write: sound.write.bind(sound),
      remove: sound.remove.bind(sound),
    };
    return { store: new ManagedStore({ place: 'memory:x', driver, guarantees }), dispose: async () => undefined };
  },
});

for (const ranges of [true, false]) {
  driverContract(ranges ? 'a web server' : 'a web server without ranges and HEAD', {
    readOnly: true,
    async open() {
      const server = await serveFolder({ ranges, head: ranges });
      const opener = createStoreOpener({ projectDir: '/', workDir: '/nowhere', allowHosts: ['127.0.0.1'] });
      const store = await opener.open(`${server.url}/some/folder`);
      return {
        store,
        seed: async (key, bytes) => server.put(`/some/folder/${key}`, bytes),
        dispose: async () => (await opener.close(), server.close()),
      };
    },
    troubled: {
      'store.denied': () => answering(403),
      'store.unavailable': () => answering(503),
      'store.throttled': () => answering(429),
      'store.broken': () => answering(418),
    },
  });
}

async function answering(status: number) {
  const server = createServer((_request, response) => void response.writeHead(status).end()).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const opener = createStoreOpener({
    projectDir: '/',
    workDir: '/nowhere',
    allowHosts: ['127.0.0.1'],
    retry: { attempts: 2, baseMs: 1, capMs: 1 },
  });
  const store = await opener.open(`http://127.0.0.1:${(server.address() as AddressInfo).port}/x`);
  return { store, dispose: async () => (await opener.close(), server.closeAllConnections(), void server.close()) };
}
