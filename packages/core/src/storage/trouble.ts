import { isHttpTrouble, type HttpTrouble } from '../lib/http-trouble.ts';
import { StoreTrouble, type TroubleDetails, type TroubleKind } from '../model/driver.ts';
import {
  fail,
  failureOf,
  type CoreCode,
  type FailureBase,
  type FailureDetails,
  type FailureError,
} from '../model/failure.ts';

/**
 * From whatever a driver throws to the one failure people read. Drivers know their service, this file knows the
 * catalogue; neither knows the other's words.
 */

/** What an operation was about, for its failure. */
export interface Doing {
  /** The file or place, without credentials. */
  readonly url: string;
  /** As in `write` or `conditional write`. */
  readonly what: string;
}

// System errors a driver may let through, by code.
const kindsOfErrno: { readonly [code: string]: TroubleKind } = {
  // Not there, or not ours to touch; read-only file systems are a matter of rights to whoever writes.
  ENOENT: 'missing',
  // A link that leads to itself leads to nothing.
  ELOOP: 'missing',
  EACCES: 'denied',
  EPERM: 'denied',
  EROFS: 'denied',
  ENOSPC: 'full',
  EDQUOT: 'full',
  EFBIG: 'limit',
  ENAMETOOLONG: 'limit',
  // A file where a folder should be, or the other way round.
  EEXIST: 'conflict',
  EISDIR: 'conflict',
  ENOTDIR: 'conflict',
  ENOTEMPTY: 'conflict',
  // A disk that is mounted, or linked to, in the middle of a store.
  EXDEV: 'conflict',
  EBUSY: 'locked',
  ETXTBSY: 'locked',
  // The network between us: the same attempt may succeed later.
  ECONNREFUSED: 'unavailable',
  ECONNRESET: 'unavailable',
  ECONNABORTED: 'unavailable',
  EPIPE: 'unavailable',
  ETIMEDOUT: 'unavailable',
  ENOTFOUND: 'unavailable',
  EAI_AGAIN: 'unavailable',
  EHOSTUNREACH: 'unavailable',
  ENETUNREACH: 'unavailable',
  // This process has too many files open; a moment later it may have fewer.
  EMFILE: 'unavailable',
  ENFILE: 'unavailable',
  // A network file system whose server went away.
  ESTALE: 'unavailable',
  ENOTCONN: 'unavailable',
};

const foundByErrno: { readonly [code: string]: string } = { ENOTDIR: 'file', EISDIR: 'folder', EXDEV: 'disk' };

const kindsOfHttp: { readonly [K in HttpTrouble['kind']]: TroubleKind } = {
  address: 'address',
  unreachable: 'unavailable',
  timeout: 'unavailable',
  cut: 'unavailable',
  limit: 'limit',
  protocol: 'broken',
};

/** Any error of a driver as trouble; undefined when it is none (a bug, an abort, the caller's own stream). */
export function troubleOf(error: unknown): StoreTrouble | undefined {
  if (typeof error !== 'object' || error === null) return undefined;
  if ((error as { $type?: unknown }).$type === 'runner.store-trouble') return error as StoreTrouble;
  if (isHttpTrouble(error)) {
    return new StoreTrouble(
      kindsOfHttp[error.kind],
      error.message,
      error.host === undefined ? {} : { found: error.host },
    );
  }
  const { code, message, syscall } = error as NodeJS.ErrnoException;
  const kind = typeof code === 'string' ? kindsOfErrno[code] : undefined;
  if (kind === undefined) return undefined;
  const found = code === 'EEXIST' && syscall === 'mkdir' ? 'file' : foundByErrno[code ?? ''];
  return new StoreTrouble(kind, String(message), found === undefined ? {} : { found });
}

/** What ended a listing, with the folder that may not be listed: what was asked for is the whole place. */
export function inListing(error: unknown, folder: string): unknown {
  const trouble = troubleOf(error);
  const name = folder.replace(/\/$/, '');
  if (trouble?.kind !== 'denied' || name === '') return error;
  return new StoreTrouble('denied', trouble.message, {
    reason: `the folder ${name} may not be listed`,
    ...trouble.details,
  });
}

/** True when the same attempt may succeed later. */
export function isTransient(trouble: StoreTrouble): boolean {
  return trouble.details.transient ?? ['throttled', 'unavailable', 'locked'].includes(trouble.kind);
}

/** The failure to throw for an error of a driver; errors that are no trouble come back unchanged. */
export function toFailure(error: unknown, doing: Doing): unknown {
  if (failureOf(error) !== undefined) return error;
  const trouble = troubleOf(error);
  return trouble === undefined ? error : failureOfTrouble(trouble, doing);
}

function failureOfTrouble(trouble: StoreTrouble, { url, what }: Doing): FailureError {
  const { details, message: why } = trouble;
  const make = <C extends CoreCode>(code: C, own: FailureDetails[C]): FailureError => {
    const base: FailureBase = isTransient(trouble) ? { transient: true } : {};
    return fail(code, { ...own, ...base });
  };
  switch (trouble.kind) {
    case 'missing':
      return make('store.missing', { url, ...(details.found === 'folder' ? { found: 'folder' } : {}) });
    case 'denied':
      return make('store.denied', { url, ...pick(details, 'reason'), ...answer(details) });
    case 'no-bucket':
      return make('store.no-bucket', { url, why, ...answer(details) });
    case 'throttled':
      return make('store.throttled', { url, ...pick(details, 'status'), ...pick(details, 'retryAfterMs') });
    case 'unavailable':
      return make('store.unavailable', { url, why });
    case 'broken':
      return make('store.broken', { url, why, ...answer(details) });
    case 'conflict':
      return make('store.conflict', { url, ...inTheWay(details.found) });
    case 'locked':
      return make('store.locked', { url });
    case 'full':
      return make('store.full', { url, why });
    case 'corrupt':
      return make('store.corrupt', {
        url,
        expected: details.expected ?? why,
        found: details.found ?? 'something else',
      });
    case 'limit':
      return make('store.limit', { url, limit: why });
    case 'address':
      return make('store.address', { url, host: details.found ?? url });
    case 'unsupported':
      return make('store.read-only', { url, what });
  }
}

function inTheWay(found: string | undefined): { readonly found?: 'folder' | 'file' | 'disk' } {
  return found === 'folder' || found === 'file' || found === 'disk' ? { found } : {};
}

function answer(details: TroubleDetails): { readonly status?: number; readonly requestId?: string } {
  return { ...pick(details, 'status'), ...pick(details, 'requestId') };
}

// `exactOptionalPropertyTypes`: an absent detail stays absent instead of becoming undefined.
function pick<K extends keyof TroubleDetails>(
  details: TroubleDetails,
  name: K,
): { [N in K]?: NonNullable<TroubleDetails[N]> } {
  const value = details[name];
  return (value === undefined ? {} : { [name]: value }) as { [N in K]?: NonNullable<TroubleDetails[N]> };
}
