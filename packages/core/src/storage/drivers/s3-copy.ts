import { StoreTrouble } from '../../model/driver.ts';
import { etagOf } from './s3-etag.ts';
import type { S3Session } from './s3-session.ts';
import { escaped } from './s3-client.ts';
import { partSize } from './s3-parts.ts';

/** Copies inside the service; what is too large for one request is copied in parts. */
export async function copyInside(
  session: S3Session,
  keys: { readonly from: string; readonly to: string },
  options: { readonly sizeBytes: number; readonly copyBytes: number; readonly signal: AbortSignal | undefined },
): Promise<void> {
  const { client, sdk, bucket } = session;
  const { sizeBytes, copyBytes, signal } = options;
  const where = { Bucket: bucket, Key: keys.to };
  const CopySource = `${bucket}/${keys.from.split('/').map(escaped).join('/')}`;
  const what = `COPY ${keys.from}`;
  if (sizeBytes <= copyBytes) {
    await session.answer(what, signal, (how) => client.send(new sdk.CopyObjectCommand({ ...where, CopySource }), how));
    return;
  }
  const created = await session.answer(what, signal, (how) =>
    client.send(new sdk.CreateMultipartUploadCommand(where), how),
  );
  const upload = { ...where, UploadId: created.UploadId };
  const stepBytes = partSize(sizeBytes, copyBytes);
  try {
    const parts: { PartNumber: number; ETag: string }[] = [];
    for (let start = 0; start < sizeBytes; start += stepBytes) {
      const PartNumber = parts.length + 1;
      const CopySourceRange = `bytes=${start}-${Math.min(sizeBytes, start + stepBytes) - 1}`;
      const command = new sdk.UploadPartCopyCommand({ ...upload, CopySource, CopySourceRange, PartNumber });
      const send = () => session.answer(what, signal, (how) => client.send(command, how));
      const etag = etagOf((await session.patiently(send, signal)).CopyPartResult?.ETag);
      if (etag === undefined) throw new StoreTrouble('broken', `${what} gave no ETag for part ${PartNumber}`);
      parts.push({ PartNumber, ETag: `"${etag}"` });
    }
    const complete = new sdk.CompleteMultipartUploadCommand({ ...upload, MultipartUpload: { Parts: parts } });
    await session.patiently(() => session.answer(what, signal, (how) => client.send(complete, how)), signal);
  } catch (error) {
    // Nothing of it was visible; the parts only cost room.
    await client.send(new sdk.AbortMultipartUploadCommand(upload)).catch(() => undefined);
    throw error;
  }
}
