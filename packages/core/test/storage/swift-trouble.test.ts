import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createStoreOpener } from '../../src/storage/open-store.ts';
import { troubleOfSwift } from '../../src/storage/drivers/swift-trouble.ts';
import { isTransient } from '../../src/storage/trouble.ts';

describe('the trouble of a Swift', () => {
  const cases: readonly [status: number, body: string, kind: string, transient: boolean][] = [
    [409, 'Conflict', 'unavailable', true],
    [498, 'Slow down', 'throttled', true],
    [422, '', 'corrupt', true],
    [413, 'Upload exceeds quota.', 'full', false],
    [413, 'Too large', 'limit', false],
    [403, '', 'denied', false],
  ];
  for (const [status, body, kind, transient] of cases) {
    it(`that answers ${`${status} ${body}`.trim()} is ${kind}, with the id of the request`, () => {
      const headers = { 'x-trans-id': 'tx0001' };
      const trouble = troubleOfSwift({ status, headers }, 'PUT http://127.0.0.1/c/a', body);
      assert.deepEqual([trouble.kind, isTransient(trouble)], [kind, transient]);
      assert.match(trouble.message, /tx0001/);
    });
  }
});

describe('what stopped uploads left in a Swift', () => {
  it('is removed with its file when none of it has moved for an hour, and not while an upload goes on', async () => {
    const folders = { slow: 'large/1.000/9/5', dead: 'large/2.000/9/5' };
    const part = (name: string, ageMs: number) => ({
      name,
      bytes: 5,
      hash: 'x',
      last_modified: new Date(Date.now() - ageMs).toISOString(),
    });
    const hourMs = 3_600_000;
    const parts = [
      part(`${folders.slow}/00000000`, 2 * hourMs),
      part(`${folders.slow}/00000001`, 1_000),
      part(`${folders.dead}/00000000`, 3 * hourMs),
      part(`${folders.dead}/00000001`, 2 * hourMs),
    ];
    const removed: string[] = [];
    const server = createServer(({ method, url = '' }, response) => {
      if (method === 'DELETE') removed.push(url);
      const isListing = method === 'GET' && url.startsWith('/v1/lab/box_segments?');
      response.writeHead(isListing ? 200 : method === 'DELETE' ? 204 : 404);
      response.end(isListing && !url.includes('marker') ? JSON.stringify(parts) : undefined);
    });
    await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
    const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1/lab`;
    const stores = createStoreOpener({
      projectDir: '/',
      workDir: '/nowhere',
      allowHosts: ['127.0.0.1'],
      stores: { cloud: { url: 'swift://box', token: 't', endpoint } },
    });
    try {
      await (await stores.open('cloud:')).remove(['large']);
      const left = [0, 1].map((number) => `/v1/lab/box_segments/${folders.dead}/0000000${number}`);
      assert.deepEqual(removed.toSorted(), ['/v1/lab/box/large', ...left]);
    } finally {
      await stores.close();
      server.closeAllConnections();
      server.close();
    }
  });
});
