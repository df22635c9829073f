import { hash } from 'node:crypto';
import { crc32c, crc32cText } from '../storage/drivers/crc32c.ts';

/** An object of the test server, as it describes it. */
export interface HeldObject {
  readonly name: string;
  readonly bytes: Buffer;
  readonly generation: string;
  readonly md5Hash: string;
  readonly crc32c: string;
  readonly contentType: string;
  readonly updated: string;
}

/** Thrown for an answer that is no success; `reason` is the service's word in `errors[0].reason`. */
export class GcsError extends Error {
  readonly status: number;
  readonly reason: string;
  constructor(status: number, reason: string, message: string) {
    super(message);
    this.status = status;
    this.reason = reason;
  }
}

/** Checksums a client announced; the object is refused unless its bytes have them. */
export interface Announced {
  readonly md5Hash?: string | undefined;
  readonly crc32c?: string | undefined;
}

// One counter for all buckets: no generation ever comes twice.
let generations = 1_700_000_000_000_000;

/** Buckets and the objects in them. */
export class GcsObjects {
  readonly #buckets = new Map<string, Map<string, HeldObject>>();
  /** True: stores other bytes than were sent, and compares no checksum. No such service exists; a broken proxy may act so. */
  isCareless = false;
  /** Of a page of a listing; the service may always give fewer than it is asked for. */
  pageEntries = 1000;

  createBucket(name: string): void {
    if (this.#buckets.has(name))
      throw new GcsError(
        409,
        'conflict',
        'Your previous request to create the named bucket succeeded and you already own it.',
      );
    this.#buckets.set(name, new Map());
  }

  /** The objects of a bucket by name, in the order listings have. */
  bucket(name: string): Map<string, HeldObject> {
    const found = this.#buckets.get(name);
    if (found === undefined) throw new GcsError(404, 'notFound', 'The specified bucket does not exist.');
    return found;
  }

  object(bucket: string, name: string): HeldObject {
    const found = this.bucket(bucket).get(name);
    if (found === undefined) throw new GcsError(404, 'notFound', `No such object: ${bucket}/${name}`);
    return found;
  }

  /** Nothing awaits between the look and the act: that makes preconditions atomic here, as they are at the service. */
  put(
    bucket: string,
    name: string,
    bytes: Buffer,
    options: Announced & { readonly query: URLSearchParams; readonly contentType?: string },
  ): HeldObject {
    const objects = this.bucket(bucket);
    this.check(objects.get(name), options.query);
    const stored = this.isCareless ? Buffer.concat([bytes.subarray(1), Buffer.from('?')]) : bytes;
    const made: HeldObject = {
      name,
      bytes: stored,
      generation: String(generations++),
      md5Hash: hash('md5', stored, 'base64'),
      crc32c: crc32cText(crc32c(stored)),
      contentType: options.contentType ?? 'application/octet-stream',
      updated: new Date().toISOString(),
    };
    for (const sum of ['md5Hash', 'crc32c'] as const) {
      const told = options[sum];
      if (!this.isCareless && told !== undefined && told !== made[sum])
        throw new GcsError(400, 'invalid', `Provided ${sum} "${told}" doesn't match calculated ${sum} "${made[sum]}".`);
    }
    objects.set(name, made);
    return made;
  }

  remove(bucket: string, name: string, query: URLSearchParams): void {
    const found = this.object(bucket, name);
    const generation = query.get('generation');
    if (generation !== null && generation !== found.generation)
      throw new GcsError(404, 'notFound', `No such object: ${bucket}/${name}#${generation}`);
    this.check(found, query);
    this.bucket(bucket).delete(name);
  }

  /** Throws 412 unless the object (or its absence) is what the request was made for. */
  check(found: HeldObject | undefined, query: URLSearchParams): void {
    const wanted = query.get('ifGenerationMatch');
    if (wanted === null || wanted === (found?.generation ?? '0')) return;
    throw new GcsError(412, 'conditionNotMet', 'At least one of the pre-conditions you specified did not hold.');
  }

  /** One page of a listing. Names are ordered by their UTF-8 bytes. */
  list(
    bucket: string,
    query: URLSearchParams,
  ): { readonly items: readonly HeldObject[]; readonly next: string | undefined } {
    const prefix = query.get('prefix') ?? '';
    const most = Math.min(this.pageEntries, Number(query.get('maxResults') ?? this.pageEntries));
    const after = Buffer.from(query.get('pageToken') ?? '', 'base64');
    const found = [...this.bucket(bucket).values()]
      .filter(({ name }) => name.startsWith(prefix) && Buffer.compare(Buffer.from(name), after) > 0)
      .sort((a, b) => Buffer.compare(Buffer.from(a.name), Buffer.from(b.name)));
    const items = found.slice(0, most);
    const last = items.at(-1);
    return {
      items,
      next: found.length > most && last !== undefined ? Buffer.from(last.name).toString('base64') : undefined,
    };
  }
}

/** As the JSON API shows an object. */
export function describeObject(bucket: string, { bytes, ...rest }: HeldObject): object {
  return { kind: 'storage#object', bucket, size: String(bytes.length), ...rest };
}
