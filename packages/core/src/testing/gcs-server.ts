import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describeObject, GcsError, GcsObjects, type HeldObject } from './gcs-objects.ts';
import { GcsUploads, type UploadAnswer } from './gcs-uploads.ts';

/** What a fault does instead of the right answer; `after` means the request was carried out all the same. */
export type GcsFault =
  | {
      readonly status: number;
      readonly headers?: { readonly [name: string]: string };
      readonly reason?: string;
      readonly after?: true;
    }
  /** `request`: before anything is read. `upload`: in the middle of a chunk. `answer`: done, but never told. `body`: half a download. */
  | { readonly cut: 'request' | 'upload' | 'answer' | 'body' }
  /** One byte of a download comes wrong. */
  | { readonly flips: true }
  | undefined;

export interface GcsServerOptions {
  /** What `Authorization: Bearer` must say. Default: nobody is asked. */
  readonly token?: string;
  /** Bytes that one call of a copy moves. Default 1 MiB. */
  readonly rewriteBytes?: number;
}

export interface GcsServer {
  /** As in `http://127.0.0.1:1234`. */
  readonly url: string;
  readonly objects: GcsObjects;
  readonly uploads: GcsUploads;
  /** `METHOD /path?query` of every request, in order of arrival. */
  readonly requests: string[];
  /** Asked for every request that was let in; set it to make the server misbehave. */
  fault: (request: IncomingMessage) => GcsFault;
  close(): Promise<void>;
}

/**
 * Starts a small, strict Google Cloud Storage on this machine, made after the public description of its JSON API.
 *
 * Preconditions are atomic, checksums are compared, chunks must be of whole units, copies need several calls.
 */
