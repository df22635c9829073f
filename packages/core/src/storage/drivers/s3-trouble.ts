import { isHttpTrouble } from '../../lib/http-trouble.ts';
import { StoreTrouble, type TroubleDetails, type TroubleKind } from '../../model/driver.ts';
import { troubleOfStatus } from './http-status.ts';
import { missingProfile } from './s3-profile.ts';

/** What of an S3 service's refusal decides which trouble it is. */
export interface S3Answer {
  readonly status: number;
  /** As in `NoSuchKey`; '' where an answer has no body. */
  readonly code: string;
  readonly message: string;
  readonly headers: { readonly [name: string]: string };
  /** The region the service names as the right one. */
  readonly region?: string | undefined;
}

// One service's words, which the others took over; https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
const kinds: { readonly [code: string]: TroubleKind } = {
  NoSuchKey: 'missing',
  NoSuchVersion: 'missing',
  NoSuchBucket: 'no-bucket',
  InvalidBucketName: 'no-bucket',
  PermanentRedirect: 'no-bucket',
  TemporaryRedirect: 'no-bucket',
  AuthorizationHeaderMalformed: 'no-bucket',
  AccessDenied: 'denied',
  AccountProblem: 'denied',
  AllAccessDisabled: 'denied',
  SlowDown: 'throttled',
  ServiceUnavailable: 'throttled',
  TooManyRequests: 'throttled',
  RequestLimitExceeded: 'throttled',
  RequestTimeout: 'unavailable',
  InternalError: 'unavailable',
  OperationAborted: 'unavailable',
  // An upload in parts that ended meanwhile: another program finished or removed it. A new one may succeed.
  NoSuchUpload: 'unavailable',
  // Another writer was at it: whether a file lies there, only the next try is told.
  ConditionalRequestConflict: 'unavailable',
  PreconditionFailed: 'conflict',
  EntityTooLarge: 'limit',
  EntityTooSmall: 'limit',
  KeyTooLongError: 'limit',
  QuotaExceeded: 'full',
  XMinioStorageFull: 'full',
  NotImplemented: 'unsupported',
};

// Bytes that came other than they were sent may come right the next time.
const corruptCodes = new Set([
  'BadDigest',
  'InvalidDigest',
  'XAmzContentSHA256Mismatch',
  'IncompleteBody',
  'InvalidPart',
]);

const reasons: { readonly [code: string]: string } = {
  InvalidAccessKeyId: 'the service does not know this access key',
  SignatureDoesNotMatch: 'the secret key does not fit the access key',
  ExpiredToken: 'the session token has expired',
  TokenRefreshRequired: 'the session token has expired',
  InvalidToken: 'the session token is not valid',
  RequestTimeTooSkewed: 'the clock of this machine differs from that of the service by more than 15 minutes',
  InvalidObjectState: 'the file is archived; restore it in the service first',
};

/** The trouble a refusal of an S3 service means; `what` as in `PUT s3://bucket/key`. */
export function troubleOfS3(answer: S3Answer, what: string): StoreTrouble {
  const { status, code, message } = answer;
  const requestId = answer.headers['x-amz-request-id'];
  const base = troubleOfStatus(answer, what);
  const said = `${what} answered ${code === '' ? status : [code, message].filter((text) => text !== '').join(': ')}`;
  const details: TroubleDetails = { ...base.details, ...(requestId === undefined ? {} : { requestId }) };
  const reason = reasons[code];
  // The SDK has learned the service's time from this answer: the next try is signed with it.
  if (code === 'RequestTimeTooSkewed')
    return new StoreTrouble('denied', said, { ...details, reason: reason ?? '', transient: true });
  if (reason !== undefined) return new StoreTrouble('denied', said, { ...details, reason });
  if (corruptCodes.has(code)) {
    const found = { expected: 'the bytes that were sent', found: code, transient: true };
    return new StoreTrouble('corrupt', said, { ...details, ...found });
  }
  const region = answer.region ?? answer.headers['x-amz-bucket-region'];
  if (status === 301 || status === 307 || kinds[code] === 'no-bucket') {
    const why =
      region === undefined || code === 'NoSuchBucket' ? message || said : `the bucket lies in the region ${region}`;
    return new StoreTrouble('no-bucket', why, details);
  }
  const kind = kinds[code] ?? base.kind;
  // The message of these is all that people see of them.
  return new StoreTrouble(kind, said, details);
}

/**
 * The trouble of an error the SDK threw; errors of our own connections, aborts and bugs come back unchanged. `profile` is
 * the one that the store's entry names.
 */
export function troubleOfSdk(error: unknown, what: string, profile?: string): unknown {
  if (typeof error !== 'object' || error === null || isHttpTrouble(error)) return error;
  const { name, message, $metadata, $response, Region } = error as SdkError;
  const isLogin = name === 'CredentialsProviderError' || name === 'TokenProviderError';
  const isRegion = String(message).startsWith('Region is missing');
  const missing = isLogin || isRegion ? missingProfile(profile) : undefined;
  if (missing !== undefined) {
    const reason = `there is no profile "${missing}" in ~/.aws/config or ~/.aws/credentials`;
    return new StoreTrouble('denied', `${what}: ${reason}`, { reason });
  }
  if (isLogin)
    return new StoreTrouble('denied', `${what}: ${message}`, { reason: `no credentials were found (${message})` });
  if (isRegion)
    return new StoreTrouble('no-bucket', 'no region is known: give `region` under stores, or set AWS_REGION');
  const status = $metadata?.httpStatusCode;
  if (status === undefined) return error;
  // An answer the SDK could not read: its name is then that of a parser's error.
  if (status < 300)
    return new StoreTrouble('broken', `${what} gave an answer that cannot be read: ${message}`, { status });
  // For answers without a body the SDK makes up names: `NotFound`, `403`, `UnknownError`.
  const code = name === 'NotFound' || name === 'UnknownError' || /^\d+$/.test(name) ? '' : name;
  // So it does for a refusal that only has a code, as Ceph's are.
  const told = message === 'UnknownError' ? '' : message;
  return troubleOfS3({ status, code, message: told, headers: $response?.headers ?? {}, region: Region }, what);
}

interface SdkError {
  readonly name: string;
  readonly message: string;
  readonly $metadata?: { readonly httpStatusCode?: number };
  readonly $response?: { readonly headers?: { readonly [name: string]: string } };
  readonly Region?: string;
}

/** Reads the XML of a refusal; services and proxies that answer something else give an empty code. */
export function answerOfXml(status: number, headers: S3Answer['headers'], xml: string): S3Answer {
  const text = (name: string): string | undefined => new RegExp(`<${name}>([^<]*)</${name}>`).exec(xml)?.[1];
  return { status, headers, code: text('Code') ?? '', message: text('Message') ?? '', region: text('Region') };
}
