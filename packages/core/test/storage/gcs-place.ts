import type { StoreSettings } from '../../src/storage/open-store.ts';
import { openCloud } from './support.ts';

/** A place inside a bucket of a test server. */
export function openGcs(endpoint: string, settings: Partial<StoreSettings> = {}) {
  const given = {
    url: 'gs://plankton/sets ä',
    endpoint,
    token: 'env:TOKEN',
    // Several chunks for the large file of the contract.
    chunkBytes: 512 * 1024,
    ...settings,
  };
  return openCloud(given, { place: 'cloud:2026', secret: () => 'let-me-in' });
}