export async function startGcsServer(options: GcsServerOptions = {}): Promise<GcsServer> {
  const objects = new GcsObjects();
  const uploads = new GcsUploads(objects);
  const gcs: { -readonly [K in keyof GcsServer]: GcsServer[K] } = {
    url: '',
    objects,
    uploads,
    requests: [],
    fault: () => undefined,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  const server = createServer((request, response) => {
    // A request that ends in the middle is the client's affair.
    serve(gcs, options, request, response).catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  gcs.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return gcs;
}

interface Answer extends UploadAnswer {
  readonly bytes?: Buffer;
}

async function serve(gcs: GcsServer, options: GcsServerOptions, request: IncomingMessage, response: ServerResponse) {
  const url = new URL(request.url ?? '/', gcs.url);
  gcs.requests.push(`${request.method} ${url.pathname}${url.search}`);
  if (options.token !== undefined && request.headers.authorization !== `Bearer ${options.token}`)
    return reply(request, response, refusal(401, 'required', 'Anonymous caller does not have storage access.'));
  const fault = gcs.fault(request);
  const cut = fault !== undefined && 'cut' in fault ? fault.cut : undefined;
  if (cut === 'request') return void request.socket.destroy();
  const wrong = fault !== undefined && 'status' in fault ? fault : undefined;
  if (wrong !== undefined && wrong.after !== true) return reply(request, response, faulty(wrong));
  const answer = await carryOut(gcs, options, request, url, cut === 'upload');
  if (cut === 'upload' || cut === 'answer') return void request.socket.destroy();
  if (wrong !== undefined) return reply(request, response, faulty(wrong));
  if (cut === 'body') return half(answer, response);
  const { bytes } = answer;
  if (fault !== undefined && 'flips' in fault && bytes !== undefined && bytes.length > 0) {
    const flipped = Buffer.from(bytes);
    flipped.writeUInt8((flipped.at(-1) ?? 0) ^ 1, flipped.length - 1);
    return reply(request, response, { ...answer, bytes: flipped });
  }
  return reply(request, response, answer);
}

function faulty({ status, reason = 'backendError', headers = {} }: Extract<GcsFault, { status: number }>): Answer {
  return { ...refusal(status, reason, 'injected'), headers };
}

async function carryOut(
  gcs: GcsServer,
  options: GcsServerOptions,
  request: IncomingMessage,
  url: URL,
  isCut: boolean,
): Promise<Answer> {
  try {
    const upload = /^\/upload\/storage\/v1\/b\/([^/]+)\/o$/.exec(url.pathname);
    if (upload !== null) {
      const id = url.searchParams.get('upload_id');
      const mostBytes = isCut ? 300_000 : Number.POSITIVE_INFINITY;
      if (id !== null) return await gcs.uploads.resume(request, id, mostBytes);
      return await gcs.uploads.start(request, decodeURIComponent(upload[1] ?? ''), url);
    }
    return await ofObjects(gcs, options, request, url);
  } catch (error) {
    if (!(error instanceof GcsError)) throw error;
    return refusal(error.status, error.reason, error.message);
  }
}

async function ofObjects(
  gcs: GcsServer,
  options: GcsServerOptions,
  request: IncomingMessage,
  url: URL,
): Promise<Answer> {
  const { objects } = gcs;
  const query = url.searchParams;
  const method = request.method ?? '';
  const path = url.pathname.split('/').slice(1).map(decodeURIComponent);
  const [, , b, bucket = '', o, name = '', verb, , toBucket = '', , toName = ''] = path;
  if (path[0] !== 'storage' || b !== 'b') throw new GcsError(404, 'notFound', 'Not Found');
  if (method === 'POST' && path.length === 3) {
    const told = JSON.parse(await textOf(request)) as { name: string };
    objects.createBucket(told.name);
    return { status: 200, json: { kind: 'storage#bucket', name: told.name } };
  }
  if (o !== 'o') throw new GcsError(404, 'notFound', 'Not Found');
  if (path.length === 5 && method === 'GET') {
    const { items, next } = objects.list(bucket, query);
    const shown = items.map((item) => describeObject(bucket, item));
    return { status: 200, json: { kind: 'storage#objects', items: shown, nextPageToken: next } };
  }
  if (verb === 'rewriteTo' && method === 'POST')
    return rewrite(objects, objects.object(bucket, name), { bucket: toBucket, name: toName, query, options });
  if (path.length !== 6) throw new GcsError(404, 'notFound', 'Not Found');
  if (method === 'DELETE') {
    objects.remove(bucket, name, query);
    return { status: 204 };
  }
  if (method !== 'GET') throw new GcsError(405, 'methodNotAllowed', 'Method Not Allowed');
  const found = objects.object(bucket, name);
  const generation = query.get('generation');
  if (generation !== null && generation !== found.generation)
    throw new GcsError(404, 'notFound', `No such object: ${bucket}/${name}#${generation}`);
  return query.get('alt') === 'media' ? media(request, found) : { status: 200, json: describeObject(bucket, found) };
}

function media(request: IncomingMessage, { bytes, generation, md5Hash, crc32c }: HeldObject): Answer {
  const headers = { 'x-goog-generation': generation, 'x-goog-hash': `crc32c=${crc32c},md5=${md5Hash}` };
  const range = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? '');
  if (range === null) return { status: 200, headers, bytes };
  const start = Number(range[1]);
  const end = range[2] === '' ? bytes.length : Math.min(bytes.length, Number(range[2]) + 1);
  if (start >= bytes.length)
    return { ...refusal(416, 'requestedRangeNotSatisfiable', 'Request range not satisfiable'), headers };
  const sent = { ...headers, 'content-range': `bytes ${start}-${end - 1}/${bytes.length}` };
  return { status: 206, headers: sent, bytes: bytes.subarray(start, end) };
}

interface RewriteTarget {
  readonly bucket: string;
  readonly name: string;
  readonly query: URLSearchParams;
  readonly options: GcsServerOptions;
}

// The token is how far it got; the generation in it keeps a source that changes from being mixed.
function rewrite(objects: GcsObjects, source: HeldObject, { bucket, name, query, options }: RewriteTarget): Answer {
  const [generation, doneBytes] = (query.get('rewriteToken') ?? `${source.generation}.0`).split('.');
  if (generation !== source.generation) throw new GcsError(400, 'invalid', 'The rewrite token is of another object.');
  const at = Number(doneBytes) + (options.rewriteBytes ?? 1024 * 1024);
  if (at < source.bytes.length) return { status: 200, json: { done: false, rewriteToken: `${generation}.${at}` } };
  const made = objects.put(bucket, name, source.bytes, { query });
  return { status: 200, json: { done: true, resource: describeObject(bucket, made) } };
}

function refusal(code: number, reason: string, message: string): Answer {
  return { status: code, json: { error: { code, message, errors: [{ domain: 'global', reason, message }] } } };
}

function half({ status, headers, bytes = Buffer.alloc(0) }: Answer, response: ServerResponse): void {
  response.writeHead(status, { ...headers, 'content-length': bytes.length });
  response.write(bytes.subarray(0, bytes.length / 2), () => response.destroy());
}

function reply(request: IncomingMessage, response: ServerResponse, { status, headers, json, bytes }: Answer): void {
  // Refusals come at once, as from real servers; the rest of an upload is read and thrown away.
  request.resume();
  const body = bytes ?? Buffer.from(json === undefined ? '' : JSON.stringify(json));
  const type = bytes === undefined ? 'application/json; charset=UTF-8' : 'application/octet-stream';
  const length = status === 204 ? {} : { 'content-type': type, 'content-length': body.length };
  response.writeHead(status, { ...length, ...headers }).end(status === 204 ? undefined : body);
}

async function textOf(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of request as AsyncIterable<Buffer>) parts.push(part);
  return Buffer.concat(parts).toString();
}
