import { failureOf } from '@dataset-runner/core/plugin';
import { kitFailures } from '../failures.ts';

/** A URL for messages: no user, password, query (signatures live there) or fragment. */
export function shownUrl(url: string): string {
  if (!URL.canParse(url)) return url;
  const { protocol, host, pathname } = new URL(url);
  return `${protocol}//${host}${pathname}`;
}

/** Names that network errors go by: Node's system codes, and the kinds of core's HTTP client. */
const networkCodes =
  /^(ECONN|EPIPE|EHOST|ENET|ETIMEDOUT|EAI_|ENOTFOUND|EPROTO|ERR_STREAM_PREMATURE_CLOSE|HPE_|UND_ERR)/;
const networkKinds = ['unreachable', 'timeout', 'cut', 'protocol'];

/**
 * What an error while asking or reading becomes: network trouble is transient, everything else stays itself.
 *
 * Aborts, failures with a code of their own (a refused address, a limit) and errors of the disk pass unchanged.
 */
export function asCut(
  error: unknown,
  at: { readonly url: string; readonly received: number; readonly expected?: number },
  signal: AbortSignal | undefined,
): unknown {
  if (signal?.aborted === true) return signal.reason;
  if (failureOf(error) !== undefined || !(error instanceof Error)) return error;
  const kind = 'kind' in error && '$type' in error ? String(error.kind) : '';
  // Fetch implementations wrap: "terminated", and why only in the cause.
  if (!networkKinds.includes(kind) && !networkCodes.test(codeOf(error)) && !networkCodes.test(codeOf(error.cause)))
    return error;
  return kitFailures['download-cut']({ ...at, why: error.message });
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}
