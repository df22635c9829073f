import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { FetchedResponse, Tools } from '@dataset-runner/core/plugin';

/** A server on this machine that counts what it sends. */
export interface Loopback extends AsyncDisposable {
  readonly url: string;
  /** Body bytes handed to the network by `send`, of all answers together. */
  sentBytes: number;
  readonly requests: IncomingMessage['headers'][];
}

export type Answering = (request: IncomingMessage, response: ServerResponse, server: Loopback) => void;

/** Starts a server whose answers a test decides: `await using server = await loopback(...)`. */
export async function loopback(answer: Answering): Promise<Loopback> {
  const http = createServer((asked, response) => {
    server.requests.push(asked.headers);
    answer(asked, response, server);
  });
  await new Promise<void>((resolve) => void http.listen(0, '127.0.0.1', resolve));
  const server: Loopback = {
    url: `http://127.0.0.1:${(http.address() as AddressInfo).port}`,
    sentBytes: 0,
    requests: [],
    async [Symbol.asyncDispose]() {
      http.closeAllConnections();
      await new Promise((resolve) => void http.close(resolve));
    },
  };
  return server;
}

/** Sends bytes and counts them; `cutAfter` breaks the connection once so many of them were taken. */
export function send(server: Loopback, response: ServerResponse, bytes: Uint8Array, cutAfter = Infinity): void {
  const part = bytes.subarray(0, Math.min(bytes.length, cutAfter));
  server.sentBytes += part.length;
  if (part.length === bytes.length) response.end(part);
  // The callback comes when the bytes have left; the client has them before the connection goes.
  else response.write(part, () => setImmediate(() => response.destroy()));
}

/** A `Tools['fetch']` over node:http, without any policy. */
export const plainFetch: Tools['fetch'] = async (url, init = {}) => {
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    const sending = request(url, {
      method: init.method ?? 'GET',
      agent: false,
      ...(init.headers === undefined ? {} : { headers: init.headers }),
      ...(init.signal === undefined ? {} : { signal: init.signal }),
    });
    sending.on('response', resolve).on('error', reject).end(init.body);
  });
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(response.headers)) headers[name] = String(value);
  const fetched: FetchedResponse = {
    status: response.statusCode ?? 0,
    headers,
    url,
    body: response,
    text: async () => Buffer.concat(await response.toArray()).toString(),
  };
  return fetched;
};
