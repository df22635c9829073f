import assert from 'node:assert/strict';
import { driverContract } from '@dataset-runner/core/testing';
import { createStoreOpener } from '../../packages/core/src/storage/open-store.ts';
import { prepareFakeGcs, startFakeGcs, type FakeGcsServer } from '../../scripts/servers/fake-gcs.ts';
import { faultyProxy } from '../support/faulty-proxy.ts';
import { flatStream } from '../support/flat-stream.ts';
import { recordContract } from '../support/record-contract.ts';
import { skip } from '../support/skip.ts';

const megabyte = 1024 * 1024;
let buckets = 0;

async function open(endpoint: string, chunkBytes: number) {
  const opener = createStoreOpener({
    projectDir: '/',
    workDir: '/nowhere',
    allowHosts: ['127.0.0.1'],
    stores: {
      cloud: { url: `gs://place-${buckets++}/sets ä`, endpoint, createBucket: true, projectId: 'lab', chunkBytes },
    },
    retry: { attempts: 3, baseMs: 10, capMs: 50 },
  });
  return { store: await opener.open('cloud:2026'), dispose: () => opener.close() };
}

describe('fake-gcs-server, a double of Google Cloud Storage', function () {
  // Building takes its time where it is the first run.
  this.timeout(600_000);
  let server: FakeGcsServer;

  before(async function () {
    const why = await prepareFakeGcs();
    if (why !== undefined) skip(this, why);
    server = await startFakeGcs();
  });

  after(() => server?.stop());

  // Several chunks for the large file of the contract.
  driverContract('fake-gcs-server', {
    open: () => open(server.endpoint, megabyte / 2),
    timeoutMs: 30_000,
    onResult: recordContract('gs', 'fake-gcs-server 1.56'),
    cannot: { 'signs URLs that open one file for a while': 'only the key of a service account signs' },
  });

  it('gets through cut requests and busy answers', async () => {
    await using proxy = await faultyProxy(server.endpoint);
    const { store, dispose } = await open(proxy.url, megabyte / 2);
    await store.write('first', Buffer.from('x'));
    const faults = [{ cut: 'request' }, { status: 503 }, { status: 429, headers: { 'retry-after': '0' } }] as const;
    let requests = 0;
    proxy.fault = () => (requests++ % 3 === 0 ? faults[Math.floor(requests / 3) % 3] : undefined);
    for (let n = 0; n < 20; n++) await store.write(`small/${n}`, Buffer.from(`file ${n}`));
    proxy.fault = () => undefined;
    for (let n = 0; n < 20; n++) assert.equal((await store.stat(`small/${n}`))?.size, `file ${n}`.length);
    await dispose();
  });

  it('streams 300 MB in flat memory', async () => {
    const { store, dispose } = await open(server.endpoint, 16 * megabyte);
    await flatStream(store);
    await dispose();
  });
});
