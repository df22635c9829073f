import { randomUUID } from 'node:crypto';
import { hashOf, runningHash } from '../../lib/running-hash.ts';
import { StoreTrouble, type Bytes } from '../../model/driver.ts';
import { blocksOf, type Block } from './blocks.ts';
import { GcsResumable } from './gcs-resumable.ts';
import { absence, objectFields, type GcsObject, type GcsSession } from './gcs-session.ts';

/** How an object is sent. */
export interface GcsUpload {
  readonly name: string;
  /** -1 when nobody knows. */
  readonly sizeBytes: number;
  /** What is larger goes in chunks of this size, a multiple of 256 KiB. */
  readonly chunkBytes: number;
  readonly ifAbsent: boolean;
  /** Of the whole, where it is known: the same bytes may be sent again, and go on where they were. */
  readonly digest: string | undefined;
  readonly signal: AbortSignal | undefined;
  /** The caller can send the same bytes again, and will. */
  readonly isRepeated: boolean;
}

/** Uploads that were cut, by what was sent: the address of each at the service, which holds for a week. */
export type Unfinished = Map<string, string>;

/** Sends an object whole: in one request when it fits, else in chunks of one upload. */
export async function uploadObject(
  session: GcsSession,
  body: Bytes,
  upload: GcsUpload,
  unfinished: Unfinished,
): Promise<GcsObject> {
  const blocks = blocksOf(body, upload.chunkBytes);
  const first = await blocks.next();
  // `blocksOf` gives one block at least.
  const block = first.value as Block;
  try {
    // The last block comes after the end of the source, which by then has said whether its bytes are the announced ones.
    if (block.isLast) return await putWhole(session, block.bytes, upload);
    return await putChunks(session, block, blocks, upload, unfinished);
  } finally {
    await blocks.return();
  }
}

async function putWhole(session: GcsSession, bytes: Buffer, upload: GcsUpload): Promise<GcsObject> {
  const { name, ifAbsent, signal } = upload;
  const what = `PUT ${name}`;
  const md5 = (await hashOf('md5', bytes)).toString('base64');
  // With the MD5 in its description the service refuses any other bytes.
  const description = JSON.stringify({ name, md5Hash: md5, contentType: 'application/octet-stream' });
  const boundary = randomUUID();
  const head = `--${boundary}\r\ncontent-type: application/json; charset=UTF-8\r\n\r\n${description}\r\n--${boundary}\r\ncontent-type: application/octet-stream\r\n\r\n`;
  const body = Buffer.concat([Buffer.from(head), bytes, Buffer.from(`\r\n--${boundary}--`)]);
  const call = {
    method: 'POST',
    path: `/upload${session.objectsPath}`,
    query: { uploadType: 'multipart', fields: objectFields, ...absence(ifAbsent) },
    headers: { 'content-type': `multipart/related; boundary=${boundary}` },
    body,
    signal,
  } as const;
  const send = () => session.json<GcsObject>(call, what);
  // A short stream is in hand now and can be sent again, which nobody above can do.
  const ask = () => (upload.isRepeated || ifAbsent ? send() : session.patiently(signal, send));
  const stored = await session.home.write(signal, ask);
  return proven(session, stored, md5, upload);
}

async function putChunks(
  session: GcsSession,
  first: Block,
  blocks: AsyncGenerator<Block, void, undefined>,
  upload: GcsUpload,
  unfinished: Unfinished,
): Promise<GcsObject> {
  const { name, sizeBytes, ifAbsent, digest, signal } = upload;
  const id = digest === undefined ? undefined : JSON.stringify([name, sizeBytes, digest, ifAbsent]);
  const sending = new GcsResumable(session, { name, sizeBytes, ifAbsent, signal });
  try {
    await sending.begin(id === undefined ? undefined : unfinished.get(id));
    if (id !== undefined) unfinished.set(id, sending.address);
    using md5 = runningHash('md5', sizeBytes);
    let block: Block | undefined = first;
    while (block !== undefined) {
      await md5.update(block.bytes);
      // Read on while this one is on its way; a failure of the source is met at the next turn.
      const next: Promise<IteratorResult<Block, void>> | undefined = block.isLast ? undefined : blocks.next();
      next?.catch(() => undefined);
      if (block.isLast) await sending.finish(block, (await md5.digest()).toString('base64'));
      else await sending.put(block);
      block.release();
      const following: IteratorResult<Block, void> | undefined = await next;
      block = following?.done === false ? following.value : undefined;
    }
    if (id !== undefined) unfinished.delete(id);
    const { object, md5Hash } = sending.finished();
    return await proven(session, object, md5Hash, upload);
  } catch (error) {
    // Only bytes that may come again are worth keeping half of.
    const mayGoOn = id !== undefined && signal?.aborted !== true && sending.isCut;
    if (!mayGoOn) {
      if (id !== undefined) unfinished.delete(id);
      await sending.abandon();
    }
    throw error;
  }
}

/** The stored object when it has the bytes that were sent; another one is taken away again. */
async function proven(session: GcsSession, stored: GcsObject, md5: string, upload: GcsUpload): Promise<GcsObject> {
  if (stored.md5Hash === md5) return stored;
  const { name, signal } = upload;
  const { generation } = stored;
  // The service was told the MD5 and should have refused: whatever answered is not to be trusted with the rest.
  if (generation !== undefined)
    await session.found({ method: 'DELETE', path: session.objectPath(name), query: { generation }, signal }, 'DELETE');
  const details = { expected: `MD5 ${md5}`, found: stored.md5Hash ?? 'no MD5', transient: true };
  throw new StoreTrouble('corrupt', `${name} was not stored as sent`, details);
}
