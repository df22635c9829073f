import { createHash, hash } from 'node:crypto';
import type { BlockBlobClient } from '@azure/storage-blob';
import { Semaphore } from '../../lib/semaphore.ts';
import type { Bytes } from '../../model/driver.ts';
import { azureAnswer, isNoBlob, isNoContainer } from './azure-trouble.ts';
import { blocksOf, type Block } from './blocks.ts';

/** How a file is sent. */
export interface AzureUpload {
  /** -1 when nobody knows. */
  readonly sizeBytes: number;
  /** What is larger goes in blocks of this size. */
  readonly blockBytes: number;
  readonly ifAbsent: boolean;
  readonly signal: AbortSignal | undefined;
  /** Makes the container that is not there; false when that was not asked for. */
  create(): Promise<boolean>;
}

/** What the service stored, as its last answer says. */
export interface AzureStored {
  readonly etag?: string | undefined;
  readonly lastModified?: Date | undefined;
  readonly md5: Buffer;
  readonly sizeBytes: number;
}

// Of blocks on the wire and in memory, each up to `blockBytes`.
const parallelBlocks = 4;
// Of the service, for one file.
const mostBlocks = 50_000;

/** Sends a file whole: in one request when it fits, else in blocks that become visible together. */
export async function uploadBlob(blob: BlockBlobClient, body: Bytes, upload: AzureUpload): Promise<AzureStored> {
  const smallestBytes = Math.ceil(upload.sizeBytes / mostBlocks);
  const blocks = blocksOf(body, Math.max(upload.blockBytes, smallestBytes));
  const first = await blocks.next();
  // `blocksOf` gives one block at least.
  const block = first.value as Block;
  try {
    // The last block comes after the end of the source, which by then has said whether its bytes are the announced ones.
    if (block.isLast) return await putWhole(blob, block.bytes, upload);
    return await putBlocks(blob, withFirst(block, blocks), upload);
  } finally {
    await blocks.return();
  }
}

async function putWhole(blob: BlockBlobClient, bytes: Buffer, upload: AzureUpload): Promise<AzureStored> {
  const { ifAbsent, signal } = upload;
  const md5 = hash('md5', bytes, 'buffer');
  const send = () =>
    // The service keeps a whole body's MD5 as the blob's own; this makes it refuse any other body first.
    blob.upload(bytes, bytes.length, {
      transactionalContentMD5: md5,
      ...conditions(ifAbsent),
      ...(signal === undefined ? {} : { abortSignal: signal }),
    });
  const stored = await inContainer(upload, send);
  return { etag: stored.etag, lastModified: stored.lastModified, md5, sizeBytes: bytes.length };
}

/**
 * Blocks are named by what is in them. So an upload that was cut goes on with the blocks the service still has, also
 * in another process: a block of that name has those bytes. Unfinished ones are invisible, and gone after a week.
 */
async function putBlocks(
  blob: BlockBlobClient,
  blocks: AsyncIterable<Block>,
  upload: AzureUpload,
): Promise<AzureStored> {
  const { ifAbsent, signal } = upload;
  const abort = signal === undefined ? {} : { abortSignal: signal };
  const there = await inContainer(upload, () => waitingBlocks(blob, abort));
  const slots = new Semaphore(parallelBlocks);
  const ids: string[] = [];
  const whole = createHash('md5');
  let sizeBytes = 0;
  let failure: { readonly error: unknown } | undefined;
  const sending = new Set<Promise<void>>();
  try {
    for await (const { bytes, index } of blocks) {
      const md5 = hash('md5', bytes, 'buffer');
      const id = blockId(index, bytes.length, md5);
      ids.push(id);
      whole.update(bytes);
      sizeBytes += bytes.length;
      if (there.has(id)) continue;
      await slots.acquire(signal);
      if (failure !== undefined) break;
      const sent = blob
        .stageBlock(id, bytes, bytes.length, { transactionalContentMD5: md5, ...abort })
        .then(
          () => undefined,
          (error: unknown) => void (failure ??= { error }),
        )
        .finally(() => {
          slots.release();
          sending.delete(sent);
        });
      sending.add(sent);
    }
  } finally {
    // Nothing may still be on its way when the caller hears of the end.
    await Promise.all(sending);
  }
  if (failure !== undefined) throw failure.error;
  const md5 = whole.digest();
  const stored = await blob.commitBlockList(ids, {
    blobHTTPHeaders: { blobContentMD5: md5 },
    ...conditions(ifAbsent),
    ...abort,
  });
  return { etag: stored.etag, lastModified: stored.lastModified, md5, sizeBytes };
}

/** Sends the first request of an upload, once more when the container had to be made. */
async function inContainer<T>(upload: AzureUpload, send: () => Promise<T>): Promise<T> {
  try {
    return await send();
  } catch (error) {
    if (!isNoContainer(error) || !(await upload.create())) throw error;
    return send();
  }
}

async function waitingBlocks(blob: BlockBlobClient, abort: { abortSignal?: AbortSignal }): Promise<Set<string>> {
  try {
    const { uncommittedBlocks = [] } = await blob.getBlockList('uncommitted', abort);
    return new Set(uncommittedBlocks.map(({ name }) => name));
  } catch (error) {
    // Nothing of this name yet. A credential that may only write cannot ask, and starts over.
    if (isNoBlob(error) || azureAnswer(error)?.status === 403) return new Set();
    throw error;
  }
}

// All ids of a blob must have one length.
function blockId(index: number, sizeBytes: number, md5: Buffer): string {
  const id = Buffer.alloc(24);
  id.writeUInt32BE(index, 0);
  id.writeUInt32BE(sizeBytes, 4);
  md5.copy(id, 8);
  return id.toString('base64');
}

function conditions(ifAbsent: boolean) {
  return ifAbsent ? { conditions: { ifNoneMatch: '*' } } : {};
}

async function* withFirst(first: Block, rest: AsyncIterable<Block>): AsyncGenerator<Block, void, undefined> {
  yield first;
  yield* rest;
}
