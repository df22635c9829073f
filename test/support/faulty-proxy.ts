// An HTTP proxy before a real server that answers wrongly, cuts or garbles the requests it is told to.
import { createServer, request as send, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What happens to a request instead of being passed on whole. */
export type ProxyFault =
  | { readonly status: number; readonly headers?: { readonly [name: string]: string }; readonly body?: string }
  /** `request`: never passed on. `answer`: passed on, its answer lost. `body`: half of the answer comes. */
  | { readonly cut: 'request' | 'answer' | 'body' }
  /** One byte of the request's or the answer's body comes wrong. */
  | { readonly flips: 'request' | 'answer' }
  | undefined;

export interface FaultyProxy extends AsyncDisposable {
  /** As in `http://127.0.0.1:1234`. */
  readonly url: string;
  /** `METHOD /path?query` of every request, in order of arrival. */
  readonly requests: string[];
  /** Asked for every request; set it to make the proxy misbehave. */
  fault: (request: IncomingMessage) => ProxyFault;
}

/** Starts a proxy to the server of that URL on a free loopback port. */
export async function faultyProxy(target: string): Promise<FaultyProxy> {
  const state: Pick<FaultyProxy, 'requests' | 'fault'> = { requests: [], fault: () => undefined };
  const server = createServer((request, response) => {
    state.requests.push(`${request.method} ${request.url}`);
    // A client that left in the middle needs no answer.
    pass(new URL(target), state.fault(request), request, response).catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return Object.assign(state, {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  });
}

async function pass(target: URL, fault: ProxyFault, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const cut = fault !== undefined && 'cut' in fault ? fault.cut : undefined;
  const flips = fault !== undefined && 'flips' in fault ? fault.flips : undefined;
  if (cut === 'request') return void request.socket.destroy();
  const body = flipped(await whole(request), flips === 'request');
  if (fault !== undefined && 'status' in fault)
    return void response.writeHead(fault.status, fault.headers).end(fault.body);
  const answer = await exchange(target, request, body);
  if (cut === 'answer') return void request.socket.destroy();
  const bytes = flipped(await whole(answer), flips === 'answer');
  response.writeHead(answer.statusCode ?? 502, answer.headers);
  if (cut !== 'body') return void response.end(bytes);
  response.write(bytes.subarray(0, bytes.length / 2), () => response.destroy());
}

function exchange({ hostname, port }: URL, request: IncomingMessage, body: Buffer): Promise<IncomingMessage> {
  const { method, url: path, headers } = request;
  return new Promise((resolve, reject) => {
    // The Host of the client stays: some services sign it.
    const onward = send({ hostname, port, method, path, headers }, resolve);
    onward.once('error', reject);
    onward.end(body);
  });
}

function flipped(bytes: Buffer, isWanted: boolean): Buffer {
  if (!isWanted || bytes.length === 0) return bytes;
  const other = Buffer.from(bytes);
  const middle = Math.floor(other.length / 2);
  other.writeUInt8((other.at(middle) ?? 0) ^ 1, middle);
  return other;
}

async function whole(message: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of message as AsyncIterable<Buffer>) parts.push(part);
  return Buffer.concat(parts);
}
