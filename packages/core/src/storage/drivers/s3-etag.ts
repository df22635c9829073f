import { StoreTrouble } from '../../model/driver.ts';

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
export function checkEtag(headers: { readonly [name: string]: string }, expected: string, what: string): boolean {
  const etag = etagOf(headers['etag']);
  const isOther =
    headers['x-amz-server-side-encryption']?.startsWith('aws:') === true ||
    headers['x-amz-server-side-encryption-customer-algorithm'] !== undefined;
  if (etag === undefined || isOther || !/^[0-9a-f]{32}(-\d+)?$/.test(etag)) return false;
  if (etag === expected) return true;
  const details = { expected: `md5:${expected}`, found: `md5:${etag}`, transient: true };
  throw new StoreTrouble('corrupt', `${what} stored other bytes`, details);
}
