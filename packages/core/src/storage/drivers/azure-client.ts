import type { ContainerClient, StoragePipelineOptions } from '@azure/storage-blob';
import type { HttpClient } from '../../lib/http-client.ts';
import type { DriverOptions } from '../../model/driver.ts';
import { fail, type FailureError } from '../../model/failure.ts';
import { azureHttp } from './azure-http.ts';
import { importSdk } from './import-sdk.ts';

type Options = { readonly [name: string]: unknown };
type Storage = typeof import('@azure/storage-blob');

const accountAbout =
  'The account with its key, or with a shared access signature, which may be one of the container alone';

/** What may stand beside `url` in an entry for Azure. */
export const azureOptions: DriverOptions = {
  accountName: { kind: 'text', about: accountAbout },
  accountKey: { kind: 'text', about: accountAbout },
  sasToken: { kind: 'text', about: accountAbout },
  connectionString: { kind: 'text', about: 'Account and key in one text, as the portal shows it' },
  anonymous: { kind: 'flag', about: 'A public container of `accountName`' },
  endpoint: { kind: 'text', about: 'Another address of the account: Azurite, a private link, another cloud' },
  createContainer: { kind: 'flag', about: 'The first write makes the container; until then it counts as empty' },
  blockBytes: { kind: 'count', about: 'Larger files go in blocks of this size, four at a time. Default 8 MiB' },
};

/** A container and how its requests are signed, which decides what else can be signed. */
export interface AzureAccess {
  readonly sdk: Storage;
  readonly container: ContainerClient;
  /** `key` and `login` can sign URLs, a shared access signature and nobody cannot. */
  readonly signs: 'key' | 'login' | 'nothing';
  /** The user delegation key that signs URLs for logins. */
  userKey(
    untilMs: number,
  ): Promise<Awaited<ReturnType<import('@azure/storage-blob').BlobServiceClient['getUserDelegationKey']>>>;
}

/**
 * Makes the client of a container out of the options of its store, or of the variables that Azure's own tools read.
 *
 * The first that is given counts: `connectionString`, `accountKey`, `sasToken`, `anonymous`, and else the login of this
 * machine by @azure/identity (environment, workload, managed identity, `az login`). Asks no service anything.
 */
export async function openAzure(containerName: string, options: Options, client: HttpClient): Promise<AzureAccess> {
  const sdk = await importSdk({ name: '@azure/storage-blob', version: '12' }, () => import('@azure/storage-blob'));
  // The managed store tries again and slows down; an SDK doing the same below it would multiply the attempts.
  const settings: StoragePipelineOptions = { httpClient: azureHttp(client), retryOptions: { maxTries: 1 } };
  const given = settled(options);
  const service = await serviceOf(sdk, given, settings);
  return {
    sdk,
    container: service.client.getContainerClient(containerName),
    signs: service.signs,
    userKey: (untilMs) => service.client.getUserDelegationKey(new Date(Date.now() - 60_000), new Date(untilMs)),
  };
}

/** The account, which is what Azure counts requests by; undefined for what is no text. */
export function azureService(options: Options): string | undefined {
  const { connectionString, endpoint, accountName } = settled(options);
  // The only parts of the string that are no secret.
  const named = /(?:^|;)(?:BlobEndpoint|AccountName)=([^;]+)/i.exec(connectionString ?? '')?.[1];
  const account = endpoint ?? named ?? accountName;
  return account === undefined ? undefined : `az ${account}`;
}

async function serviceOf(sdk: Storage, given: Given, settings: StoragePipelineOptions) {
  const { BlobServiceClient, StorageSharedKeyCredential, newPipeline } = sdk;
  if (given.connectionString !== undefined) {
    try {
      const client = BlobServiceClient.fromConnectionString(given.connectionString, settings);
      return { client, signs: /AccountKey=/i.test(given.connectionString) ? ('key' as const) : ('nothing' as const) };
    } catch {
      // The SDK's own message may repeat parts of the string, which is a secret.
      throw invalid('connectionString is not one of Azure Storage');
    }
  }
  const url = endpointOf(given);
  if (given.accountKey !== undefined) {
    if (given.accountName === undefined) throw invalid('accountKey needs accountName');
    const credential = new StorageSharedKeyCredential(given.accountName, given.accountKey);
    return { client: new BlobServiceClient(url, newPipeline(credential, settings)), signs: 'key' as const };
  }
  const pipeline = (credential?: Parameters<typeof newPipeline>[0]) => newPipeline(credential, settings);
  if (given.sasToken !== undefined) {
    const signed = `${url}?${given.sasToken.replace(/^\?/, '')}`;
    return { client: new BlobServiceClient(signed, pipeline()), signs: 'nothing' as const };
  }
  if (given.anonymous) return { client: new BlobServiceClient(url, pipeline()), signs: 'nothing' as const };
  const identity = await importSdk({ name: '@azure/identity', version: '4' }, () => import('@azure/identity'));
  const credential = new identity.DefaultAzureCredential();
  return { client: new BlobServiceClient(url, pipeline(credential)), signs: 'login' as const };
}

interface Given {
  readonly connectionString: string | undefined;
  readonly accountName: string | undefined;
  readonly accountKey: string | undefined;
  readonly sasToken: string | undefined;
  readonly endpoint: string | undefined;
  readonly anonymous: boolean;
}

/** What the store's entry says; when it names no account, what the environment says. */
function settled(options: Options): Given {
  const own = {
    connectionString: text(options['connectionString']),
    accountName: text(options['accountName']),
    endpoint: text(options['endpoint']),
  };
  const anonymous = options['anonymous'] === true;
  const isNamed = Object.values(own).some((value) => value !== undefined);
  // Half from one place and half from the other would sign one account's requests with another one's key.
  const env = isNamed ? {} : process.env;
  return {
    connectionString: own.connectionString ?? text(env['AZURE_STORAGE_CONNECTION_STRING']),
    accountName: own.accountName ?? text(env['AZURE_STORAGE_ACCOUNT']),
    accountKey: text(options['accountKey']) ?? text(env['AZURE_STORAGE_KEY']),
    sasToken: text(options['sasToken']) ?? text(env['AZURE_STORAGE_SAS_TOKEN']),
    endpoint: own.endpoint,
    anonymous,
  };
}

function endpointOf({ endpoint, accountName }: Given): string {
  if (endpoint !== undefined) return endpoint.replace(/\/+$/, '');
  if (accountName !== undefined) return `https://${accountName}.blob.core.windows.net`;
  throw invalid('no storage account is named: give accountName, connectionString or endpoint');
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function invalid(why: string): FailureError {
  return fail('usage.invalid', { message: `The Azure store cannot be opened: ${why}.` });
}
