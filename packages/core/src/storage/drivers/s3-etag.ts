import { StoreTrouble } from '../../model/driver.ts';

/** What an answer to an upload tells of what was stored. */
export interface UploadAnswer {
  readonly ETag?: string | undefined;
  readonly ServerSideEncryption?: string | undefined;
  readonly SSECustomerAlgorithm?: string | undefined;
}

/** An ETag without its quotes; undefined when there is none. */
export function etagOf(text: string | undefined): string | undefined {
  const etag = text?.replace(/^W\//, '').replaceAll('"', '');
  return etag === '' ? undefined : etag;
}

/**
 * True when the service's ETag is the MD5 of what was sent; throws `corrupt` when it is another MD5.
 *
 * False says that nothing is proven: the ETags of files under a customer's key are no digests.
 */
export function checkEtag(answer: UploadAnswer, expected: string, what: string): boolean {
  const etag = etagOf(answer.ETag);
  const isOther = answer.ServerSideEncryption?.startsWith('aws:') === true || answer.SSECustomerAlgorithm !== undefined;
  if (etag === undefined || isOther || !/^[0-9a-f]{32}(-\d+)?$/.test(etag)) return false;
  if (etag === expected) return true;
  const details = { expected: `md5:${expected}`, found: `md5:${etag}`, transient: true };
  throw new StoreTrouble('corrupt', `${what} stored other bytes`, details);
}
