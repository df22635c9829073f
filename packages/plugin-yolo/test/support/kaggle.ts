import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Kaggle's two halves on loopback: an API that asks for user and key and redirects, and a storage of signed addresses. */
export interface Kaggle extends AsyncDisposable {
  readonly api: string;
  /** The headers of every request, in turn. */
  readonly apiAsked: readonly IncomingMessage['headers'][];
  readonly storageAsked: readonly IncomingMessage['headers'][];
}

/** Serves one dataset; the first download breaks off in its middle, once `arrived` resolves: what is on its way is lost with the connection. */
export async function openKaggle(options: {
  readonly name: string;
  readonly user: string;
  readonly key: string;
  readonly zip: Uint8Array;
  readonly arrived?: (bytes: number) => Promise<void>;
}): Promise<Kaggle> {
  const { name, user, key, zip, arrived } = options;
  const apiAsked: IncomingMessage['headers'][] = [];
  const storageAsked: IncomingMessage['headers'][] = [];
  let cuts = arrived === undefined ? 0 : 1;
  const half = zip.length >> 1;
  const storage = createServer((request, response) => {
    storageAsked.push(request.headers);
    if (!/^\/signed\?sig=\d+$/.test(request.url ?? '')) return void response.writeHead(403).end();
    const from = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0);
    const length = zip.length - from;
    const range = from === 0 ? {} : { 'content-range': `bytes ${from}-${zip.length - 1}/${zip.length}` };
    response.writeHead(from === 0 ? 200 : 206, {
      'content-type': 'application/zip',
      'content-length': length,
      etag: '"v1"',
      'accept-ranges': 'bytes',
      ...range,
    });
    if (cuts-- > 0) {
      response.write(zip.subarray(0, half));
      void arrived?.(half).then(() => request.socket.destroy());
    } else response.end(zip.subarray(from));
  });
  await listening(storage);
  const api = createServer((request, response) => {
    apiAsked.push(request.headers);
    const wanted = `Basic ${Buffer.from(`${user}:${key}`).toString('base64')}`;
    if (request.headers.authorization !== wanted) return void response.writeHead(401).end('{"code":401}');
    if (request.url !== `/api/v1/datasets/download/${name}`) return void response.writeHead(404).end();
    // Signed anew for every request, as the real one does.
    response.writeHead(302, { location: `${urlOf(storage)}/signed?sig=${apiAsked.length}` }).end();
  });
  await listening(api);
  return {
    api: urlOf(api),
    apiAsked,
    storageAsked,
    async [Symbol.asyncDispose]() {
      for (const server of [api, storage]) {
        server.closeAllConnections();
        await new Promise((resolve) => server.close(resolve));
      }
    },
  };
}

function listening(server: Server): Promise<void> {
  return new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
}

function urlOf(server: Server): string {
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
