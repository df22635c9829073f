import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { sha256 } from '../../src/lib/digest.ts';

export interface FolderServer {
  readonly url: string;
  put(path: string, bytes: Uint8Array): void;
  close(): Promise<void>;
}

/** A small web server over files in memory, with ranges and ETags, or without as some servers are. */
export async function serveFolder(can: { readonly ranges: boolean; readonly head: boolean }): Promise<FolderServer> {
  const files = new Map<string, Uint8Array>();
  const server = createServer((request, response) => answer(files, can, request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    put: (path, bytes) => void files.set(path, bytes),
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function answer(
  files: ReadonlyMap<string, Uint8Array>,
  can: { readonly ranges: boolean; readonly head: boolean },
  request: IncomingMessage,
  response: ServerResponse,
): void {
  const bytes = files.get(decodeURIComponent(new URL(request.url ?? '/', 'http://x').pathname));
  if (request.method === 'HEAD' && !can.head) return void response.writeHead(405).end();
  if (bytes === undefined) return void response.writeHead(404).end('not here');
  const headers = { etag: `"${sha256(bytes).slice(7, 20)}"` };
  const range = can.ranges ? /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? '') : null;
  if (range === null) return void response.writeHead(200, { ...headers, 'content-length': bytes.length }).end(bytes);
  const start = Number(range[1]);
  const end = range[2] === '' ? bytes.length : Math.min(bytes.length, Number(range[2]) + 1);
  if (start >= bytes.length) return void response.writeHead(416, { 'content-range': `bytes */${bytes.length}` }).end();
  const contentRange = `bytes ${start}-${end - 1}/${bytes.length}`;
  response.writeHead(206, { ...headers, 'content-length': end - start, 'content-range': contentRange });
  response.end(bytes.subarray(start, end));
}
