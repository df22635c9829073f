import { driverContract } from '@dataset-runner/core/testing';
import { createStoreOpener } from '../../packages/core/src/storage/open-store.ts';
import { prepareSwift, startSwift, type SwiftServer } from '../../scripts/servers/swift.ts';
import { skip } from '../support/skip.ts';

describe('OpenStack Swift with its own users, a real server', function () {
  // Installing takes its time where it is the first run.
  this.timeout(300_000);
  let server: SwiftServer;
  let places = 0;

  before(async function () {
    const why = await prepareSwift();
    if (why !== undefined) skip(this, why);
    server = await startSwift();
  });

  after(() => server?.stop());

  function open(options: { readonly [name: string]: unknown } = {}) {
    const opener = createStoreOpener({
      projectDir: '/',
      workDir: '/nowhere',
      allowHosts: ['127.0.0.1'],
      stores: {
        cloud: {
          url: `swift://Plankton_${places++}/a prefix ä`,
          authUrl: `${server.url}/auth/v1.0`,
          username: server.username,
          password: server.password,
          createContainer: true,
          ...options,
        },
      },
      retry: { attempts: 2, baseMs: 10, capMs: 50 },
    });
    return opener;
  }

  async function openStore(options?: { readonly [name: string]: unknown }) {
    const opener = open(options);
    return { store: await opener.open('cloud:sets/2026'), dispose: () => opener.close() };
  }

  driverContract('Swift', {
    open: () => openStore(),
    timeoutMs: 30_000,
    troubled: {
      'store.denied': () => openStore({ password: 'wrong' }),
    },
  });

  driverContract('Swift in segments', {
    open: () => openStore({ segmentSizeBytes: 1_000_000 }),
    timeoutMs: 30_000,
  });
});
