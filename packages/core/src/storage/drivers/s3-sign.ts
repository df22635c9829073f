import { createHmac, createSecretKey, hash, type KeyObject } from 'node:crypto';

/** Keys to sign with; the token belongs to keys that expire. */
export interface SigningKeys {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string | undefined;
}

export interface ToSign {
  readonly method: string;
  /** As it goes over the wire: escaped by RFC 3986, its query sorted. */
  readonly url: URL;
  /** Lower-case names; all of them are signed. */
  readonly headers: { readonly [name: string]: string };
  /** Hex SHA-256 of the body, or `UNSIGNED-PAYLOAD`. */
  readonly bodyHash: string;
}

/** The SHA-256 of no bytes. */
export const emptyHash = hash('sha256', '', 'hex');

/**
 * Signs requests to one region of S3 by Signature Version 4.
 *
 * Source: https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html. The SDK signs as well, and
 * takes a millisecond of work for what is done here in a twentieth of it; small files are many.
 */
export class S3Signer {
  readonly #region: string;
  /** The key for one day and one secret, which costs four hashes. */
  #day: { readonly name: string; readonly secret: string; readonly key: KeyObject } | undefined;

  constructor(region: string) {
    this.#region = region;
  }

  /** The headers to send: those given and the ones that sign them. */
  sign(request: ToSign, keys: SigningKeys, nowMs: number): { [name: string]: string } {
    const time = new Date(nowMs).toISOString().replace(/[-:]|\.\d+/g, '');
    const day = time.slice(0, 8);
    const headers: { [name: string]: string } = {
      ...request.headers,
      host: request.url.host,
      'x-amz-content-sha256': request.bodyHash,
      'x-amz-date': time,
      ...(keys.sessionToken === undefined ? {} : { 'x-amz-security-token': keys.sessionToken }),
    };
    const names = Object.keys(headers).sort();
    const signed = names.join(';');
    const lines = names.map((name) => `${name}:${(headers[name] ?? '').trim().replace(/ +/g, ' ')}\n`).join('');
    const { pathname, search } = request.url;
    const whole = [request.method, pathname, search.slice(1), lines, signed, request.bodyHash].join('\n');
    const scope = `${day}/${this.#region}/s3/aws4_request`;
    const text = ['AWS4-HMAC-SHA256', time, scope, hash('sha256', whole, 'hex')].join('\n');
    const signature = hmac(this.#keyOf(day, keys.secretAccessKey), text).toString('hex');
    headers['authorization'] =
      `AWS4-HMAC-SHA256 Credential=${keys.accessKeyId}/${scope},SignedHeaders=${signed},Signature=${signature}`;
    return headers;
  }

  #keyOf(day: string, secret: string): KeyObject {
    if (this.#day?.name === day && this.#day.secret === secret) return this.#day.key;
    let bytes: Buffer = Buffer.from(`AWS4${secret}`);
    for (const part of [day, this.#region, 's3', 'aws4_request']) bytes = hmac(bytes, part);
    // Made once: to make it of bytes for each request would cost seven times the signature.
    const key = createSecretKey(bytes);
    this.#day = { name: day, secret, key };
    return key;
  }
}

function hmac(key: Buffer | KeyObject, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}
