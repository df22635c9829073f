import { fail, type FailureError } from '../../model/failure.ts';

type Options = { readonly [name: string]: unknown };

/** Which account an entry means, and how its requests are signed. */
export interface AzureAccount {
  readonly connectionString: string | undefined;
  readonly accountName: string | undefined;
  readonly accountKey: string | undefined;
  readonly sasToken: string | undefined;
  readonly endpoint: string | undefined;
  readonly anonymous: boolean;
}

/** Where a container is, and who signs for it. */
export interface ContainerAddress {
  /** May carry a shared access signature. */
  readonly url: string;
  /** Undefined: by the signature in the URL, or by nobody. */
  readonly key?: { readonly accountName: string; readonly sign: (text: string) => string };
}

/** What the store's entry says; when it names no account, what the environment says. */
export function settled(options: Options): AzureAccount {
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
    // The portal shows it with the question mark.
    sasToken: (text(options['sasToken']) ?? text(env['AZURE_STORAGE_SAS_TOKEN']))?.replace(/^\?/, ''),
    endpoint: own.endpoint,
    anonymous,
  };
}

/** Throws `usage.invalid` where nothing names the account. */
export function endpointOf({ endpoint, accountName }: AzureAccount): string {
  if (endpoint !== undefined) return endpoint.replace(/\/+$/, '');
  if (accountName !== undefined) return `https://${accountName}.blob.core.windows.net`;
  throw invalid('no storage account is named: give accountName, connectionString or endpoint');
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

export function invalid(why: string): FailureError {
  return fail('usage.invalid', { message: `The Azure store cannot be opened: ${why}.` });
}
