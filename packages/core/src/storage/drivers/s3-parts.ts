import { createHash } from 'node:crypto';
import { hashOf } from '../../lib/running-hash.ts';
import { StoreTrouble, type WriteOptions } from '../../model/driver.ts';
import { isTransient, troubleOf } from '../trouble.ts';
import { withFirst, type Block } from './blocks.ts';
import { checkEtag, etagOf } from './s3-etag.ts';
import type { S3Session } from './s3-session.ts';

const mostParts = 10_000;
const megabyte = 1024 * 1024;
/** Parts under way at a time. */
const partsAtOnce = 4;

/** Bytes of each part; the same for the same size, or an interrupted upload could not go on. */
export function partSize(sizeBytes: number, partBytes: number): number {
  const least = Math.ceil(sizeBytes / mostParts / megabyte) * megabyte;
  return sizeBytes > partBytes * mostParts ? least : partBytes;
}

/**
 * Sends a file in parts and makes it visible with the last request.
 *
 * Goes on with an interrupted upload of the key when its first part has our bytes; of the others every part is
 * compared too. Returns the file's ETag as the parts make it, which says whether the service put them together right.
 */
export async function uploadInParts(
  session: S3Session,
  key: string,
  parts: AsyncGenerator<Block, void, undefined>,
  options: WriteOptions,
): Promise<{ readonly etag: string }> {
  const { signal } = options;
  // There is one at least.
  const first = (await parts.next()).value as Block;
  const firstMd5 = (await hashOf('md5', first.bytes)).toString('hex');
  const { uploadId, done } = (await findInterrupted(session, key, firstMd5, signal)) ?? {
    uploadId: await create(session, key, signal),
    done: new Map<number, KnownPart>(),
  };
  const etags: string[] = [];
  const digests: string[] = [];
  const underWay = new Set<Promise<void>>();
  let failed: { readonly error: unknown } | undefined;
  try {
    for await (const { bytes, index, release } of withFirst(first, parts)) {
      const number = index + 1;
      const md5 = (await hashOf('md5', bytes)).toString('hex');
      digests[number - 1] = md5;
      const known = done.get(number);
      if (known?.md5 === md5 && known.sizeBytes === bytes.length) {
        etags[number - 1] = known.md5;
        release();
      } else {
        const work: Promise<void> = sendPart(session, { key, uploadId, number, bytes, md5, signal })
          .then((etag) => void (etags[number - 1] = etag))
          .catch((error: unknown) => void (failed ??= { error }))
          .finally(() => {
            release();
            underWay.delete(work);
          });
        underWay.add(work);
      }
      if (underWay.size >= partsAtOnce) await Promise.race(underWay);
      if (failed !== undefined) throw failed.error;
    }
    await Promise.all(underWay);
    if (failed !== undefined) throw failed.error;
    await complete(session, { key, uploadId, etags, options });
    return { etag: joinedEtag(digests) };
  } catch (error) {
    await Promise.allSettled(underWay);
    // What the network or a person interrupted can go on; what has wrong bytes or is not allowed never will.
    const trouble = troubleOf(error);
    const mayGoOn =
      signal?.aborted === true || (trouble !== undefined && trouble.kind !== 'corrupt' && isTransient(trouble));
    if (!mayGoOn) await abort(session, key, uploadId);
    throw error;
  }
}

/** The ETag S3 gives a file made of parts: the MD5 of their MD5s, and their number. */
function joinedEtag(md5s: readonly string[]): string {
  const joined = createHash('md5');
  for (const md5 of md5s) joined.update(md5, 'hex');
  return `${joined.digest('hex')}-${md5s.length}`;
}

async function create(session: S3Session, key: string, signal: AbortSignal | undefined): Promise<string> {
  const { client, sdk, bucket } = session;
  const command = new sdk.CreateMultipartUploadCommand({ Bucket: bucket, Key: key });
  const { UploadId } = await session.patiently(
    () => session.answer(`POST ${key}`, signal, (how) => client.send(command, how)),
    signal,
  );
  if (UploadId === undefined) throw new StoreTrouble('broken', `POST ${key} gave no upload`);
  return UploadId;
}

interface PartToSend {
  readonly key: string;
  readonly uploadId: string;
  readonly number: number;
  readonly bytes: Uint8Array;
  /** Hex. */
  readonly md5: string;
  readonly signal: AbortSignal | undefined;
}

