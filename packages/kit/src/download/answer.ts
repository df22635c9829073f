import type { FetchedResponse, Tools } from '@dataset-runner/core/plugin';
import { kitFailures } from '../failures.ts';
import { describeBytes, sniffBytes } from '../sniff.ts';
import type { PartFile, Validator } from './part-file.ts';
import { asCut, shownUrl } from './trouble.ts';

/** What is needed to ask for a file. */
export interface Question {
  readonly url: string;
  readonly fetch: Tools['fetch'];
  readonly headers?: { readonly [name: string]: string };
  readonly signal?: AbortSignal;
}

/** A server's answer that brings the file, or the rest of it. */
export interface Answer {
  /** Where its bytes belong; 0 means the whole file comes. */
  readonly from: number;
  /** Bytes of the whole file, when announced. */
  readonly totalBytes: number | undefined;
  readonly validator: Validator | undefined;
  readonly contentType: string | undefined;
  readonly body: AsyncIterable<Uint8Array>;
}

/**
 * Asks for the rest of a part if there is one, else for the whole file.
 *
 * A server that answers for another version, another place or without ranges makes it start over. Throws
 * `kit.download-refused`, `-unavailable` (transient) and `-cut` (transient).
 */
export async function ask(question: Question, part: PartFile): Promise<Answer> {
  if (part.validator !== undefined && part.sizeBytes > 0) {
    const rest = await askForRest(question, part.sizeBytes, part.validator);
    if (rest !== undefined) return rest;
  }
  const response = await send(question, {});
  if (response.status !== 200) throw await statusFailure(question.url, response);
  return wholeOf(response);
}

/** Undefined: the part cannot be continued and the whole file has to be asked for. */
async function askForRest(question: Question, from: number, validator: Validator): Promise<Answer | undefined> {
  const response = await send(question, { range: `bytes=${from}-`, 'if-range': validator.value });
  const { headers, status } = response;
  if (status === 200) return wholeOf(response);
  const range = /^bytes (?:(\d+)-(\d+)|\*)\/(\d+)$/.exec(headers['content-range'] ?? '');
  const total = range === null ? undefined : Number(range[3]);
  const contentType = headers['content-type'];
  // Not every server honours If-Range, so what it says of the version is compared once more.
  const same = !(validator.kind in headers) || headers[validator.kind] === validator.value;
  if (status === 206) {
    if (same && Number(range?.[1]) === from && Number(range?.[2]) + 1 === total) {
      return { from, totalBytes: total, validator, contentType, body: response.body };
    }
  } else if (status === 416) {
    // Nothing lies behind what we have: it is whole, if it is still the same file.
    if (same && total === from) {
      await headOf(response);
      return { from, totalBytes: total, validator, contentType, body: nothing() };
    }
  } else throw await statusFailure(question.url, response);
  await headOf(response);
  return undefined;
}

/** One request; trouble below HTTP is transient. */
export async function send(question: Question, ranged: { readonly [name: string]: string }): Promise<FetchedResponse> {
  const { url, headers, signal } = question;
  try {
    // `identity`: a compressed answer would make lengths and ranges mean something else.
    return await question.fetch(url, {
      headers: { ...headers, 'accept-encoding': 'identity', ...ranged },
      ...(signal === undefined ? {} : { signal }),
    });
  } catch (error) {
    throw asCut(error, { url: shownUrl(url), received: 0 }, signal);
  }
}

/** An answer from the beginning. A compressed one has a length and a tag of its own, which say nothing of the file's. */
function wholeOf(response: FetchedResponse): Answer {
  const { headers } = response;
  const plain = (headers['content-encoding'] ?? 'identity') === 'identity';
  const length = plain ? headers['content-length'] : undefined;
  return {
    from: 0,
    totalBytes: length !== undefined && /^\d+$/.test(length) ? Number(length) : undefined,
    validator: plain && headers['accept-ranges'] !== 'none' ? validatorOf(headers) : undefined,
    contentType: headers['content-type'],
    body: response.body,
  };
}

/** Weak tags may cover different bytes; a modification time less than a second old may cover two versions. */
export function validatorOf(headers: FetchedResponse['headers']): Validator | undefined {
  const { etag, date } = headers;
  if (etag?.startsWith('"') === true) return { kind: 'etag', value: etag };
  const modified = headers['last-modified'];
  if (modified === undefined || date === undefined || !(Date.parse(date) - Date.parse(modified) >= 1000))
    return undefined;
  return { kind: 'last-modified', value: modified };
}

/** The first bytes of the error's page go into the failure: they often say what to do. */
export async function statusFailure(rawUrl: string, response: FetchedResponse): Promise<Error> {
  const { status, headers } = response;
  const url = shownUrl(rawUrl);
  const head = await headOf(response);
  if (status === 408 || status === 425 || status === 429 || status >= 500) {
    const retryAfterMs = retryAfter(headers['retry-after']);
    return kitFailures['download-unavailable']({ url, status }, retryAfterMs === undefined ? {} : { retryAfterMs });
  }
  return kitFailures['download-refused']({ url, status, found: describeBytes(head, headers['content-type']) });
}

/** Seconds or a date. */
function retryAfter(value: string | undefined): number | undefined {
  if (value === undefined) return undefined;
  if (/^\d+$/.test(value)) return Number(value) * 1000;
  const at = Date.parse(value);
  return Number.isNaN(at) ? undefined : Math.max(0, at - Date.now());
}

/** Reads the beginning of a body that is not wanted, and leaves the rest; that also gives the connection back. */
async function headOf(response: FetchedResponse): Promise<Uint8Array> {
  const head: Uint8Array[] = [];
  let length = 0;
  try {
    for await (const piece of response.body) {
      head.push(piece);
      length += piece.length;
      if (length >= sniffBytes) break;
    }
  } catch {
    // The status is the news; how its page ended is not.
  }
  return Buffer.concat(head).subarray(0, sniffBytes);
}

/** The body of a file that is here already. */
async function* nothing(): AsyncGenerator<Uint8Array> {}
