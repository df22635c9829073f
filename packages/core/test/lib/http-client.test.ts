import assert from 'node:assert/strict';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTcpServer, type AddressInfo, type Socket } from 'node:net';
import { createHttpClient, type HttpClient } from '../../src/lib/http-client.ts';
import { HttpTrouble } from '../../src/lib/http-trouble.ts';

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

describe('the HTTP client', () => {
  const servers: Server[] = [];
  let client: HttpClient;

  beforeEach(() => {
    client = createHttpClient({ allowHosts: ['127.0.0.1'] });
  });

  afterEach(() => {
    client.close();
    for (const server of servers.splice(0)) {
      server.closeAllConnections();
      server.close();
    }
  });

  async function serve(answer: Answer): Promise<string> {
    const server = createServer(answer);
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  it('returns any status and lower-case headers', async () => {
    const url = await serve((_request, response) => response.writeHead(404, { 'X-Thing': 'a' }).end('no'));
    const response = await client.request(`${url}/x`);
    assert.deepEqual([response.status, response.headers['x-thing'], await response.text()], [404, 'a', 'no']);
  });

  it('announces the length of a stream and keeps the connection', async () => {
    const seen: string[] = [];
    const sockets = new Set<unknown>();
    const url = await serve(async (request, response) => {
      sockets.add(request.socket);
      seen.push(
        `${request.headers['content-length']} ${request.headers['transfer-encoding']} ${(await bodyOf(request)).length}`,
      );
      response.end('ok');
    });
    for (let n = 0; n < 3; n++) {
      const body = pieces('hello ', 'world');
      assert.equal(
        await (await client.request(url, { method: 'PUT', body, headers: { 'content-length': '11' } })).text(),
        'ok',
      );
    }
    assert.deepEqual(seen, Array(3).fill('11 undefined 11'));
    assert.equal(sockets.size, 1);
  });

  it('takes an answer that comes with the last announced byte, before the stream has ended', async () => {
    const url = await serve(async (request, response) => {
      let bytes = 0;
      for await (const piece of request) if ((bytes += (piece as Buffer).length) === 11) response.end('whole');
    });
    const answered = new Promise<void>((resolve) => {
      subscribe('undici:request:trailers', function seen() {
        unsubscribe('undici:request:trailers', seen);
        setImmediate(resolve);
      });
    });
    const body = async function* () {
      yield Buffer.from('hello world');
      await answered;
    };
    const response = await client.request(url, {
      method: 'PUT',
      body: body(),
      headers: { 'content-length': '11' },
    });
    assert.equal(await response.text(), 'whole');
  });

  it('fails when an upload has another length than announced', async () => {
    const url = await serve((request, response) => request.resume().on('end', () => response.end('ok')));
    for (const length of ['10', '12']) {
      const work = client.request(url, {
        method: 'PUT',
        body: pieces('hello ', 'world'),
        headers: { 'content-length': length },
      });
      await assert.rejects(work, isTrouble('cut'));
    }
  });

  it('cuts the upload and passes on the error when the source fails', async () => {
    let ended: Promise<void> | undefined;
    const url = await serve((request) => {
      ended = new Promise((resolve) => request.on('error', () => resolve()).resume());
    });
    const source = (async function* () {
      yield Buffer.alloc(200_000);
      throw new Error('disk gone');
    })();
    await assert.rejects(
      client.request(url, { method: 'PUT', body: source, headers: { 'content-length': '900000' } }),
      /disk gone/,
    );
    await ended;
  });

  it('returns a refusal that comes before the upload ended, and believes no early success', async () => {
    for (const [status, works] of [
      [507, true],
      [201, false],
    ] as const) {
      const url = await serve((_request, response) => response.writeHead(status).end('full'));
      const endless = (async function* () {
        for (let n = 0; n < 10_000; n++) {
          yield Buffer.alloc(10_000);
          await new Promise((resolve) => setImmediate(resolve));
        }
      })();
      const work = client.request(url, { method: 'PUT', body: endless, headers: { 'content-length': '100000000' } });
      if (works) assert.equal((await work).status, 507);
      else await assert.rejects(work, isTrouble('protocol'));
    }
  });

  it('fails when a response is cut short of its length', async () => {
    const url = await rawServer('HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nonly this');
    await assert.rejects(async () => (await client.request(url)).text(), isTrouble('cut'));
  });

  it('fails when a chunked response is cut', async () => {
    const url = await rawServer('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhello\r\n');
    await assert.rejects(async () => (await client.request(url)).text(), isTrouble('cut'));
  });

  it('gives up on silence, before the headers and within the body', async () => {
    const silent = await serve(() => undefined);
    await assert.rejects(client.request(silent, { idleTimeoutMs: 50 }), isTrouble('timeout'));
    const stalls = await serve(
      (_request, response) => void response.writeHead(200, { 'content-length': '10' }).write('abc'),
    );
    await assert.rejects(
      async () => (await client.request(stalls, { idleTimeoutMs: 50 })).text(),
      isTrouble('timeout'),
    );
  });

  it('does not take a slow reader for silence', async () => {
    const url = await serve((_request, response) => response.end(Buffer.alloc(3_000_000)));
    let received = 0;
    for await (const piece of (await client.request(url, { idleTimeoutMs: 60 })).body) {
      if (received === 0) await new Promise((resolve) => setTimeout(resolve, 200));
      received += piece.length;
    }
    assert.equal(received, 3_000_000);
  });

  it('stops when its signal aborts, with the reason', async () => {
    const url = await serve(() => undefined);
    const controller = new AbortController();
    setTimeout(() => controller.abort(new Error('stop it')), 20);
    await assert.rejects(client.request(url, { signal: controller.signal }), /stop it/);
    await assert.rejects(client.request(url, { signal: AbortSignal.abort(new Error('before')) }), /before/);
  });

  it('refuses bodies larger than asked for, announced or not', async () => {
    const announced = await serve((_request, response) => response.end(Buffer.alloc(2000)));
    const chunked = await serve((_request, response) => {
      response.write(Buffer.alloc(1500));
      response.end(Buffer.alloc(1500));
    });
    for (const url of [announced, chunked]) {
      await assert.rejects(async () => (await client.request(url, { maxBytes: 1000 })).text(), isTrouble('limit'));
    }
  });

  it('sends a request again when a kept connection was already closed', async () => {
    const url = await serve((request, response) => request.resume().on('end', () => response.end('ok')));
    await (await client.request(url)).text();
    servers[0]?.closeIdleConnections();
    assert.equal((await client.request(url, { method: 'PUT', body: 'again' })).status, 200);
  });

  it('sends nothing twice that must not be, also over a kept connection that was cut', async () => {
    let bodies = 0;
    const url = await serve(async (request, response) => {
      if (request.method !== 'PUT') return void response.end('ok');
      bodies += (await bodyOf(request)).length;
      request.socket.destroy();
    });
    for (const repeatable of [false, true]) {
      bodies = 0;
      await (await client.request(url)).text();
      await assert.rejects(client.request(url, { method: 'PUT', body: 'x', repeatable }), { kind: 'cut' });
      assert.equal(bodies, repeatable ? 2 : 1);
    }
  });

  it('follows redirects and drops credentials for another origin', async () => {
    const seen: (string | undefined)[] = [];
    const other = await serve((request, response) => {
      const names = ['authorization', 'x-auth-token', 'ocp-apim-subscription-key', 'x-plain'];
      seen.push(...names.map((name) => request.headers[name] as string));
      response.end('there');
    });
    const same = await serve((request, response) => {
      if (request.url === '/a') response.writeHead(302, { location: '/b' }).end();
      else if (request.headers.authorization === 'Basic x') response.writeHead(307, { location: `${other}/c` }).end();
      else response.writeHead(500).end();
    });
    const secrets = { Authorization: 'Basic x', 'X-Auth-Token': 'y', 'Ocp-Apim-Subscription-Key': 'y' };
    const headers = { ...secrets, 'X-Plain': 'z' };
    const response = await client.request(`${same}/a`, { headers });
    assert.deepEqual(
      [await response.text(), response.url, ...seen],
      ['there', `${other}/c`, undefined, undefined, undefined, 'z'],
    );
  });

  it('keeps method and bytes over 307 and 308, and turns 303 into GET', async () => {
    const url = await serve(async (request, response) => {
      if (request.url === '/307') return void response.writeHead(307, { location: '/308' }).end();
      if (request.url === '/308') return void response.writeHead(308, { location: '/end' }).end();
      if (request.url === '/303') return void response.writeHead(303, { location: '/end' }).end();
      response.end(`${request.method} ${String(await bodyOf(request))}`);
    });
    assert.equal(await (await client.request(`${url}/307`, { method: 'PUT', body: 'bytes' })).text(), 'PUT bytes');
    assert.equal(await (await client.request(`${url}/303`, { method: 'POST', body: 'bytes' })).text(), 'GET ');
    await assert.rejects(client.request(`${url}/307`, { method: 'PUT', body: pieces('x') }), isTrouble('protocol'));
  });

  it('gives up on circles, on redirects to nowhere and out of HTTP', async () => {
    const url = await serve((request, response) => {
      const to = request.url === '/file' ? 'file:///etc/passwd' : '/again';
      response.writeHead(302, request.url === '/nowhere' ? {} : { location: to }).end();
    });
    for (const path of ['/circle', '/nowhere', '/file'])
      await assert.rejects(client.request(url + path), isTrouble('protocol'));
  });

  it('refuses private addresses unless they are named, also behind names and redirects', async () => {
    const url = await serve((_request, response) => response.writeHead(302, { location: 'http://localhost:1/' }).end());
    const strict = createHttpClient({ allowHosts: [] });
    const port = new URL(url).port;
    for (const target of [
      url,
      `http://localhost:${port}`,
      `http://2130706433:${port}`,
      `http://[::ffff:127.0.0.1]:${port}`,
    ]) {
      await assert.rejects(strict.request(target), isTrouble('address'));
    }
    await assert.rejects(createHttpClient({ allowHosts: [`127.0.0.1:${port}`] }).request(url), isTrouble('address'));
    const named = createHttpClient({ allowHosts: [`127.0.0.1:${port}`] });
    assert.equal((await named.request(url, { redirects: 'stop' })).status, 302);
    await assert.rejects(createHttpClient({ allowHosts: ['127.0.0.1:1'] }).request(url), isTrouble('address'));
    named.close();
  });

  it('says who cannot be reached, without credentials', async () => {
    const work = client.request('http://me:secret@127.0.0.1:1/x?sig=secret');
    await assert.rejects(
      work,
      (error: unknown) => isTrouble('unreachable')(error) && !String(error).includes('secret'),
    );
  });
});

/** A server that sends these bytes and closes, whatever it is asked. */
async function rawServer(text: string): Promise<string> {
  const server = createTcpServer((socket: Socket) => {
    socket.on('error', () => undefined);
    socket.once('data', () => socket.end(text, () => server.close()));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function isTrouble(kind: HttpTrouble['kind']) {
  return (error: unknown): boolean => {
    assert.ok(error instanceof HttpTrouble, String(error));
    assert.equal(error.kind, kind, error.message);
    return true;
  };
}

async function* pieces(...texts: string[]): AsyncGenerator<Uint8Array, void, undefined> {
  for (const text of texts) yield Buffer.from(text);
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  for await (const part of request as AsyncIterable<Uint8Array>) parts.push(part);
  return Buffer.concat(parts);
}
