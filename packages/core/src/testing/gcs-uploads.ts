import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { describeObject, GcsError, type GcsObjects, type HeldObject } from './gcs-objects.ts';

/** Chunks but the last are multiples of this, and what is kept of a cut one is too. */
const unitBytes = 256 * 1024;

export interface UploadAnswer {
  readonly status: number;
  readonly headers?: { readonly [name: string]: string };
  readonly json?: object;
}

interface Session {
  readonly bucket: string;
  readonly name: string;
  readonly query: URLSearchParams;
  readonly totalBytes: number | undefined;
  stored: Buffer[];
  storedBytes: number;
  object?: HeldObject;
}

/** The three ways in: media, multipart and resumable. */
export class GcsUploads {
  readonly #objects: GcsObjects;
  readonly #sessions = new Map<string, Session>();

  constructor(objects: GcsObjects) {
    this.#objects = objects;
  }

  /** Loses every upload that was begun, as the service does after a week. */
  forget(): void {
    this.#sessions.clear();
  }

  /** Uploads that were started, and neither finished nor given up. */
  get openCount(): number {
    return [...this.#sessions.values()].filter(({ object }) => object === undefined).length;
  }

  async start(request: IncomingMessage, bucket: string, url: URL): Promise<UploadAnswer> {
    const query = url.searchParams;
    this.#objects.bucket(bucket);
    switch (query.get('uploadType')) {
      case 'media': {
        const contentType = request.headers['content-type'] ?? 'application/octet-stream';
        const made = this.#objects.put(bucket, named(query.get('name')), await whole(request), { query, contentType });
        return { status: 200, json: describeObject(bucket, made) };
      }
      case 'multipart':
        return this.#multipart(bucket, query, String(request.headers['content-type']), await whole(request));
      case 'resumable':
        return this.#resumable(request, bucket, url, await whole(request));
      default:
        throw new GcsError(400, 'invalid', 'Unknown uploadType.');
    }
  }

  #multipart(bucket: string, query: URLSearchParams, contentType: string, body: Buffer): UploadAnswer {
    const boundary = /boundary="?([^";]+)"?/.exec(contentType)?.[1];
    if (boundary === undefined) throw new GcsError(400, 'badRequest', 'Missing multipart boundary.');
    const parts = partsOf(body, boundary);
    if (parts.length !== 2) throw new GcsError(400, 'badRequest', `Expected 2 parts, got ${parts.length}.`);
    const told = JSON.parse(String(parts[0])) as { name?: string; md5Hash?: string; crc32c?: string };
    const name = named(told.name ?? query.get('name'));
    const made = this.#objects.put(bucket, name, parts[1] as Buffer, { ...told, query });
    return { status: 200, json: describeObject(bucket, made) };
  }

  #resumable(request: IncomingMessage, bucket: string, url: URL, body: Buffer): UploadAnswer {
    const told = body.length === 0 ? {} : (JSON.parse(String(body)) as { name?: string });
    const name = named(told.name ?? url.searchParams.get('name'));
    const held = this.#objects.bucket(bucket).get(name);
    // Looked at twice: here, and when the object is made.
    this.#objects.check(held, url.searchParams);
    const announced = request.headers['x-upload-content-length'];
    const id = randomUUID();
    const totalBytes = announced === undefined ? undefined : Number(announced);
    this.#sessions.set(id, { bucket, name, query: url.searchParams, totalBytes, stored: [], storedBytes: 0 });
    const address = new URL(url.href);
    address.searchParams.set('upload_id', id);
    return { status: 200, headers: { location: address.href, 'x-guploader-uploadid': id } };
  }

  /** A request to the address of a resumable upload; `mostBytes` cuts its body off there. */
  async resume(request: IncomingMessage, id: string, mostBytes: number): Promise<UploadAnswer> {
    const session = this.#sessions.get(id);
    if (session === undefined) throw new GcsError(404, 'notFound', 'No such upload.');
    if (request.method === 'DELETE') {
      this.#sessions.delete(id);
      return { status: 499 };
    }
    if (session.object !== undefined) return { status: 200, json: describeObject(session.bucket, session.object) };
    const range = /^bytes (?:(\d+)-(\d+)|\*)\/(\d+|\*)$/.exec(request.headers['content-range'] ?? '');
    if (range === null) throw new GcsError(400, 'invalid', 'Missing or malformed Content-Range.');
    const total = range[3] === '*' ? session.totalBytes : Number(range[3]);
    if (session.totalBytes !== undefined && total !== session.totalBytes)
      throw new GcsError(400, 'invalid', 'The total is not the announced one.');
    const isQuery = range[1] === undefined;
    if (isQuery) await whole(request);
    else await this.#take(request, session, { start: Number(range[1]), end: Number(range[2]) + 1, total, mostBytes });
    // The last chunk tells the total itself, or the length was announced when the upload began.
    if (total === undefined || session.storedBytes < total) return { status: 308, headers: rangeOf(session) };
    return this.#finish(request, session);
  }

  async #take(
    request: IncomingMessage,
    session: Session,
    chunk: {
      readonly start: number;
      readonly end: number;
      readonly total: number | undefined;
      readonly mostBytes: number;
    },
  ): Promise<void> {
    const { start, end, total } = chunk;
    if (Number(request.headers['content-length']) !== end - start)
      throw new GcsError(400, 'invalid', 'Content-Length and Content-Range differ.');
    if (start > session.storedBytes) throw new GcsError(400, 'invalid', 'There is a gap before this chunk.');
    if (end !== total && (end - start) % unitBytes !== 0)
      throw new GcsError(400, 'invalid', 'Chunks but the last are multiples of 262144 bytes.');
    const parts: Buffer[] = [];
    let received = 0;
    let isWhole = false;
    try {
      for await (const part of request as AsyncIterable<Buffer>) {
        parts.push(part);
        received += part.length;
        if (received >= chunk.mostBytes) break;
      }
      isWhole = received === end - start;
    } finally {
      // What came of a cut chunk is kept in whole units, also when nobody is left to hear of it.
      const all = Buffer.concat(parts);
      const kept = isWhole ? all : all.subarray(0, received - (received % unitBytes));
      const fresh = kept.subarray(Math.min(kept.length, session.storedBytes - start));
      session.stored.push(fresh);
      session.storedBytes += fresh.length;
    }
  }

  #finish(request: IncomingMessage, session: Session): UploadAnswer {
    const told = String(request.headers['x-goog-hash'] ?? '');
    const md5Hash = /md5=([^,]+)/.exec(told)?.[1];
    const crc32c = /crc32c=([^,]+)/.exec(told)?.[1];
    const { bucket, name, query } = session;
    session.object = this.#objects.put(bucket, name, Buffer.concat(session.stored), { md5Hash, crc32c, query });
    session.stored = [];
    return { status: 200, json: describeObject(bucket, session.object) };
  }
}

function rangeOf({ storedBytes }: Session): { readonly [name: string]: string } {
  return storedBytes === 0 ? {} : { range: `bytes=0-${storedBytes - 1}` };
}

function named(name: string | null): string {
  if (name !== null && name !== '') return name;
  throw new GcsError(400, 'required', 'Required parameter: name');
}

function partsOf(body: Buffer, boundary: string): Buffer[] {
  const parts: Buffer[] = [];
  const mark = Buffer.from(`--${boundary}`);
  for (let at = body.indexOf(mark); at !== -1; ) {
    const next = body.indexOf(mark, at + mark.length);
    if (next === -1) break;
    const start = body.indexOf('\r\n\r\n', at) + 4;
    parts.push(body.subarray(start, next - 2));
    at = next;
  }
  return parts;
}

async function whole(request: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of request as AsyncIterable<Buffer>) parts.push(part);
  return Buffer.concat(parts);
}
