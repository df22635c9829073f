import type { Entry } from '../../model/driver.ts';

/** What the SDK tells of a blob, in answers and in listings alike. */
export interface BlobFacts {
  readonly contentLength?: number | undefined;
  readonly etag?: string | undefined;
  readonly contentMD5?: Uint8Array | undefined;
  readonly lastModified?: Date | undefined;
}

/** The entry of a blob; its version is the ETag, which listings have without the quotes of headers. */
export function azureEntry(key: string, { contentLength = 0, etag, contentMD5, lastModified }: BlobFacts): Entry {
  return {
    key,
    size: contentLength,
    ...(etag === undefined ? {} : { version: etag.replaceAll('"', '') }),
    // Blobs that other programs wrote in blocks may have none.
    ...(contentMD5 === undefined || contentMD5.length !== 16
      ? {}
      : { digest: `md5:${Buffer.from(contentMD5).toString('hex')}` as const }),
    ...(lastModified === undefined ? {} : { modifiedMs: lastModified.getTime() }),
  };
}

/** The same of an answer of the service to a HEAD. */
export function entryOfHeaders(key: string, headers: { readonly [name: string]: string }): Entry {
  const { etag, 'content-length': contentLength, 'content-md5': md5, 'last-modified': modified } = headers;
  return azureEntry(key, {
    contentLength: Number(contentLength ?? 0),
    etag,
    contentMD5: md5 === undefined ? undefined : Buffer.from(md5, 'base64'),
    lastModified: modified === undefined ? undefined : new Date(modified),
  });
}
