import { createHash } from 'node:crypto';
import type { S3Client, S3ClientConfig } from '@aws-sdk/client-s3';
import { createHttpClient, type HttpClient } from '../../lib/http-client.ts';
import type { DriverConfig, DriverOptions } from '../../model/driver.ts';
import { fail, type FailureError } from '../../model/failure.ts';

const keysAbout = "Keys; else those that AWS's own tools use: environment, profile, role";

/** What may stand beside `url` in an entry for S3. */
export const s3Options: DriverOptions = {
  endpoint: { kind: 'text', about: 'The URL of a service other than AWS' },
  region: { kind: 'text', about: "Default: as AWS's own tools have it; `us-east-1` with an `endpoint`" },
  accessKeyId: { kind: 'text', about: keysAbout },
  secretAccessKey: { kind: 'text', about: keysAbout },
  sessionToken: { kind: 'text', about: keysAbout },
  profile: { kind: 'text', about: 'The profile of `~/.aws/config` to use' },
  anonymous: { kind: 'flag', about: 'Signs nothing, for buckets that are open to all' },
  forcePathStyle: { kind: 'flag', about: '`true`: the bucket stands in the path. Default with an `endpoint`' },
  conditionalPut: {
    kind: 'flag',
    about: 'The service at `endpoint` keeps `If-None-Match` (see below). AWS does',
  },
  partBytes: {
    kind: 'count',
    about:
      'The size of a part, and from which files are sent in parts. Default 8 MiB, of which S3 takes no less than 5',
  },
  copyBytes: { kind: 'count', about: 'From which size a copy inside the service is made in parts. Default 5 GiB' },
  idleTimeoutMs: { kind: 'count', about: 'How long a silence may last. Default 60,000' },
};

/** What stands beside `url` in an entry for S3. */
export interface S3Options {
  readonly endpoint: string | undefined;
  readonly region: string | undefined;
  readonly forcePathStyle: boolean;
  readonly profile: string | undefined;
  readonly keys:
    | { readonly accessKeyId: string; readonly secretAccessKey: string; readonly sessionToken?: string }
    | undefined;
  readonly isAnonymous: boolean;
  readonly conditionalPut: boolean;
  /** Bytes of a part, and the size from which a file is sent in parts. */
  readonly partBytes: number;
  /** Files larger than this are copied inside the service in parts. */
  readonly copyBytes: number;
  readonly idleTimeoutMs: number;
}

// 8 MiB, four at a time: enough to fill a line, and 32 MiB of memory.
const defaultPartBytes = 8 * 1024 * 1024;
// What S3 copies with one request.
const defaultCopyBytes = 5 * 1024 ** 3;

export function readS3Options(options: DriverConfig['options']): S3Options {
  const text = (name: string): string | undefined => (typeof options[name] === 'string' ? options[name] : undefined);
  const count = (name: string, otherwise: number): number =>
    typeof options[name] === 'number' ? options[name] : otherwise;
  const endpoint = text('endpoint');
  const accessKeyId = text('accessKeyId');
  const sessionToken = text('sessionToken');
  if (endpoint !== undefined && !/^https?:$/.test(URL.parse(endpoint)?.protocol ?? ''))
    throw invalid(`the endpoint ${endpoint} is no http(s) URL`);
  if (!/^[a-z0-9-]*$/i.test(text('region') ?? '')) throw invalid(`${text('region')} cannot be a region`);
  // Who asks as nobody needs neither, and what stands there is not used.
  if (options['anonymous'] !== true && (accessKeyId === undefined) !== (text('secretAccessKey') === undefined))
    throw invalid('accessKeyId and secretAccessKey go together');
  return {
    endpoint,
    // Services that know no regions want one in the signature all the same.
    region: text('region') ?? (endpoint === undefined ? undefined : 'us-east-1'),
    // Own services rarely have a host name for each bucket.
    forcePathStyle: typeof options['forcePathStyle'] === 'boolean' ? options['forcePathStyle'] : endpoint !== undefined,
    profile: text('profile'),
    keys:
      accessKeyId === undefined
        ? undefined
        : {
            accessKeyId,
            secretAccessKey: text('secretAccessKey') ?? '',
            ...(sessionToken === undefined ? {} : { sessionToken }),
          },
    isAnonymous: options['anonymous'] === true,
    // Of the others some refuse conditional writes and some take them and overwrite: it is asked for by name.
    conditionalPut: typeof options['conditionalPut'] === 'boolean' ? options['conditionalPut'] : endpoint === undefined,
    partBytes: count('partBytes', defaultPartBytes),
    copyBytes: count('copyBytes', defaultCopyBytes),
    idleTimeoutMs: count('idleTimeoutMs', 60_000),
  };
}

