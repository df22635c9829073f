import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { DavCloudUploads, hasItsChecksum, type DavCloudOptions } from './dav-cloud.ts';
import { DavLogin, type DavLoginOptions } from './dav-login.ts';
import { DavTree, type DavNode } from './dav-tree.ts';

/** What a fault does instead of the right answer; `after` means the request was carried out all the same. */
export type DavFault =
  | {
      readonly status: number;
      readonly headers?: { readonly [name: string]: string };
      readonly body?: string;
      readonly after?: true;
    }
  | { readonly cut: 'request' | 'answer' | 'body' }
  | { readonly waitMs: number }
  | undefined;

export interface DavServerOptions {
  readonly login?: DavLoginOptions;
  /** Nothing tells a version but the second of the last change. */
  readonly noEtags?: boolean;
  /** Stores what came of a cut upload, as servers do that write straight into the file. */
  readonly keepsHalves?: boolean;
  /** Says that it is Apache's own file store, whose uploads appear whole. */
  readonly isApache?: boolean;
  /** The server is an ownCloud or a Nextcloud. */
  readonly cloud?: DavCloudOptions;
}

export interface DavServer {
  /** As in `http://127.0.0.1:1234`. */
  readonly url: string;
  readonly tree: DavTree;
  /** `METHOD /path` of every request, in order of arrival. */
  readonly requests: string[];
  /** Of a server that is an ownCloud or a Nextcloud. */
  readonly cloud: DavCloudUploads | undefined;
  /** Asked for every request that was let in; set it to make the server misbehave. */
  fault: (request: IncomingMessage) => DavFault;
  close(): Promise<void>;
}

/**
 * Starts a small, strict WebDAV server on this machine: what the standard leaves open, it answers the hard way.
 *
 * `Depth: infinity` is refused, missing folders are 409, uploads without a length 411.
 */
