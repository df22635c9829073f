import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { FetchedResponse, Tools } from '@dataset-runner/core/plugin';

/** A server on this machine that counts what it sends. */
export interface Loopback extends AsyncDisposable {
  readonly url: string;
  /** Body bytes handed to the network by `send`, of all answers together. */
  sentBytes: number;
  readonly requests: IncomingMessage['headers'][];
  /** To be told how many bytes of the file the client has; a cut waits for it, so none is lost on the way. */
  received(bytes: number): void;
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
    received: () => undefined,
    async [Symbol.asyncDispose]() {
      http.closeAllConnections();
      await new Promise((resolve) => void http.close(resolve));
    },
  };
  return server;
}

/** Sends bytes and counts them; with `cut` the connection breaks once the client has `from + cut` bytes of the file. */
export function send(
  server: Loopback,
  response: ServerResponse,
  bytes: Uint8Array,
  options: { readonly from?: number; readonly cut?: number | undefined } = {},
): void {
  const part = bytes.subarray(0, options.cut ?? bytes.length);
  server.sentBytes += part.length;
  if (options.cut === undefined) return void response.end(part);
  const until = (options.from ?? 0) + options.cut;
  server.received = (count) => void (count >= until && response.destroy());
  response.write(part);
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
