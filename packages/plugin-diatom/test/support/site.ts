import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

type Answer = Uint8Array | string | ((request: IncomingMessage, response: ServerResponse) => void);

/** A web site on loopback that counts what it is asked for. */
export interface Site extends AsyncDisposable {
  readonly url: string;
  readonly asked: string[];
  set(path: string, answer: Answer): void;
}

/** Serves answers by path; bytes as they are, text as an HTML page. */
export async function openSite(answers: { readonly [path: string]: Answer } = {}): Promise<Site> {
  const byPath = new Map(Object.entries(answers));
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(request.url ?? '');
    const answer = byPath.get((request.url ?? '').slice(1));
    if (answer === undefined) response.writeHead(404).end('nothing here');
    else if (typeof answer === 'function') answer(request, response);
    else if (typeof answer === 'string') response.writeHead(200, { 'content-type': 'text/html' }).end(answer);
    else response.writeHead(200, { 'content-type': 'application/zip', 'content-length': answer.length }).end(answer);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    set: (path, answer) => void byPath.set(path, answer),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
