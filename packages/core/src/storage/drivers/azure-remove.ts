import type { BlockBlobClient, ContainerClient } from '@azure/storage-blob';
import { StoreTrouble } from '../../model/driver.ts';
import type { AzureCalls } from './azure-calls.ts';
import { isNoBlob } from './azure-trouble.ts';
import { troubleOfStatus } from './http-status.ts';

// What the service takes in one request.
const batchBlobs = 256;

/** Removes blobs, many in one request; every single answer is looked at, and one that is not there is none the worse. */
export async function removeBlobs(
  container: ContainerClient,
  blobs: readonly BlockBlobClient[],
  calls: AzureCalls,
  signal: AbortSignal | undefined,
): Promise<void> {
  const [only] = blobs;
  if (blobs.length === 1 && only !== undefined) return removeOne(only, calls, signal);
  const batches = container.getBlobBatchClient();
  for (let at = 0; at < blobs.length; at += batchBlobs) {
    const batch = blobs.slice(at, at + batchBlobs);
    await calls.patiently(`removing ${batch.length} blobs`, signal, async (abort) => {
      const { subResponses } = await batches.deleteBlobs([...batch], abort);
      if (subResponses.length !== batch.length) {
        const counts = `${batch.length} blobs were to be removed and ${subResponses.length} answers came`;
        throw new StoreTrouble('broken', counts, { transient: true });
      }
      for (const { status, errorCode = '' } of subResponses) {
        if (errorCode === 'ContainerNotFound') throw calls.noContainer();
        if (status !== 202 && status !== 404)
          throw troubleOfStatus({ status, headers: {} }, `removing a blob (${errorCode})`);
      }
    });
  }
}

async function removeOne(blob: BlockBlobClient, calls: AzureCalls, signal: AbortSignal | undefined): Promise<void> {
  await calls.ask(`DELETE ${blob.name}`, signal, async (abort) => {
    try {
      await blob.delete(abort);
    } catch (error) {
      if (!isNoBlob(error)) throw error;
    }
  });
}