async function sendPart(session: S3Session, part: PartToSend): Promise<string> {
  const { key, uploadId, number, bytes, md5, signal } = part;
  const headers = { 'content-md5': Buffer.from(md5, 'hex').toString('base64') };
  const query = { partNumber: String(number), uploadId };
  return session.patiently(async () => {
    const response = await session.request('PUT', key, { headers, query, body: bytes, signal });
    await response.discard();
    checkEtag(response.headers, md5, `PUT part ${number} of ${key}`);
    return etagOf(response.headers['etag']) ?? '';
  }, signal);
}

async function complete(
  session: S3Session,
  upload: {
    readonly key: string;
    readonly uploadId: string;
    readonly etags: readonly string[];
    readonly options: WriteOptions;
  },
): Promise<void> {
  const { key, uploadId, etags, options } = upload;
  const { client, sdk, bucket } = session;
  const command = new sdk.CompleteMultipartUploadCommand({
    Bucket: bucket,
    Key: key,
    UploadId: uploadId,
    MultipartUpload: { Parts: etags.map((etag, n) => ({ PartNumber: n + 1, ETag: `"${etag}"` })) },
    ...(options.ifAbsent === true ? { IfNoneMatch: '*' } : {}),
  });
  const { signal } = options;
  // Completing twice is harmless: services answer the second as the first.
  await session.patiently(() => session.answer(`POST ${key}`, signal, (how) => client.send(command, how)), signal);
}

async function abort(session: S3Session, key: string, uploadId: string): Promise<void> {
  const { client, sdk, bucket } = session;
  const command = new sdk.AbortMultipartUploadCommand({ Bucket: bucket, Key: key, UploadId: uploadId });
  try {
    // Never with the caller's signal: cleaning up is what an abort asks for.
    await client.send(command, { abortSignal: AbortSignal.timeout(10_000) });
  } catch {
    // The parts are invisible; the bucket's own rule for incomplete uploads gets them.
  }
}

interface KnownPart {
  readonly md5: string | undefined;
  readonly sizeBytes: number;
}

/** An open upload of this key whose first part has our bytes, with all its parts. */
async function findInterrupted(
  session: S3Session,
  key: string,
  firstMd5: string,
  signal: AbortSignal | undefined,
): Promise<{ readonly uploadId: string; readonly done: ReadonlyMap<number, KnownPart> } | undefined> {
  const { client, sdk, bucket } = session;
  const command = new sdk.ListMultipartUploadsCommand({ Bucket: bucket, Prefix: key, MaxUploads: 100 });
  const uploads = async () => {
    try {
      return (await session.answer(`LIST ${key}`, signal, (how) => client.send(command, how))).Uploads ?? [];
    } catch (error) {
      // Who may write but not look, and services without this list, start anew.
      if (['denied', 'unsupported'].includes(troubleOf(error)?.kind ?? '')) return [];
      throw error;
    }
  };
  const own = (await session.patiently(uploads, signal)).filter(
    ({ Key, UploadId }) => Key === key && UploadId !== undefined,
  );
  for (const { UploadId = '' } of own.slice(-5)) {
    const done = await session.patiently(() => partsOf(session, key, UploadId, signal), signal);
    if (done.get(1)?.md5 === firstMd5) return { uploadId: UploadId, done };
  }
  return undefined;
}

async function partsOf(
  session: S3Session,
  key: string,
  uploadId: string,
  signal: AbortSignal | undefined,
): Promise<Map<number, KnownPart>> {
  const { client, sdk, bucket } = session;
  const parts = new Map<number, KnownPart>();
  let marker: string | undefined;
  do {
    const command = new sdk.ListPartsCommand({
      Bucket: bucket,
      Key: key,
      UploadId: uploadId,
      ...(marker === undefined ? {} : { PartNumberMarker: marker }),
    });
    let page;
    try {
      page = await session.answer(`LIST parts of ${key}`, signal, (how) => client.send(command, how));
    } catch (error) {
      // It ended between the two requests.
      if (troubleOf(error)?.details.status === 404) return parts;
      throw error;
    }
    for (const { PartNumber = 0, ETag, Size = 0 } of page.Parts ?? [])
      parts.set(PartNumber, { md5: etagOf(ETag), sizeBytes: Size });
    marker = page.IsTruncated === true ? page.NextPartNumberMarker : undefined;
  } while (marker !== undefined);
  return parts;
}