export function invalid(why: string): FailureError {
  return fail('usage.invalid', {
    message: `The S3 store cannot be opened: ${why}.`,
    hint: 'Look at its entry under stores in runner.yaml.',
  });
}

/** The SDK's client over our own connections: the project's network policy holds for it too. */
export async function openS3Client(
  options: S3Options,
  allowHosts: readonly string[],
): Promise<{ readonly client: S3Client; readonly http: HttpClient }> {
  const { S3Client } = await import('@aws-sdk/client-s3');
  const http = createHttpClient({ allowHosts });
  const client = new S3Client({
    ...(options.endpoint === undefined ? {} : { endpoint: options.endpoint }),
    ...(options.region === undefined ? {} : { region: options.region }),
    ...(options.profile === undefined ? {} : { profile: options.profile }),
    ...(options.keys === undefined ? {} : { credentials: options.keys }),
    ...(options.isAnonymous ? anonymous : {}),
    forcePathStyle: options.forcePathStyle,
    // The SDK's own checksums are refused by some services and silently stored with the bytes by others; MD5 and
    // the signed sha256 are known to all.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    // The managed store repeats by its own rules.
    maxAttempts: 1,
    requestHandler: ownConnections(http, options.idleTimeoutMs),
  });
  sendMd5WithDeletes(client);
  return { client, http };
}

const anonymous: Pick<S3ClientConfig, 'credentials' | 'signer'> = {
  credentials: { accessKeyId: '', secretAccessKey: '' },
  signer: { sign: async (request) => request },
};

interface SdkRequest {
  readonly method: string;
  readonly protocol: string;
  readonly hostname: string;
  readonly port?: number;
  readonly path: string;
  readonly query?: SdkQuery;
  readonly headers: { readonly [name: string]: string };
  readonly body?: Uint8Array | string | AsyncIterable<Uint8Array>;
}

type SdkQuery = { readonly [name: string]: string | string[] | null };

/** Sends what the SDK has signed. Bodies of answers come whole: files are not read through the SDK. */
function ownConnections(http: HttpClient, idleTimeoutMs: number): NonNullable<S3ClientConfig['requestHandler']> {
  return {
    metadata: { handlerProtocol: 'http/1.1' },
    httpHandlerConfigs: () => ({}),
    updateHttpClientConfig: () => undefined,
    destroy: () => http.close(),
    async handle(request: SdkRequest, { abortSignal }: { readonly abortSignal?: AbortSignal } = {}) {
      const { method, headers, protocol, hostname, port, path, body } = request;
      const host = port === undefined ? hostname : `${hostname}:${port}`;
      const response = await http.request(`${protocol}//${host}${path}${queryOf(request.query)}`, {
        method,
        // We send no `Expect`: it costs a round trip, and some services never answer it.
        headers: Object.fromEntries(Object.entries(headers).filter(([name]) => name.toLowerCase() !== 'expect')),
        redirects: 'stop',
        idleTimeoutMs,
        ...(body === undefined ? {} : { body }),
        ...(abortSignal === undefined ? {} : { signal: abortSignal }),
      });
      const { status: statusCode } = response;
      const text = method === 'HEAD' ? (await response.discard(), '') : await response.text();
      return { response: { statusCode, headers: response.headers, body: Buffer.from(text) } };
    },
  };
}

// As it was signed: sorted and escaped like this.
function queryOf(query: SdkQuery | undefined): string {
  const parts: string[] = [];
  for (const [name, value] of Object.entries(query ?? {})) {
    for (const one of Array.isArray(value) ? value : [value]) {
      parts.push(one === null ? escaped(name) : `${escaped(name)}=${escaped(one)}`);
    }
  }
  return parts.length === 0 ? '' : `?${parts.join('&')}`;
}

/** Percent-encodes all that RFC 3986 does not leave alone. */
export function escaped(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);
}

// Older services want an MD5 with a bulk remove and refuse the checksums that the SDK sends instead.
function sendMd5WithDeletes(client: S3Client): void {
  client.middlewareStack.add(
    (next, { commandName }) =>
      async (args) => {
        const { request } = args as { request: { headers: { [name: string]: string }; body: string | Uint8Array } };
        if (commandName === 'DeleteObjectsCommand') {
          for (const name of Object.keys(request.headers)) {
            if (/^x-amz-(checksum-|sdk-checksum-)/i.test(name)) delete request.headers[name];
          }
          request.headers['content-md5'] = createHash('md5').update(request.body).digest('base64');
        }
        return next(args);
      },
    { step: 'build', priority: 'low', name: 'md5WithDeletes' },
  );
}
