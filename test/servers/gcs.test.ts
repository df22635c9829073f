import { driverContract } from '@dataset-runner/core/testing';
import { createStoreOpener, type StoreSettings } from '../../packages/core/src/storage/open-store.ts';
import { prepareFakeGcs, startFakeGcs, type FakeGcsServer } from '../../scripts/servers/fake-gcs.ts';
import { skip } from '../support/skip.ts';

describe('fake-gcs-server, a double of Google Cloud Storage', function () {
  // Building takes its time where it is the first run.
  this.timeout(600_000);
  let server: FakeGcsServer;
  let buckets = 0;

  before(async function () {
    const why = await prepareFakeGcs();
    if (why !== undefined) skip(this, why);
    server = await startFakeGcs();
  });

  after(() => server?.stop());

  async function open(settings: Partial<StoreSettings> = {}) {
    const opener = createStoreOpener({
      projectDir: '/',
      workDir: '/nowhere',
      allowHosts: ['127.0.0.1'],
      stores: {
        cloud: {
          url: `gs://place-${buckets++}/sets ä`,
          endpoint: server.endpoint,
          createBucket: true,
          projectId: 'lab',
          // Several chunks for the large file of the contract.
          chunkBytes: 512 * 1024,
          ...settings,
        },
      },
      retry: { attempts: 2, baseMs: 10, capMs: 50 },
    });
    return { store: await opener.open('cloud:2026'), dispose: () => opener.close() };
  }

  driverContract('fake-gcs-server', { open: () => open(), timeoutMs: 30_000 });
});
