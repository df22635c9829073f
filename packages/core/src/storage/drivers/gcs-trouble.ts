import type { HttpResponse } from '../../lib/http-client.ts';
import { StoreTrouble, type TroubleDetails, type TroubleKind } from '../../model/driver.ts';
import { troubleOfStatus } from './http-status.ts';

/** An answer that is no success, with its body read. */
export interface GcsRefusal {
  readonly status: number;
  /** The service's own word, as in `rateLimitExceeded`. */
  readonly reason: string;
  readonly message: string;
  readonly headers: { readonly [name: string]: string };
}

// https://cloud.google.com/storage/docs/json_api/v1/status-codes
const kindsOfReason: { readonly [reason: string]: TroubleKind } = {
  rateLimitExceeded: 'throttled',
  userRateLimitExceeded: 'throttled',
  quotaExceeded: 'throttled',
  conditionNotMet: 'conflict',
  uploadBrokenConnection: 'unavailable',
};

/** Reads an answer that is no success to its end. */
export async function readRefusal(response: HttpResponse): Promise<GcsRefusal> {
  const { status, headers } = response;
  const text = await response.text();
  try {
    const { error } = JSON.parse(text) as {
      readonly error?: { readonly message?: string; readonly errors?: readonly { readonly reason?: string }[] };
    };
    return { status, headers, reason: error?.errors?.[0]?.reason ?? '', message: error?.message ?? '' };
  } catch {
    // Media answers are plain text, proxies send pages.
    return { status, headers, reason: '', message: text.length < 300 ? text.trim() : '' };
  }
}

/** True when the whole bucket is not there, which is another trouble than one object that is not. */
export function isNoBucket({ status, message }: GcsRefusal): boolean {
  return status === 404 && /bucket does not exist|bucket .*not found|no such bucket/i.test(message);
}

/** The trouble an answer means; `what` as in `PUT a/b in gs://bucket`. */
export function gcsTrouble(refusal: GcsRefusal, what: string): StoreTrouble {
  const { status, reason, message, headers } = refusal;
  const plain = troubleOfStatus(refusal, what);
  const requestId = headers['x-guploader-uploadid'];
  // Google says 400 `invalid` for many things; only its words tell a checksum that does not match.
  const isCorrupt = status === 400 && /(md5|crc32c|hash|checksum).*(match|invalid)|does(n't| not) match/i.test(message);
  const kind = isCorrupt ? 'corrupt' : (kindsOfReason[reason] ?? plain.kind);
  const details: TroubleDetails = {
    ...plain.details,
    ...(requestId === undefined ? {} : { requestId }),
    ...(kind === 'denied' && message !== '' ? { reason: message } : {}),
    ...(isCorrupt ? { transient: true, expected: 'the checksum of what was sent', found: message } : {}),
  };
  return new StoreTrouble(kind, `${plain.message}${message === '' ? '' : `: ${message}`}`, details);
}
