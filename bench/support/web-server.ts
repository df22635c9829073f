// A folder served over http on loopback, by a process of its own: what serves must not share our event loop.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createReadStream, statSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export interface WebServer extends AsyncDisposable {
  /** As in `http://127.0.0.1:1234`. */
  readonly url: string;
}

export async function startWebServer(folder: string): Promise<WebServer> {
  const child = spawn(process.execPath, [fileURLToPath(import.meta.url), folder], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  // A bench that is interrupted leaves no server behind.
  const atExit = (): void => void child.kill();
  process.once('exit', atExit);
  return {
    url: `http://127.0.0.1:${await firstLine(child)}`,
    async [Symbol.asyncDispose]() {
      process.off('exit', atExit);
      const ended = once(child, 'close');
      child.kill();
      await ended;
    },
  };
}

async function firstLine(child: ChildProcess): Promise<string> {
  let text = '';
  child.stdout?.setEncoding('utf8');
  for await (const piece of child.stdout ?? []) {
    text += String(piece);
    if (text.includes('\n')) return text.slice(0, text.indexOf('\n'));
  }
  throw new Error('the web server did not start');
}

function serve(folder: string): void {
  const server = createServer((request, response) => {
    const path = join(folder, basename(request.url ?? ''));
    const found = statSync(path, { throwIfNoEntry: false });
    if (found === undefined || !found.isFile()) {
      response.writeHead(404).end();
      return;
    }
    response.writeHead(200, { 'content-type': 'application/zip', 'content-length': found.size });
    createReadStream(path, { highWaterMark: 256 * 1024 }).pipe(response);
  });
  server.listen(0, '127.0.0.1', () => process.stdout.write(`${(server.address() as AddressInfo).port}\n`));
}

if (import.meta.main) serve(process.argv[2] ?? '.');
