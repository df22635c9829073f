import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { createServer as createTcpServer, type AddressInfo } from 'node:net';
import { createHttpClient } from '../../src/lib/http-client.ts';
import { isHttpTrouble } from '../../src/lib/http-trouble.ts';

describe('connections of the HTTP client', () => {
  it('are kept when nobody reads an answer without a body', async () => {
    const sockets = new Set<unknown>();
    const server = createServer((request, response) => {
      sockets.add(request.socket);
      response.writeHead(404, { 'content-length': 5 }).end();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const client = createHttpClient({ allowHosts: ['127.0.0.1'] });
    try {
      for (let n = 0; n < 5; n++) {
        await client.request(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, { method: 'HEAD' });
        // Its end is seen some turns later.
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
      assert.equal(sockets.size, 1);
    } finally {
      client.close();
      server.closeAllConnections();
      server.close();
    }
  });

  it('say so where https:// leads to a server that speaks plain HTTP', async () => {
    const server = createServer((_, response) => void response.end());
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const client = createHttpClient({ allowHosts: ['127.0.0.1'] });
    try {
      const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
      await assert.rejects(client.request(url), (error) => {
        assert.ok(isHttpTrouble(error));
        assert.equal(error.kind, 'protocol');
        assert.match(error.message, /does not speak TLS \([^()]+\); is it an http:\/\/ address\?/);
        return true;
      });
    } finally {
      client.close();
      server.closeAllConnections();
      server.close();
    }
  });

  it('give away what came before they were cut', async () => {
    const server = createTcpServer((socket) => {
      socket.on('error', () => undefined);
      socket.once('data', () => {
        socket.write('HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nonly this', () => socket.resetAndDestroy());
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const client = createHttpClient({ allowHosts: ['127.0.0.1'] });
    let came = '';
    try {
      const response = await client.request(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
      // Until the cut is known.
      await new Promise((resolve) => setTimeout(resolve, 50));
      await assert.rejects(
        async () => {
          for await (const piece of response.body) came += String(piece);
        },
        (error) => isHttpTrouble(error) && error.kind === 'cut',
      );
      assert.equal(came, 'only this');
    } finally {
      client.close();
      server.close();
    }
  });
});