export async function startDavServer(options: DavServerOptions = {}): Promise<DavServer> {
  const tree = new DavTree();
  const login = new DavLogin(options.login ?? { kind: 'none', username: '', password: '' });
  const dav: { -readonly [K in keyof DavServer]: DavServer[K] } = {
    url: '',
    tree,
    requests: [],
    cloud: options.cloud === undefined ? undefined : new DavCloudUploads(tree, options.cloud),
    fault: () => undefined,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  const server = createServer((request, response) => {
    // A request that ends in the middle is the client's affair; what remains of it is not answered.
    serve(dav, login, options, request, response).catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  dav.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return dav;
}

async function serve(
  dav: DavServer,
  login: DavLogin,
  options: DavServerOptions,
  request: IncomingMessage,
  response: ServerResponse,
) {
  const path = pathOf(request.url ?? '/');
  dav.requests.push(`${request.method} ${decodeURIComponent(request.url ?? '')}`);
  const refused = login.refuse(request);
  if (refused !== undefined) return reply(request, response, 401, { 'www-authenticate': refused });
  const fault = dav.fault(request);
  if (fault !== undefined && 'waitMs' in fault) await new Promise((resolve) => setTimeout(resolve, fault.waitMs));
  if (fault !== undefined && 'cut' in fault && fault.cut === 'request') return void request.socket.destroy();
  if (fault !== undefined && 'status' in fault && fault.after !== true) {
    return reply(request, response, fault.status, fault.headers, fault.body);
  }
  const answer = await carryOut(dav, options, request, path);
  if (fault !== undefined && 'status' in fault)
    return reply(request, response, fault.status, fault.headers, fault.body);
  if (fault !== undefined && 'cut' in fault) return cut(fault.cut, answer, response);
  return reply(request, response, answer.status, answer.headers, answer.body);
}

function cut(where: 'answer' | 'body' | 'request', answer: Answer, response: ServerResponse): void {
  if (where === 'answer') return void response.destroy();
  const body = Buffer.from(answer.body ?? '');
  response.writeHead(answer.status, { ...answer.headers, 'content-length': body.length });
  response.write(body.subarray(0, body.length / 2), () => response.destroy());
}

interface Answer {
  readonly status: number;
  readonly headers?: { readonly [name: string]: string };
  readonly body?: string | Uint8Array;
}

async function carryOut(
  { tree, cloud }: DavServer,
  options: DavServerOptions,
  request: IncomingMessage,
  path: string,
): Promise<Answer> {
  if (cloud !== undefined && !path.startsWith('/remote.php/dav/files/')) {
    const bytes = await bodyOf(request, () => undefined);
    const special = cloud.answer(request, path, bytes);
    if (special !== undefined) return special;
  }
  switch (request.method) {
    case 'OPTIONS':
      if (options.isApache !== true) return { status: 200, headers: { dav: '1,2' } };
      return { status: 200, headers: { dav: '1,2, <http://apache.org/dav/propset/fs/1>' } };
    case 'PROPFIND':
      await bodyOf(request, () => undefined);
      return propfind(tree, options, request, path);
    case 'GET':
    case 'HEAD':
      return get(tree, request, path);
    case 'PUT':
      return put(tree, options, request, path);
    case 'MKCOL':
      if (tree.get(path) !== undefined) return { status: 405 };
      if (!tree.hasParent(path)) return { status: 409 };
      tree.makeFolder(path);
      return { status: 201 };
    case 'DELETE':
      if (tree.get(path) === undefined) return { status: 404 };
      tree.remove(path);
      return { status: 204 };
    case 'MOVE':
    case 'COPY':
      return transfer(tree, request, path, request.method);
    default:
      return { status: 501 };
  }
}

function propfind(tree: DavTree, options: DavServerOptions, request: IncomingMessage, path: string): Answer {
  const { depth } = request.headers;
  if (depth !== '0' && depth !== '1') return { status: 403 };
  const node = tree.get(path);
  if (node === undefined) return { status: 404 };
  const paths = depth === '1' && node.isFolder ? [path, ...tree.children(path)] : [path];
  const body = paths.map((one) => describe(one, tree.get(one) as DavNode, options)).join('');
  const xml = `<?xml version="1.0"?>\n<D:multistatus xmlns:D="DAV:" xmlns:ns0="DAV:">${body}</D:multistatus>`;
  return { status: 207, headers: { 'content-type': 'application/xml' }, body: xml };
}

function describe(path: string, node: DavNode, { noEtags }: DavServerOptions): string {
  const href = path.split('/').map(encodeURIComponent).join('/') + (node.isFolder ? '/' : '');
  const length = node.isFolder ? '' : `<D:getcontentlength>${node.bytes.length}</D:getcontentlength>`;
  const etag = noEtags === true ? '' : `<D:getetag>${node.etag.replaceAll('"', '&quot;')}</D:getetag>`;
  const type = node.isFolder ? '<D:resourcetype><D:collection/></D:resourcetype>' : '<D:resourcetype/>';
  const modified = `<D:getlastmodified>${new Date(node.modifiedMs).toUTCString()}</D:getlastmodified>`;
  const found = `<D:propstat><D:prop>${type}${length}${etag}${modified}</D:prop><D:status>HTTP/1.1 200 OK</D:status></D:propstat>`;
  const missing =
    '<D:propstat><D:prop><D:getcontentlength/></D:prop><D:status>HTTP/1.1 404 Not Found</D:status></D:propstat>';
  return `<D:response><D:href>${href}</D:href>${found}${node.isFolder ? missing : ''}</D:response>`;
}

function get(tree: DavTree, request: IncomingMessage, path: string): Answer {
  const node = tree.get(path);
  if (node === undefined) return { status: 404 };
  if (node.isFolder && !(request.url ?? '').endsWith('/'))
    return { status: 301, headers: { location: `${request.url}/` } };
  if (node.isFolder) return { status: 200, body: '<html>a page for people</html>' };
  const { bytes, etag } = node;
  const told = { etag, 'last-modified': new Date(node.modifiedMs).toUTCString() };
  const fresh = request.headers['if-range'] === undefined || request.headers['if-range'] === etag;
  const range = fresh ? /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? '') : null;
  if (range === null) return { status: 200, headers: told, body: bytes };
  const start = Number(range[1]);
  const end = range[2] === '' ? bytes.length : Math.min(bytes.length, Number(range[2]) + 1);
  if (start >= bytes.length) return { status: 416, headers: { 'content-range': `bytes */${bytes.length}` } };
  const headers = { ...told, 'content-range': `bytes ${start}-${end - 1}/${bytes.length}` };
  return { status: 206, headers, body: bytes.subarray(start, end) };
}

async function put(tree: DavTree, options: DavServerOptions, request: IncomingMessage, path: string): Promise<Answer> {
  if (request.headers['content-length'] === undefined) return { status: 411 };
  if (tree.get(path)?.isFolder === true) return { status: 405 };
  if (!tree.hasParent(path)) return { status: 409 };
  const bytes = await bodyOf(request, (half) => options.keepsHalves === true && tree.writeFile(path, half));
  if (!hasItsChecksum(request, bytes)) return { status: 400 };
  const existed = tree.get(path) !== undefined;
  if (existed && request.headers['if-none-match'] === '*') return { status: 412 };
  tree.writeFile(path, bytes);
  return { status: existed ? 204 : 201 };
}

function transfer(tree: DavTree, request: IncomingMessage, from: string, method: 'MOVE' | 'COPY'): Answer {
  const target = URL.parse(String(request.headers.destination));
  if (target === null || target.host !== request.headers.host) return { status: 502 };
  const to = pathOf(target.pathname);
  if (tree.get(from) === undefined) return { status: 404 };
  if (!tree.hasParent(to)) return { status: 409 };
  const existed = tree.get(to) !== undefined;
  if (existed && request.headers.overwrite === 'F') return { status: 412 };
  tree.transfer(method, from, to);
  return { status: existed ? 204 : 201 };
}

function pathOf(url: string): string {
  return decodeURIComponent(url.split('?')[0] ?? '').replace(/\/+$/, '');
}

async function bodyOf(request: IncomingMessage, onCut: (half: Buffer) => unknown): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  try {
    for await (const part of request as AsyncIterable<Uint8Array>) parts.push(part);
  } catch (error) {
    onCut(Buffer.concat(parts));
    throw error;
  }
  return Buffer.concat(parts);
}

function reply(
  request: IncomingMessage,
  response: ServerResponse,
  status: number,
  headers: { readonly [name: string]: string } = {},
  body: string | Uint8Array = '',
): void {
  // Refusals come at once, as from real servers; the rest of an upload is read and thrown away.
  request.resume();
  const length = status === 204 || status === 304 ? {} : { 'content-length': String(Buffer.byteLength(body)) };
  response.writeHead(status, { ...length, ...headers }).end(request.method === 'HEAD' || status === 204 ? '' : body);
}
