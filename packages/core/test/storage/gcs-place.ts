import { createStoreOpener, type StoreSettings } from '../../src/storage/open-store.ts';

/** A place inside a bucket of a test server. */
export async function openGcs(endpoint: string, settings: Partial<StoreSettings> = {}) {
  const opener = createStoreOpener({
    projectDir: '/',
    workDir: '/nowhere',
    allowHosts: ['127.0.0.1'],
    stores: {
      cloud: {
        url: 'gs://plankton/sets ä',
        endpoint,
        token: 'env:TOKEN',
        // Several chunks for the large file of the contract.
        chunkBytes: 512 * 1024,
        ...settings,
      },
    },
    secret: () => 'let-me-in',
    retry: { attempts: 3, baseMs: 1, capMs: 5 },
  });
  return { store: await opener.open('cloud:2026'), close: () => opener.close() };
}
