import { createServer, request as send } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface CountingProxy extends AsyncDisposable {
  readonly url: string;
  /** Requests that came so far. */
  count: number;
}

/** Passes every request on to a server on this machine, unchanged, and counts it. */
export async function countingProxy(target: string): Promise<CountingProxy> {
  const state = { url: '', count: 0 };
  const server = createServer((request, response) => {
    state.count++;
    const far = send(`${target}${request.url}`, { method: request.method, headers: request.headers });
    far.on('response', (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    far.on('error', () => response.destroy());
    request.pipe(far);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  state.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return Object.assign(state, {
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  });
}
