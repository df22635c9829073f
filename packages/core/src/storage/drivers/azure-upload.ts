import { hashOf, runningHash } from '../../lib/running-hash.ts';
import type { BlockBlobClient } from '@azure/storage-blob';
import { StoreTrouble, type Bytes } from '../../model/driver.ts';
import { troubleOf } from '../trouble.ts';
import type { Abort, AzureCalls } from './azure-calls.ts';
import { azureAnswer, isNoBlob } from './azure-trouble.ts';
import { blocksOf, withFirst, type Block } from './blocks.ts';
import { Sending } from './sending.ts';

/** How a file is sent. */
export interface AzureUpload {
  /** -1 when nobody knows. */
  readonly sizeBytes: number;
  /** What is larger goes in blocks of this size. */
  readonly blockBytes: number;
  readonly ifAbsent: boolean;
  readonly signal: AbortSignal | undefined;
  /** The caller can send the same bytes again, and will. */
  readonly isRepeated: boolean;
  readonly calls: AzureCalls;
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
  const { calls, ifAbsent, signal, isRepeated } = upload;
  const md5 = await hashOf('md5', bytes);
  const send = (abort: Abort) =>
    // The service keeps a whole body's MD5 as the blob's own; this makes it refuse any other body first.
    blob.upload(bytes, bytes.length, { transactionalContentMD5: md5, ...conditions(ifAbsent), ...abort });
  const what = `PUT ${blob.name}`;
  // A short stream is in hand now and can be sent again, which nobody above can do.
  const ask = () => (isRepeated || ifAbsent ? calls.ask(what, signal, send) : calls.patiently(what, signal, send));
  const { etag, lastModified } = await calls.home.write(signal, ask);
  return { etag, lastModified, md5, sizeBytes: bytes.length };
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
  const { calls, ifAbsent, signal } = upload;
  const what = `PUT ${blob.name}`;
  const there = await calls.home.write(signal, () => waitingBlocks(blob, upload));
  const sending = new Sending(parallelBlocks, signal);
  const ids: string[] = [];
  using whole = runningHash('md5', upload.sizeBytes);
  let sizeBytes = 0;
  try {
    for await (const { bytes, index, release } of blocks) {
      const md5 = await hashOf('md5', bytes);
      const id = blockId(index, bytes.length, md5);
      ids.push(id);
      await whole.update(bytes);
      sizeBytes += bytes.length;
      if (there.has(id)) {
        release();
        continue;
      }
      const stage = (abort: Abort) =>
        blob.stageBlock(id, bytes, bytes.length, { transactionalContentMD5: md5, ...abort });
      await sending.start(() => calls.patiently(what, signal, stage).then(release));
    }
  } finally {
    // Nothing may still be on its way when the caller hears of the end.
    await sending.ended();
  }
  sending.throwIfFailed();
  const md5 = await whole.digest();
  const headers = { blobHTTPHeaders: { blobContentMD5: md5 }, ...conditions(ifAbsent) };
  const commit = (abort: Abort) => blob.commitBlockList(ids, { ...headers, ...abort });
  // A commit that happened and was not heard of is no conflict with itself: the same list makes the same blob.
  const isOnce = ifAbsent || upload.isRepeated;
  const stored = await (isOnce ? calls.ask(what, signal, commit) : calls.patiently(what, signal, commit)).catch(
    (error: unknown) => {
      // Locked: another writer's commit threw our blocks away. So there is a file now.
      if (!ifAbsent || troubleOf(error)?.kind !== 'locked') throw error;
      throw new StoreTrouble('conflict', `another writer made ${blob.name} meanwhile`);
    },
  );
  return { etag: stored.etag, lastModified: stored.lastModified, md5, sizeBytes };
}

/** The blocks of an earlier upload of this name that was cut. */
async function waitingBlocks(blob: BlockBlobClient, { calls, signal }: AzureUpload): Promise<Set<string>> {
  const ask = async (abort: Abort): Promise<Set<string>> => {
    try {
      const { uncommittedBlocks = [] } = await blob.getBlockList('uncommitted', abort);
      return new Set(uncommittedBlocks.map(({ name }) => name));
    } catch (error) {
      // Nothing of this name yet. A credential that may only write cannot ask, and starts over.
      if (isNoBlob(error) || azureAnswer(error)?.status === 403) return new Set();
      throw error;
    }
  };
  return calls.patiently(`blocks of ${blob.name}`, signal, ask);
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
