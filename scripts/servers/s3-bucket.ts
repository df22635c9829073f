// What tests and scripts do to a bucket behind the store's back.
import { emptyHash, S3Signer, type SigningKeys } from '../../packages/core/src/storage/drivers/s3-sign.ts';

export interface S3Service extends SigningKeys {
  /** As in `http://127.0.0.1:1234`; the bucket stands in the path. */
  readonly url: string;
}

export async function makeBucket(service: S3Service, bucket: string): Promise<void> {
  await ask(service, 'PUT', `/${bucket}`);
}

/** Keys of uploads in parts that nobody finished. */
export async function openUploads(service: S3Service, bucket: string): Promise<string[]> {
  const xml = await ask(service, 'GET', `/${bucket}?uploads=`);
  return [...xml.matchAll(/<Upload>.*?<Key>([^<]*)<\/Key>/gs)].map(([, key = '']) => key);
}

async function ask(service: S3Service, method: string, path: string): Promise<string> {
  const url = new URL(service.url + path);
  const request = { method, url, headers: {}, bodyHash: emptyHash };
  const headers = new S3Signer('us-east-1').sign(request, service, Date.now());
  // `fetch` sets it by itself.
  delete headers['host'];
  const response = await fetch(url, { method, headers });
  const text = await response.text();
  if (!response.ok) throw new Error(`${method} ${path} answered ${response.status}: ${text}`);
  return text;
}
