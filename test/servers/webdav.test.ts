import assert from 'node:assert/strict';
import { driverContract, startUnkindHttp } from '@dataset-runner/core/testing';
import { createStoreOpener } from '../../packages/core/src/storage/open-store.ts';
import {
  prepareWebdav,
  startWebdav,
  webdavKinds,
  type WebdavKind,
  type WebdavServer,
} from '../../scripts/servers/webdav.ts';
import { recordContract } from '../support/record-contract.ts';
import { skip } from '../support/skip.ts';

const megabyte = 1024 * 1024;

/** What a server cannot do, whoever asks it. */
const limits: { readonly [K in WebdavKind]?: { readonly [title: string]: string } } = {
  nginx: { 'lists names that start with a dot': 'nginx-dav-ext leaves them out of every answer' },
  sabre: {
    'keeps a file of the name 0':
      'sabre/dav 1.8 takes the name 0 for none and keeps the name the file had before its MOVE',
  },
};

const names: { readonly [K in WebdavKind]: string } = {
  'apache-basic': 'Apache mod_dav (basic)',
  'apache-digest': 'Apache mod_dav (digest)',
  nginx: 'nginx dav-ext',
  sabre: 'sabre/dav 1.8',
};

for (const kind of webdavKinds) {
  describe(`${kind}, a real server`, function () {
    // Installing takes its time where it is the first run.
    this.timeout(300_000);
    let server: WebdavServer;
    let places = 0;

    before(async function () {
      const why = await prepareWebdav(kind);
      if (why !== undefined) skip(this, why);
      server = await startWebdav(kind);
    });

    after(() => server?.stop());

    function open(password = server.password, url = server.url) {
      const opener = createStoreOpener({
        projectDir: '/',
        workDir: '/nowhere',
        allowHosts: ['127.0.0.1'],
        stores: { cloud: { url: `webdav+${url}/place-${places++}`, username: server.username, password } },
        retry: { attempts: 4, baseMs: 10, capMs: 50 },
      });
      return opener;
    }

    async function openStore(password?: string) {
      const opener = open(password);
      return { store: await opener.open('cloud:sets/2026'), dispose: () => opener.close() };
    }

    async function openUnkind() {
      const proxy = await startUnkindHttp(server.url);
      const opener = open(server.password, proxy.url);
      const dispose = async () => (await opener.close(), proxy.close());
      return { store: await opener.open('cloud:sets/2026'), proxy, dispose };
    }

    driverContract(kind, {
      open: () => openStore(),
      timeoutMs: 60_000,
      unkind: openUnkind,
      cannot: limits[kind] ?? {},
      troubled: { 'store.denied': () => openStore('wrong') },
      onResult: recordContract('webdav', names[kind]),
    });

    it('tells the same version to who writes a file, looks at it and lists it', async () => {
      const { store, dispose } = await openStore();
      try {
        for (const [key, bytes] of [['small', Buffer.from('x')] as const, ['small', Buffer.from('yy')] as const]) {
          const written = await store.write(key, bytes);
          const listed = [];
          for await (const page of store.list()) listed.push(...page);
          const { version, size } = (await store.stat(key)) ?? {};
          assert.deepEqual([written.version, written.size], [version, size]);
          assert.deepEqual([listed[0]?.version, listed[0]?.size], [version, size]);
        }
      } finally {
        await dispose();
      }
    });

    it('streams 300 MB in flat memory', async () => {
      const { store, dispose } = await openStore();
      const sizeBytes = 300 * megabyte;
      global.gc?.();
      const beforeBytes = process.memoryUsage.rss();
      let mostBytes = beforeBytes;
      const piece = Buffer.alloc(megabyte, 'plankton ');
      const pieces = async function* () {
        for (let n = 0; n < 300; n++) {
          mostBytes = Math.max(mostBytes, process.memoryUsage.rss());
          yield piece;
        }
      };
      const startedMs = performance.now();
      const written = await store.write('large.bin', pieces(), { size: sizeBytes });
      const writtenMs = performance.now();
      const digest = await store.digest('large.bin');
      const readMs = performance.now();
      mostBytes = Math.max(mostBytes, process.memoryUsage.rss());
      assert.equal(digest, written.digest);
      const growthMb = Math.round((mostBytes - beforeBytes) / megabyte);
      process.stdout.write(
        `      300 MB: up ${Math.round(writtenMs - startedMs)} ms, down ${Math.round(readMs - writtenMs)} ms, RSS +${growthMb} MB\n`,
      );
      assert.ok(growthMb < 120, `memory grew by ${growthMb} MB`);
      await dispose();
    });
  });
}
