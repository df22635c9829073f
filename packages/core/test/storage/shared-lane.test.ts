import assert from 'node:assert/strict';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { createStoreOpener } from '../../src/storage/open-store.ts';

/** How two stores of each kind name one service; the port is filled in. */
const kinds: { readonly [scheme: string]: (origin: string) => { readonly [option: string]: unknown } } = {
  s3: (endpoint) => ({ endpoint, accessKeyId: 'A', secretAccessKey: 'a' }),
  gs: (endpoint) => ({ endpoint }),
  az: (origin) => ({ endpoint: `${origin}/account`, accountName: 'account', accountKey: 'a2V5' }),
  swift: (origin) => ({ endpoint: `${origin}/v1/AUTH_x`, token: 't' }),
};

describe('two buckets of one service', () => {
  let server: Server;
  let origin: string;
  let now = 0;
  let most = 0;

  beforeEach(async () => {
    now = 0;
    most = 0;
    server = createServer(async (request, response) => {
      most = Math.max(most, ++now);
      request.resume();
      await delay(10);
      now--;
      response.writeHead(200, { 'content-length': 0 }).end();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });

  afterEach(() => {
    server.closeAllConnections();
    server.close();
  });

  for (const [scheme, options] of Object.entries(kinds)) {
    it(`of ${scheme} together get no more requests at a time than one`, async () => {
      const entry = { ...options(origin), maxParallel: 2 };
      const opener = createStoreOpener({
        projectDir: '/',
        workDir: '/nowhere',
        allowHosts: ['127.0.0.1'],
        stores: { one: { url: `${scheme}://one`, ...entry }, other: { url: `${scheme}://other`, ...entry } },
        retry: { attempts: 1, baseMs: 1, capMs: 1 },
      });
      const stores = await Promise.all(['one:', 'other:'].map((place) => opener.open(place)));
      // The answers are nothing the drivers believe; only how many were asked for at once counts.
      const asked = stores.flatMap((store) => Array.from({ length: 6 }, (_, n) => store.stat(`file ${n}`)));
      await Promise.allSettled(asked);
      assert.equal(most, 2);
      await opener.close();
    });
  }
});
