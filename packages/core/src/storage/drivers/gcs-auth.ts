import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Storage, StorageOptions } from '@google-cloud/storage';
import { StoreTrouble, type DriverOptions } from '../../model/driver.ts';
import { fail, type FailureError } from '../../model/failure.ts';
import { troubleOf } from '../trouble.ts';
import { importSdk } from './import-sdk.ts';

type Options = { readonly [name: string]: unknown };

const keyAbout =
  'The JSON of a service account key as a reference, `file:key.json`; or, as `keyFile`, the path of the file';
const projectAbout = 'Where `createBucket` makes the bucket';

/** What may stand beside `url` in an entry for Google Cloud Storage. */
export const gcsOptions: DriverOptions = {
  credentials: { kind: 'text', about: keyAbout },
  keyFile: { kind: 'text', about: keyAbout },
  token: { kind: 'text', about: 'An access token, as in `cmd:gcloud auth print-access-token`' },
  anonymous: { kind: 'flag', about: 'A public bucket' },
  endpoint: {
    kind: 'text',
    about: 'Another address of the service, such as an emulator, asked without login unless one is given',
  },
  createBucket: { kind: 'flag', about: 'The first write makes the bucket; until then it counts as empty' },
  projectId: { kind: 'text', about: projectAbout },
  location: { kind: 'text', about: projectAbout },
  userProject: { kind: 'text', about: 'The project that pays, for buckets that ask for one' },
  chunkBytes: {
    kind: 'count',
    about: 'Larger files go in chunks of this size, a multiple of 256 KiB. Default 16 MiB',
  },
};

/** Who asks: the headers that say so, and the SDK that signs URLs, where there is anybody. */
export interface GcsAuth {
  headers(url: string): Promise<{ readonly [name: string]: string }>;
  readonly storage: Storage | undefined;
  /** Of the credentials or the options; buckets are made in it. */
  projectId(): Promise<string | undefined>;
}

/**
 * Finds the credentials: `anonymous`, `token`, `credentials` (the JSON of a key), `keyFile`, and else the application
 * default credentials of this machine (`GOOGLE_APPLICATION_CREDENTIALS`, `gcloud auth`, the metadata service).
 *
 * An emulator (any endpoint of one's own) is asked as nobody, unless credentials are given. Asks no service anything.
 */
export async function openGcsAuth(
  options: Options,
  where: { readonly endpoint: string; readonly isOwn: boolean; readonly projectDir: string },
): Promise<GcsAuth> {
  const { token, anonymous } = options;
  const project = text(options['projectId']) ?? text(process.env['GOOGLE_CLOUD_PROJECT']);
  const given = await givenKey(options, where.projectDir);
  if (anonymous === true || (where.isOwn && given === undefined && typeof token !== 'string'))
    return { headers: async () => ({}), storage: undefined, projectId: async () => project };
  if (typeof token === 'string') {
    const headers = { authorization: `Bearer ${token}` };
    return { headers: async () => headers, storage: undefined, projectId: async () => project };
  }
  const sdk = await importSdk({ name: '@google-cloud/storage', version: '8' }, () => import('@google-cloud/storage'));
  const settings: StorageOptions = {
    apiEndpoint: where.endpoint,
    ...(project === undefined ? {} : { projectId: project }),
    retryOptions: { autoRetry: false, maxRetries: 0 },
  };
  const storage = new sdk.Storage(settings);
  // Not by the option, which writes a warning across the terminal: it is meant for keys that strangers send.
  if (given !== undefined) storage.authClient.jsonContent = given;
  return {
    storage,
    headers: (url) => login(storage, url),
    projectId: async () => project ?? (await storage.authClient.getProjectId().catch(() => undefined)),
  };
}

/** The headers of a token that still holds; the library keeps it and asks for a new one in time. */
async function login(storage: Storage, url: string): Promise<{ readonly [name: string]: string }> {
  try {
    return Object.fromEntries(await storage.authClient.getRequestHeaders(url));
  } catch (error) {
    const { status, message } = error as { readonly status?: unknown; readonly message?: unknown };
    if (troubleOf(error)?.kind === 'unavailable' || (typeof status === 'number' && status >= 500))
      throw new StoreTrouble('unavailable', 'the token service of Google cannot be reached');
    // Never the library's own words: they may quote a key file, or the answer of the token service.
    const reason = /default credentials/i.test(String(message))
      ? 'there is no login on this machine: gcloud auth application-default login makes one'
      : 'no token could be had for these credentials';
    throw new StoreTrouble('denied', reason, { reason });
  }
}

type Key = NonNullable<Storage['authClient']['jsonContent']>;

async function givenKey(options: Options, projectDir: string): Promise<Key | undefined> {
  const { credentials, keyFile } = options;
  if (typeof credentials === 'string') return parsed(credentials, 'credentials');
  if (typeof keyFile !== 'string') return undefined;
  const path = resolve(projectDir, keyFile);
  const json = await readFile(path, 'utf8').catch(() => {
    throw invalid(`keyFile ${keyFile} cannot be read`);
  });
  return parsed(json, `keyFile ${keyFile}`);
}

function parsed(json: string, name: string): Key {
  try {
    return JSON.parse(json) as Key;
  } catch {
    // Without the parser's words: they quote what is a secret.
    throw invalid(`${name} is not the JSON of a service account key`);
  }
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function invalid(why: string): FailureError {
  return fail('usage.invalid', { message: `The Google Cloud Storage store cannot be opened: ${why}.` });
}
