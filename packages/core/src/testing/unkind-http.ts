import { createServer, request as ask, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What becomes of one request instead of its way to the service. */
export type Unkindness =
  | { readonly answer: number; readonly headers?: { readonly [name: string]: string } }
  /** Cut after so many bytes of the request's body; 0 is before any. */
  | { readonly cutUploadAt: number }
  /** Cut after so many bytes of the answer's body; -1 is before its headers, when the service has done its work. */
  | { readonly cutAnswerAt: number }
  /** One byte of the request's body comes wrong. */
  | { readonly flipUploadAt: number }
  | { readonly waitMs: number }
  | undefined;

/** A request as it arrived; bodies are not read for it. */
export interface SeenRequest {
  readonly method: string;
  /** Path and query, escaped. */
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
}

export interface UnkindHttp {
  /** As in `http://127.0.0.1:1234`. */
  readonly url: string;
  /** Every request, in order of arrival. */
  readonly seen: SeenRequest[];
  /** Asked for every request; set it to be unkind. */
  unkind: (request: SeenRequest) => Unkindness;
  close(): Promise<void>;
}

/** Starts an HTTP proxy before a service on this machine that does to single requests what bad days do. */
export async function startUnkindHttp(target: string): Promise<UnkindHttp> {
  const proxy: { -readonly [K in keyof UnkindHttp]: UnkindHttp[K] } = {
    url: '',
    seen: [],
    unkind: () => undefined,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  const server = createServer((request, response) => {
    const { method = 'GET', url: path = '/', headers } = request;
    const seen = { method, path, headers };
    proxy.seen.push(seen);
    serve(target, proxy.unkind(seen), request, response).catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  proxy.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return proxy;
}

async function serve(target: string, unkind: Unkindness, request: IncomingMessage, response: ServerResponse) {
  if (unkind !== undefined && 'answer' in unkind) {
    request.resume();
    response.writeHead(unkind.answer, { 'content-length': '0', ...unkind.headers }).end();
    return;
  }
  if (unkind !== undefined && 'waitMs' in unkind) await new Promise((resolve) => setTimeout(resolve, unkind.waitMs));
  const { host, port } = new URL(target);
  // The host header stays as it came: signatures are made over it.
  const far = ask({
    host: host.split(':')[0],
    port,
    method: request.method,
    path: request.url,
    headers: request.headers,
  });
  far.on('error', () => response.destroy());
  response.on('close', () => far.destroy());
  const answered = new Promise<IncomingMessage>((resolve, reject) =>
    far.once('response', resolve).once('error', reject),
  );
  answered.catch(() => undefined);
  const sent = await pass(request, unkind, (piece) => far.write(piece));
  if (!sent) {
    far.destroy();
    request.socket.destroy();
    return;
  }
  far.end();
  const answer = await answered;
  const cutAt = unkind !== undefined && 'cutAnswerAt' in unkind ? unkind.cutAnswerAt : Number.POSITIVE_INFINITY;
  // To its end: what the service does, it has done.
  if (cutAt < 0) {
    for await (const _ of answer);
    request.socket.destroy();
    return;
  }
  response.writeHead(answer.statusCode ?? 502, answer.rawHeaders);
  let passed = 0;
  for await (const piece of answer as AsyncIterable<Buffer>) {
    const left = cutAt - passed;
    passed += piece.length;
    if (piece.length < left) response.write(piece);
    else {
      response.write(piece.subarray(0, left), () => request.socket.destroy());
      return;
    }
  }
  response.end();
}

/** Passes an upload on; false when it was cut. */
async function pass(request: IncomingMessage, unkind: Unkindness, write: (piece: Buffer) => unknown): Promise<boolean> {
  const cutAt = unkind !== undefined && 'cutUploadAt' in unkind ? unkind.cutUploadAt : Number.POSITIVE_INFINITY;
  const flipAt = unkind !== undefined && 'flipUploadAt' in unkind ? unkind.flipUploadAt : -1;
  let at = 0;
  if (cutAt === 0) return false;
  for await (const piece of request as AsyncIterable<Buffer>) {
    if (flipAt >= at && flipAt < at + piece.length) piece.writeUInt8((piece[flipAt - at] ?? 0) ^ 1, flipAt - at);
    if (at + piece.length >= cutAt) {
      write(piece.subarray(0, cutAt - at));
      return false;
    }
    write(piece);
    at += piece.length;
  }
  return true;
}
