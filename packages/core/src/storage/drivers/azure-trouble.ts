import { StoreTrouble, type TroubleDetails, type TroubleKind } from '../../model/driver.ts';
import { troubleOfStatus } from './http-status.ts';

/** What an error of the SDK tells of the service's answer. */
export interface AzureAnswer {
  readonly status: number;
  /** The service's own word, as in `ContainerNotFound`. */
  readonly code: string;
  readonly message: string;
  readonly headers: { readonly [name: string]: string };
}

// Where the status says too little. https://learn.microsoft.com/rest/api/storageservices/blob-service-error-codes
const kinds: { readonly [code: string]: TroubleKind } = {
  ServerBusy: 'throttled',
  OperationTimedOut: 'unavailable',
  InternalError: 'unavailable',
  Md5Mismatch: 'corrupt',
  InvalidMd5: 'corrupt',
  BlobAlreadyExists: 'conflict',
  ConditionNotMet: 'conflict',
  // Another writer published the same name meanwhile, and with that our blocks were thrown away.
  InvalidBlockList: 'locked',
  LeaseIdMissing: 'locked',
  LeaseAlreadyPresent: 'locked',
  InsufficientAccountPermissions: 'denied',
  AccountIsDisabled: 'denied',
  SnapshotsPresent: 'broken',
  PendingCopyOperation: 'locked',
  ContainerBeingDeleted: 'unavailable',
  RequestBodyTooLarge: 'limit',
  BlockCountExceedsLimit: 'limit',
};

// What of the credentials is wrong, where the service's word needs a word of ours.
const reasons: { readonly [code: string]: string } = {
  AuthenticationFailed: 'the key, the signature or its time is wrong (AuthenticationFailed)',
  AuthorizationPermissionMismatch: 'the credentials do not permit this (AuthorizationPermissionMismatch)',
  AuthorizationFailure:
    'the network rules of the account, or the credentials, do not permit this (AuthorizationFailure)',
  NoAuthenticationInformation: 'the service asks for credentials (NoAuthenticationInformation)',
};

/** The answer of the service that an error of the SDK carries, or undefined for any other error. */
export function azureAnswer(error: unknown): AzureAnswer | undefined {
  if (typeof error !== 'object' || error === null) return undefined;
  const { name, statusCode, code, message, response } = error as {
    readonly message?: unknown;
    readonly name?: unknown;
    readonly statusCode?: unknown;
    readonly code?: unknown;
    readonly response?: { readonly headers?: { toJSON(): { readonly [name: string]: string } } };
  };
  if (name !== 'RestError' || typeof statusCode !== 'number') return undefined;
  const headers = response?.headers?.toJSON() ?? {};
  // Answers to HEAD have no body; the header says the same.
  const word = headers['x-ms-error-code'] ?? (typeof code === 'string' ? code : '');
  return { status: statusCode, code: word, message: String(message), headers };
}

/** When the shared access signature of a refused request ended, where it has; its other parts are secret. */
function endOfSignature(asked: string): string | undefined {
  const url = URL.parse(asked);
  const end = url?.searchParams.get('se') ?? '';
  return Date.parse(end) < Date.now() ? end : undefined;
}

/** True when one file is not there, and not the whole container. */
export function isNoBlob(error: unknown): boolean {
  const answer = azureAnswer(error);
  return answer?.status === 404 && answer.code !== 'ContainerNotFound';
}

// What @azure/identity throws when nobody is logged in, or the login does not hold.
const loginErrors = new Set([
  'CredentialUnavailableError',
  'AuthenticationError',
  'AggregateAuthenticationError',
  'AuthenticationRequiredError',
]);

function loginTrouble(error: unknown): unknown {
  const { name } = error as { readonly name?: unknown };
  if (typeof name !== 'string' || !loginErrors.has(name)) return error;
  // Its own message is pages long, and may quote the answers of login services.
  const reason = 'no login of this machine could be used (environment, managed identity, az login)';
  return new StoreTrouble('denied', reason, { reason });
}

/** The trouble an error of the SDK means; errors that are none of the service come back as they are. */
export function azureTrouble(error: unknown, what: string): unknown {
  const answer = azureAnswer(error);
  if (answer === undefined) return loginTrouble(error);
  const { request } = error as { readonly request?: { readonly url?: unknown } };
  return answerTrouble(answer, typeof request?.url === 'string' ? request.url : '', what);
}

/** The trouble that an answer of the service means. */
export function answerTrouble(answer: AzureAnswer, url: string, what: string): StoreTrouble {
  const { status, code, message, headers } = answer;
  const plain = troubleOfStatus(answer, what);
  const requestId = headers['x-ms-request-id'];
  // Azurite has no word of its own for it.
  const isGarbled = status === 400 && /md5 .*(doesn't|did not) match/i.test(message);
  const kind = isGarbled ? 'corrupt' : (kinds[code] ?? plain.kind);
  const ended = kind === 'denied' ? endOfSignature(url) : undefined;
  // The service has one word for all that can be wrong with a signature.
  const reason = ended === undefined ? (reasons[code] ?? code) : `the shared access signature ended at ${ended}`;
  const details: TroubleDetails = {
    ...plain.details,
    ...(requestId === undefined ? {} : { requestId }),
    ...(kind === 'denied' && reason !== '' ? { reason } : {}),
    // What arrived wrong may arrive right at the next try.
    ...(kind === 'corrupt' ? { transient: true, expected: 'the MD5 of what was sent', found: code } : {}),
  };
  return new StoreTrouble(kind, `${what} answered ${status}${code === '' ? '' : ` ${code}`}`, details);
}
