import type { BlockBlobClient } from '@azure/storage-blob';
import { StoreTrouble } from '../../model/driver.ts';
import type { AzureSdk } from './azure-sdk.ts';

// Clocks differ: without a start in the past the service may say that the signature is not valid yet.
const skewMs = 5 * 60_000;

/** A URL that reads this one blob until it expires; a shared access signature cannot make another one. */
export async function signBlob(sdk: AzureSdk, blob: BlockBlobClient, expiresMs: number): Promise<string> {
  const until = Date.now() + expiresMs;
  const permissions = sdk.storage.BlobSASPermissions.parse('r');
  const times = { permissions, startsOn: new Date(Date.now() - skewMs), expiresOn: new Date(until) };
  if (sdk.signs === 'key') return blob.generateSasUrl(times);
  if (sdk.signs === 'login') return blob.generateUserDelegationSasUrl(times, await sdk.userKey(until));
  throw new StoreTrouble('unsupported', 'signing needs the account key or a login');
}
