import assert from 'node:assert/strict';
import { driverContract, startUnkindHttp } from '@dataset-runner/core/testing';
import { failureOf } from '../../packages/core/src/model/failure.ts';
import { createStoreOpener } from '../../packages/core/src/storage/open-store.ts';
import { prepareSwift, startSwift, type SwiftServer } from '../../scripts/servers/swift.ts';
import { recordContract } from '../support/record-contract.ts';
import { makeBucket } from '../../scripts/servers/s3-bucket.ts';
import { skip } from '../support/skip.ts';

const bucket = 'plankton';
// The least that Swift takes as a part.
const partBytes = 5 * 1024 * 1024;

describe("Swift's s3api, another dialect of S3", function () {
  // Installing takes its time where it is the first run.
  this.timeout(300_000);
  let server: SwiftServer;
  let places = 0;

  before(async function () {
    const why = await prepareSwift();
    if (why !== undefined) skip(this, why);
    server = await startSwift();
    const keys = { accessKeyId: server.username, secretAccessKey: server.password };
    await makeBucket({ url: server.url, ...keys }, bucket);
  });

  after(() => server?.stop());

  async function openStore(more: { readonly [option: string]: unknown } = {}) {
    const keys = { accessKeyId: server.username, secretAccessKey: server.password };
    const entry = { url: `s3://${bucket}/place ä-${places++}`, endpoint: server.url, ...keys, partBytes };
    const opener = createStoreOpener({
      projectDir: '/',
      workDir: '/nowhere',
      allowHosts: ['127.0.0.1'],
      stores: { cloud: { ...entry, ...more } },
      retry: { attempts: 4, baseMs: 10, capMs: 50 },
    });
    return { store: await opener.open('cloud:sets/2026'), dispose: () => opener.close() };
  }

  driverContract("s3 on Swift's s3api", {
    open: () => openStore(),
    timeoutMs: 180_000,
    bigBytes: 2 * partBytes + 1000,
    listFiles: 1_100,
    async unkind() {
      const proxy = await startUnkindHttp(server.url);
      const { store, dispose } = await openStore({ endpoint: proxy.url });
      return { store, proxy, dispose: async () => (await dispose(), proxy.close()) };
    },
    troubled: {
      'store.denied': () => openStore({ secretAccessKey: 'wrong' }),
      'store.no-bucket': () => openStore({ url: 's3://no-such-bucket/a' }),
    },
    onResult: recordContract('s3', 'OpenStack Swift s3api'),
  });

  it('says that it has no conditional writes when it is told that it has', async () => {
    const { store, dispose } = await openStore({ conditionalPut: true });
    await assert.rejects(store.write('once', Buffer.from('x'), { ifAbsent: true }), (error) => {
      assert.equal(failureOf(error)?.code, 'store.read-only');
      return true;
    });
    assert.equal(await store.stat('once'), undefined);
    await dispose();
  });
});
