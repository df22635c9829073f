import { createHash, hash } from 'node:crypto';

/**
 * Digests are `sha256:<64 hex>` (or `md5:<32 hex>` where a service speaks only that).
 *
 * SHA-256 is faster than MD5 on current processors (SHA-NI), so there is no cheaper choice to make.
 */
export type Digest = `sha256:${string}` | `md5:${string}`;

export function isSha256(digest: string | undefined): digest is `sha256:${string}` {
  return digest?.startsWith('sha256:') === true;
}

/** Returns the `sha256:` digest of a text (as UTF-8) or of bytes. */
export function sha256(data: string | Uint8Array): Digest {
  return `sha256:${hash('sha256', data, 'hex')}`;
}

/** Returns a short stable name (22 base64url characters) for a text; used where a digest is only compared. */
export function shortDigest(text: string): string {
  return hash('sha256', text, 'base64url').slice(0, 22);
}

/** A running SHA-256 over pieces, that also counts their bytes. */
export class Hasher {
  readonly #hash = createHash('sha256');
  sizeBytes = 0;

  update(piece: Uint8Array | string): void {
    this.#hash.update(piece);
    this.sizeBytes += piece.length;
  }

  digest(): Digest {
    return `sha256:${this.#hash.digest('hex')}`;
  }
}
