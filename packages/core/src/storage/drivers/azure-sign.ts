import type { BlockBlobClient } from '@azure/storage-blob';
import { StoreTrouble } from '../../model/driver.ts';
import type { AzureAccess } from './azure-client.ts';

// Clocks differ: without a start in the past the service may say that the signature is not valid yet.
const skewMs = 5 * 60_000;

/** A URL that reads this one blob until it expires; a shared access signature cannot make another one. */
export async function signBlob(access: AzureAccess, blob: BlockBlobClient, expiresMs: number): Promise<string> {
  const until = Date.now() + expiresMs;
  const permissions = access.sdk.BlobSASPermissions.parse('r');
  const times = { permissions, startsOn: new Date(Date.now() - skewMs), expiresOn: new Date(until) };
  if (access.signs === 'key') return blob.generateSasUrl(times);
  if (access.signs === 'login') return blob.generateUserDelegationSasUrl(times, await access.userKey(until));
  throw new StoreTrouble('unsupported', 'signing needs the account key or a login');
}
