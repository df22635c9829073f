import type { Tools } from '@dataset-runner/core/plugin';
import { download } from '@dataset-runner/kit/download';
import {
  type Archive,
  type ArchiveEntry,
  type ArchiveReport,
  openArchive,
  readArchive,
  streamArchive,
} from '@dataset-runner/kit/extract';
import { kitFailures } from '@dataset-runner/kit/failures';
import { openRemoteFile, type RemoteFile } from '@dataset-runner/kit/remote-file';
import { describeBytes, sniff } from '@dataset-runner/kit/sniff';
import { createHash } from 'node:crypto';
import { dogsFailures } from '../failures.ts';
import { directoryHash } from './directory-hash.ts';
import type { ArchiveIdentity, ArchiveSeen, RemoteArchive } from './remote-archive.ts';

/** An archive that is being read, in whichever way the server allows. */
export interface Source extends AsyncDisposable {
  readonly how: ArchiveSeen['how'];
  /** Equal only for the same bytes; undefined where the server proves nothing. */
  readonly version: string | undefined;
  /** Bytes of the archive, where known before its end. */
  readonly sizeBytes: number | undefined;
  /** What is known before the first entry. */
  readonly early: ArchiveIdentity | undefined;
  /** In the order of the archive; each must be read before the next one is asked for. */
  entries(): AsyncIterable<ArchiveEntry>;
  /** After the last entry. */
  finish(): ArchiveIdentity & { readonly report: ArchiveReport; readonly came: string };
}

type SourceTools = Pick<Tools, 'fetch' | 'scratch' | 'signal' | 'log' | 'progress'>;

/**
 * Opens an archive where it is: a tar streams; a zip is read by ranges, its directory first.
 *
 * A zip whose server has no ranges, or whose pinned digest takes all its bytes, is spooled to this disk, and the log says
 * so. What is no archive is refused by its first bytes.
 */
export async function openSource(archive: RemoteArchive, tools: SourceTools): Promise<Source> {
  const { url, sha256 } = archive;
  const { fetch, signal, log } = tools;
  const file = await openRemoteFile({ url, fetch, signal });
  try {
    refuseContent(archive, file);
    const pieces = new HashedPieces(file.stream());
    const streamed = archive.spool ? undefined : streamArchive(pieces, { name: url, head: file.head });
    if (streamed !== undefined) {
      const came = describeBytes(file.head, file.contentType);
      return {
        how: 'streamed',
        version: file.version,
        sizeBytes: file.sizeBytes,
        early: undefined,
        entries: () => streamed.entries(),
        finish: () => ({ sizeBytes: pieces.sizeBytes, sha256: pieces.digest(), report: streamed.report, came }),
        [Symbol.asyncDispose]: () => file[Symbol.asyncDispose](),
      };
    }
    if (!archive.spool && sha256 === undefined && file.isRandom) return await openRanged(url, file);
    const why = archive.spool ? 'as asked' : sha256 === undefined ? 'its server has no ranges' : 'its digest is pinned';
    log(`${url} is fetched to this disk first: ${why}`);
  } catch (error) {
    await file[Symbol.asyncDispose]();
    throw error;
  }
  await file[Symbol.asyncDispose]();
  return openSpooled(archive, tools, file.version);
}

/** Size and kind, before gigabytes come. */
function refuseContent({ url, sizeBytes }: RemoteArchive, file: RemoteFile): void {
  const type = sniff(file.head)?.type;
  const came = describeBytes(file.head, file.contentType);
  // Unknown bytes may be a program that a zip is appended to; only its end tells.
  if (type !== undefined && !['zip', 'tar', 'gzip'].includes(type)) {
    throw kitFailures['download-content']({ url, wanted: ['zip', 'tar', 'gzip'], found: came });
  }
  if (sizeBytes === undefined || file.sizeBytes === undefined || sizeBytes === file.sizeBytes) return;
  throw dogsFailures['archive-mismatch']({
    url,
    what: 'size',
    pinned: String(sizeBytes),
    found: String(file.sizeBytes),
    came,
  });
}

async function openRanged(url: string, file: RemoteFile): Promise<Source> {
  const archive = await readArchive(file.reader(), { name: url });
  const came = describeBytes(file.head, file.contentType);
  const early = { sizeBytes: file.sizeBytes ?? 0, directorySha256: await directoryHash(archive) };
  return {
    how: 'read by ranges',
    version: file.version,
    sizeBytes: file.sizeBytes,
    early,
    entries: () => archive.entries(),
    finish: () => ({ ...early, report: archive.report, came }),
    [Symbol.asyncDispose]: () => file[Symbol.asyncDispose](),
  };
}

async function openSpooled(archive: RemoteArchive, tools: SourceTools, version: string | undefined): Promise<Source> {
  const { url, sha256 } = archive;
  const { fetch, scratch, signal, progress } = tools;
  const path = await scratch('archive');
  const fetched = await download({ url, path, fetch, signal, progress, ...(sha256 === undefined ? {} : { sha256 }) });
  const opened: Archive = await openArchive(path, { name: url });
  const early = {
    sizeBytes: fetched.sizeBytes,
    sha256: fetched.sha256,
    ...(opened.report.format === 'zip' ? { directorySha256: await directoryHash(opened) } : {}),
  };
  return {
    how: 'spooled',
    // The digest of what lies here is the best proof there is.
    version: version ?? fetched.sha256,
    sizeBytes: fetched.sizeBytes,
    early,
    entries: () => opened.entries(),
    finish: () => ({ ...early, report: opened.report, came: `a ${opened.report.format}` }),
    [Symbol.asyncDispose]: () => opened.close(),
  };
}

/** Bytes that are hashed and counted as they pass. */
class HashedPieces implements AsyncIterable<Uint8Array> {
  readonly #pieces: AsyncIterable<Uint8Array>;
  readonly #hash = createHash('sha256');
  sizeBytes = 0;

  constructor(pieces: AsyncIterable<Uint8Array>) {
    this.#pieces = pieces;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array> {
    for await (const piece of this.#pieces) {
      this.#hash.update(piece);
      this.sizeBytes += piece.length;
      yield piece;
    }
  }

  digest(): string {
    return this.#hash.digest('hex');
  }
}
