import type { Tools } from '@dataset-runner/core/plugin';
import { type Answer, ask, type Question } from './download/answer.ts';
import { PartFile, type PartWriter } from './download/part-file.ts';
import { asCut, shownUrl } from './download/trouble.ts';
import { kitFailures } from './failures.ts';
import { describeBytes, sniff, type SniffedType } from './sniff.ts';

export type { Question } from './download/answer.ts';

export interface DownloadRequest extends Question {
  /** A step's `fetch`, which keeps the project's network policy. */
  readonly fetch: Tools['fetch'];
  /** Where the file goes; `<path>.part` and `<path>.part.json` are used on the way. */
  readonly path: string;
  /** 64 hex digits, with or without `sha256:`. */
  readonly sha256?: string;
  readonly sizeBytes?: number;
  /** What the first bytes must show, whatever the server calls it. A tar.gz is `gzip`. */
  readonly accept?: readonly SniffedType[];
  /** Remembers each address's file when it is first seen, and refuses another one later. */
  readonly locks?: DownloadLocks;
  /** Bytes here of bytes expected, those of earlier attempts included. */
  readonly progress?: (doneBytes: number, totalBytes?: number) => void;
}

/** What was seen behind an address. */
export interface DownloadLock {
  readonly sha256: string;
  /** Bytes. */
  readonly size: number;
  readonly etag?: string;
}

/** Where locks are kept; a JSON file in the project, a table. */
export interface DownloadLocks {
  get(url: string): DownloadLock | undefined | Promise<DownloadLock | undefined>;
  set(url: string, lock: DownloadLock): void | Promise<void>;
}

export interface Downloaded {
  readonly path: string;
  readonly sizeBytes: number;
  /** 64 hex digits, computed while the bytes came. */
  readonly sha256: string;
  readonly etag?: string;
  /** Bytes that an earlier attempt had brought. */
  readonly resumedFrom: number;
}

/**
 * Fetches one file, whole and verified or not at all; what an earlier attempt brought is continued.
 *
 * It resumes only what the server proves to be the same file (If-Range with a strong ETag or Last-Modified).
 * One attempt: retrying is the engine's business, so throw its failures on. Transient: `kit.download-cut`,
 * `kit.download-unavailable`. For good: `kit.download-refused`, `-content` (something else came),
 * `-mismatch` (size or checksum), `-changed` (not what its lock recorded).
 */
export async function download(request: DownloadRequest): Promise<Downloaded> {
  const expected = expectedSha256(request.sha256);
  const part = await PartFile.find(request.path, request.url);
  const answer = await ask(request, part);
  if (answer.from === 0) await part.restart(answer.validator);
  let digest: string;
  let sizeBytes: number;
  {
    await using writer = await part.append();
    await receive(request, answer, writer, part);
    digest = await writer.finish();
    sizeBytes = writer.sizeBytes;
    await refuseWrong(request, { answer, writer, part, digest, expected });
  }
  const etag = answer.validator?.kind === 'etag' ? { etag: answer.validator.value } : {};
  await part.publish();
  await request.locks?.set(request.url, { sha256: digest, size: sizeBytes, ...etag });
  return { path: request.path, sizeBytes, sha256: digest, ...etag, resumedFrom: answer.from };
}

/** Writes what comes. A cut keeps the part, since what is here is right as far as it goes. */
async function receive(request: DownloadRequest, answer: Answer, writer: PartWriter, part: PartFile): Promise<void> {
  const { totalBytes } = answer;
  const url = shownUrl(request.url);
  const at = (): { url: string; received: number; expected?: number } => ({
    url,
    received: writer.sizeBytes,
    ...(totalBytes === undefined ? {} : { expected: totalBytes }),
  });
  let checked = false;
  try {
    for await (const piece of answer.body) {
      await writer.write(piece);
      // 512 bytes tell every kind; a wrong one is left before its gigabytes come.
      if (!checked && writer.head.length >= 512) {
        checked = true;
        await refuseContent(request, answer, writer, part);
      }
      request.progress?.(writer.sizeBytes, totalBytes);
    }
  } catch (error) {
    throw asCut(error, at(), request.signal);
  }
  request.signal?.throwIfAborted();
  if (totalBytes !== undefined && writer.sizeBytes !== totalBytes) {
    if (writer.sizeBytes > totalBytes) await part.discard();
    throw kitFailures['download-cut']({ ...at(), why: 'it ended politely, but not where it announced' });
  }
}

/** Tells by the first bytes, so that no gigabytes of a wrong kind are fetched. */
async function refuseContent(
  request: DownloadRequest,
  answer: Answer,
  writer: PartWriter,
  part: PartFile,
): Promise<void> {
  const { accept, sizeBytes } = request;
  const type = sniff(writer.head)?.type;
  const empty = writer.sizeBytes === 0 && sizeBytes !== 0;
  if (!empty && (accept === undefined || (type !== undefined && accept.includes(type)))) return;
  await part.discard();
  throw kitFailures['download-content']({
    url: shownUrl(request.url),
    wanted: accept ?? ['a file'],
    found: describeBytes(writer.head, answer.contentType),
  });
}

/** A file that came whole and is not yet believed. */
interface Received {
  readonly answer: Answer;
  readonly writer: PartWriter;
  readonly part: PartFile;
  readonly digest: string;
  readonly expected: string | undefined;
}

/** Size, then checksum, then lock: the most telling difference is the one reported. A wrong file leaves no part. */
async function refuseWrong(request: DownloadRequest, of: Received): Promise<void> {
  const { answer, writer, part, digest, expected } = of;
  await refuseContent(request, answer, writer, part);
  const url = shownUrl(request.url);
  const wrong = (what: 'size' | 'sha256', wanted: string, received: string): Error => {
    const details = { url, what, expected: wanted, received, found: describeBytes(writer.head, answer.contentType) };
    // A part that lay here since an earlier attempt may be what is wrong; a fresh start decides.
    return kitFailures['download-mismatch'](details, answer.from > 0 ? { transient: true } : {});
  };
  const lock = await request.locks?.get(request.url);
  const { sizeBytes } = request;
  let failure: Error | undefined;
  if (sizeBytes !== undefined && sizeBytes !== writer.sizeBytes)
    failure = wrong('size', String(sizeBytes), String(writer.sizeBytes));
  else if (expected !== undefined && expected !== digest) failure = wrong('sha256', expected, digest);
  else if (lock !== undefined && lock.sha256 !== digest)
    failure = kitFailures['download-changed']({ url, recorded: lock.sha256, received: digest });
  if (failure === undefined) return;
  await part.discard();
  throw failure;
}

/** Checked before anything is asked: a mistyped digest must not cost a download. */
function expectedSha256(given: string | undefined): string | undefined {
  if (given === undefined) return undefined;
  const hex = given.replace(/^sha256:/, '').toLowerCase();
  if (!/^[0-9a-f]{64}$/.test(hex)) throw new RangeError(`sha256 is 64 hex digits, not '${given}'`);
  return hex;
}
