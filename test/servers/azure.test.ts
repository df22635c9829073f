import { driverContract } from '@dataset-runner/core/testing';
import { createStoreOpener, type StoreSettings } from '../../packages/core/src/storage/open-store.ts';
import { prepareAzurite, startAzurite, type AzuriteServer } from '../../scripts/servers/azurite.ts';
import { skip } from '../support/skip.ts';

describe('azurite, the double of Azure Blob Storage', function () {
  // Installing takes its time where it is the first run.
  this.timeout(300_000);
  let server: AzuriteServer;
  let containers = 0;

  before(async function () {
    const why = await prepareAzurite();
    if (why !== undefined) skip(this, why);
    server = await startAzurite();
  });

  after(() => server?.stop());

  async function open(settings: Partial<StoreSettings> = {}) {
    const { endpoint, accountName, accountKey } = server;
    const opener = createStoreOpener({
      projectDir: '/',
      workDir: '/nowhere',
      allowHosts: ['127.0.0.1'],
      stores: {
        cloud: {
          url: `az://place-${containers++}/sets ä`,
          endpoint,
          accountName,
          accountKey,
          createContainer: true,
          // Several blocks for the large file of the contract.
          blockBytes: 1_000_000,
          ...settings,
        },
      },
      retry: { attempts: 2, baseMs: 10, capMs: 50 },
    });
    return { store: await opener.open('cloud:2026'), dispose: () => opener.close() };
  }

  driverContract('azurite', {
    open: () => open(),
    timeoutMs: 30_000,
    troubled: { 'store.denied': () => open({ accountKey: Buffer.from('wrong').toString('base64') }) },
  });
});
