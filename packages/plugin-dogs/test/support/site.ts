import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What becomes of a request instead of the right answer. */
export type Mishap =
  | { readonly status: number; readonly headers?: { readonly [name: string]: string }; readonly body?: string }
  /** Cut after so many bytes of the answer's body. */
  | { readonly cutAt: number }
  /** Stays open after so many bytes, until the client goes. */
  | { readonly stallAt: number }
  | undefined;

/** A web site on loopback that knows ranges and If-Range. */
export interface Site extends AsyncDisposable {
  readonly url: string;
  /** `GET /path bytes=..` of every request, in order of arrival. */
  readonly asked: string[];
  /** Body bytes handed to the network. */
  sentBytes: number;
  /** Most requests that were answered at one time. */
  mostAtOnce: number;
  /** Set, replace or (undefined) remove a file. */
  set(path: string, bytes: Uint8Array | undefined): void;
  /** Asked for every request; set it to be unkind. */
  mishap: (request: { readonly path: string; readonly range: string | undefined; readonly nth: number }) => Mishap;
  /** Without them it is a server of the plainest kind. */
  ranges: boolean;
  /** Every answer takes so long. */
  delayMs: number;
}

/** Serves files by path. */
export async function openSite(files: { readonly [path: string]: Uint8Array }): Promise<Site> {
  const byPath = new Map(Object.entries(files));
  let open = 0;
  const server = createServer((request, response) => {
    open += 1;
    site.mostAtOnce = Math.max(site.mostAtOnce, open);
    response.on('close', () => (open -= 1));
    setTimeout(() => answer(site, byPath, request, response), site.delayMs);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const site: Site = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked: [],
    sentBytes: 0,
    mostAtOnce: 0,
    set: (path, bytes) => void (bytes === undefined ? byPath.delete(path) : byPath.set(path, bytes)),
    mishap: () => undefined,
    ranges: true,
    delayMs: 0,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return site;
}

function answer(
  site: Site,
  files: ReadonlyMap<string, Uint8Array>,
  request: IncomingMessage,
  response: ServerResponse,
): void {
  const path = (request.url ?? '').slice(1);
  const { range } = request.headers;
  site.asked.push(`GET /${path}${range === undefined ? '' : ` ${range}`}`);
  const mishap = site.mishap({ path, range, nth: site.asked.length });
  if (mishap !== undefined && 'status' in mishap) {
    response.writeHead(mishap.status, { 'content-type': 'text/html', ...mishap.headers }).end(mishap.body ?? '');
    return;
  }
  const bytes = files.get(path.split('?')[0] ?? '');
  if (bytes === undefined) {
    response.writeHead(404, { 'content-type': 'text/html' }).end('<html><title>Not Found</title></html>');
    return;
  }
  const etag = `"${createHash('sha256').update(bytes).digest('hex').slice(0, 12)}"`;
  const validators = site.ranges ? { etag, 'accept-ranges': 'bytes' } : {};
  const wanted = /^bytes=(\d+)-(\d*)$/.exec(range ?? '');
  const from = Number(wanted?.[1] ?? 0);
  const to = wanted?.[2] === undefined || wanted[2] === '' ? bytes.length : Number(wanted[2]) + 1;
  const isPart =
    site.ranges && wanted !== null && [undefined, etag].includes(request.headers['if-range'] as string | undefined);
  const body = isPart ? bytes.subarray(from, to) : bytes;
  response.writeHead(isPart ? 206 : 200, {
    ...validators,
    'content-length': body.length,
    ...(isPart ? { 'content-range': `bytes ${from}-${to - 1}/${bytes.length}` } : {}),
  });
  const cut = mishap === undefined ? undefined : 'cutAt' in mishap ? mishap.cutAt : mishap.stallAt;
  const sent = body.subarray(0, cut ?? body.length);
  site.sentBytes += sent.length;
  if (cut === undefined) response.end(sent);
  else if (mishap !== undefined && 'stallAt' in mishap) response.write(sent);
  // What was written must be on its way before the cut, or the client sees none of it.
  else response.write(sent, () => setTimeout(() => response.destroy(), 20));
}
