import type { BlobServiceClient, ContainerClient, StoragePipelineOptions } from '@azure/storage-blob';
import type { HttpClient } from '../../lib/http-client.ts';
import { endpointOf, invalid, type AzureAccount } from './azure-account.ts';
import { azureHttp } from './azure-http.ts';
import { importSdk } from './import-sdk.ts';

type Storage = typeof import('@azure/storage-blob');

/** A container by the SDK. */
export interface AzureSdk {
  readonly storage: Storage;
  readonly container: ContainerClient;
  /** `key` and `login` can sign URLs, a shared access signature and nobody cannot. */
  readonly signs: 'key' | 'login' | 'nothing';
  /** The user delegation key that signs URLs for logins. */
  userKey(untilMs: number): ReturnType<BlobServiceClient['getUserDelegationKey']>;
}

/** Loads the SDK, which takes a quarter of a second, and makes its client of a container. Asks no service anything. */
export async function loadAzureSdk(
  account: AzureAccount,
  containerName: string,
  client: HttpClient,
): Promise<AzureSdk> {
  const storage = await importSdk({ name: '@azure/storage-blob', version: '12' }, () => import('@azure/storage-blob'));
  // The managed store tries again and slows down; an SDK doing the same below it would multiply the attempts.
  const settings: StoragePipelineOptions = { httpClient: azureHttp(client), retryOptions: { maxTries: 1 } };
  const service = await serviceOf(storage, account, settings);
  return {
    storage,
    container: service.client.getContainerClient(containerName),
    signs: service.signs,
    userKey: (untilMs) => service.client.getUserDelegationKey(new Date(Date.now() - 60_000), new Date(untilMs)),
  };
}

async function serviceOf(storage: Storage, account: AzureAccount, settings: StoragePipelineOptions) {
  const { BlobServiceClient, StorageSharedKeyCredential, newPipeline } = storage;
  if (account.connectionString !== undefined) {
    try {
      const client = BlobServiceClient.fromConnectionString(account.connectionString, settings);
      return { client, signs: /AccountKey=/i.test(account.connectionString) ? ('key' as const) : ('nothing' as const) };
    } catch {
      // The SDK's own message may repeat parts of the string, which is a secret.
      throw invalid('connectionString is not one of Azure Storage');
    }
  }
  const url = endpointOf(account);
  const pipeline = (credential?: Parameters<typeof newPipeline>[0]) => newPipeline(credential, settings);
  if (account.accountKey !== undefined && account.accountName !== undefined) {
    const credential = new StorageSharedKeyCredential(account.accountName, account.accountKey);
    return { client: new BlobServiceClient(url, pipeline(credential)), signs: 'key' as const };
  }
  if (account.sasToken !== undefined) {
    const signed = `${url}?${account.sasToken}`;
    return { client: new BlobServiceClient(signed, pipeline()), signs: 'nothing' as const };
  }
  if (account.anonymous) return { client: new BlobServiceClient(url, pipeline()), signs: 'nothing' as const };
  const identity = await importSdk({ name: '@azure/identity', version: '4' }, () => import('@azure/identity'));
  const credential = new identity.DefaultAzureCredential();
  return { client: new BlobServiceClient(url, pipeline(credential)), signs: 'login' as const };
}
