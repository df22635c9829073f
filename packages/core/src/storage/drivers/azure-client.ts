import { createHmac, createSecretKey } from 'node:crypto';
import type { HttpClient } from '../../lib/http-client.ts';
import type { DriverOptions } from '../../model/driver.ts';
import { endpointOf, invalid, settled, type AzureAccount, type ContainerAddress } from './azure-account.ts';
import { loadAzureSdk, type AzureSdk } from './azure-sdk.ts';

type Options = { readonly [name: string]: unknown };

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

/** A container and how its requests are signed. */
export interface AzureAccess {
  readonly containerName: string;
  /** For requests of our own; undefined for logins, whose tokens the SDK asks for, renews and may ask for elsewhere. */
  readonly address: ContainerAddress | undefined;
  /** The container by the SDK, which is loaded with the first request that needs it. */
  sdk(): Promise<AzureSdk>;
}

/**
 * Finds out the address of a container from the options of its store, or the variables that Azure's own tools read.
 *
 * The first that is given counts: `connectionString`, `accountKey`, `sasToken`, `anonymous`, and else the login of this
 * machine by @azure/identity (environment, workload, managed identity, `az login`). Asks no service anything.
 */
export async function openAzure(containerName: string, options: Options, client: HttpClient): Promise<AzureAccess> {
  const account = settled(options);
  let loaded: Promise<AzureSdk> | undefined;
  const sdk = (): Promise<AzureSdk> => (loaded ??= loadAzureSdk(account, containerName, client));
  const isOurs = account.connectionString === undefined && isSigned(account);
  const address = isOurs ? addressOf(account, containerName) : addressFrom(await sdk());
  return { containerName, address, sdk };
}

/** The account, which is what Azure counts requests by; undefined for what is no text. */
export function azureService(options: Options): string | undefined {
  const { connectionString, endpoint, accountName } = settled(options);
  // The only parts of the string that are no secret.
  const named = /(?:^|;)(?:BlobEndpoint|AccountName)=([^;]+)/i.exec(connectionString ?? '')?.[1];
  const account = endpoint ?? named ?? accountName;
  return account === undefined ? undefined : `az ${account}`;
}

/** Whether requests need no login. */
function isSigned({ accountKey, sasToken, anonymous }: AzureAccount): boolean {
  return accountKey !== undefined || sasToken !== undefined || anonymous;
}

function addressOf(account: AzureAccount, containerName: string): ContainerAddress {
  const { accountName, accountKey, sasToken } = account;
  const endpoint = endpointOf(account);
  if (URL.parse(endpoint) === null) throw invalid('endpoint is no URL');
  const url = `${endpoint}/${encodeURIComponent(containerName)}`;
  if (accountKey === undefined) return { url: sasToken === undefined ? url : `${url}?${sasToken}` };
  if (accountName === undefined) throw invalid('accountKey needs accountName');
  // As a key object: from bytes Node would make one for each signature.
  const key = createSecretKey(Buffer.from(accountKey, 'base64'));
  return { url, key: { accountName, sign: (text) => createHmac('sha256', key).update(text).digest('base64') } };
}

/** What the SDK made of a connection string. */
function addressFrom({ container, signs }: AzureSdk): ContainerAddress | undefined {
  const { credential, url } = container;
  if (signs === 'login') return undefined;
  if (!('computeHMACSHA256' in credential)) return { url };
  return { url, key: { accountName: credential.accountName, sign: (text) => credential.computeHMACSHA256(text) } };
}
