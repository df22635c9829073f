import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import { createHttpClient } from '../../src/lib/http-client.ts';
import { readWindows, windowsOf } from '../../src/storage/drivers/swift-windows.ts';
import { loopback } from './support.ts';

describe('windows over the segments of a large object', () => {
  const sizes = (...bytes: readonly number[]) => bytes.map((sizeBytes) => ({ sizeBytes }));

  it('begin and end in the middle of segments', () => {
    assert.deepEqual(windowsOf(sizes(10, 10, 5)), [
      { start: 0, end: 5 },
      { start: 5, end: 15 },
      { start: 15, end: 22 },
      { start: 22, end: 25 },
    ]);
  });

  it('hold every byte once, also of segments of none or one', () => {
    for (const all of [[1], [0, 1, 0], [1, 1, 1, 0, 7, 0], [3, 0, 0, 2, 1]]) {
      let at = 0;
      for (const { start, end } of windowsOf(sizes(...all))) {
        assert.equal(start, at);
        assert.ok(end > start);
        at = end;
      }
      assert.equal(
        at,
        all.reduce((sum, size) => sum + size, 0),
      );
    }
    assert.deepEqual(windowsOf(sizes()), []);
  });

  it('are read one after the other, and only once where the service gives no ranges', async () => {
    const bytes = randomBytes(1_000_000);
    for (const gives of [true, false]) {
      await using service = await serving(bytes, gives);
      const get = (headers: { readonly [name: string]: string }) => service.client.request(service.url, { headers });
      const windows = windowsOf(sizes(300_000, 300_000, 300_000, 100_000));
      const read = await Array.fromAsync(readWindows(get, windows, 'GET it', undefined));
      assert.equal(Buffer.compare(Buffer.concat(read), bytes), 0);
      assert.equal(service.requests(), gives ? 5 : 1);
    }
  });

  it('leave no answer open when the reader leaves', async () => {
    // More than fits into the buffers of two connections.
    const bytes = Buffer.alloc(64_000_000, 'plankton');
    await using service = await serving(bytes, true);
    const get = (headers: { readonly [name: string]: string }) => service.client.request(service.url, { headers });
    const half = bytes.length / 2;
    for await (const piece of readWindows(get, windowsOf(sizes(half, half)), 'GET it', undefined)) {
      assert.ok(piece.length > 0);
      if (service.requests() === 2) break;
    }
    while (service.open() > 0) await setTimeout(10);
  });
});

/** A service with one file, that knows ranges or does not. */
async function serving(bytes: Buffer, givesRanges: boolean) {
  let [requests, open] = [0, 0];
  const server = await loopback((request, response) => {
    requests++;
    open++;
    response.on('close', () => open--);
    const [, start, end] = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? '') ?? [];
    if (!givesRanges || start === undefined || end === undefined) return void response.end(bytes);
    const range = `bytes ${start}-${end}/${bytes.length}`;
    response.writeHead(206, { 'content-range': range }).end(bytes.subarray(Number(start), Number(end) + 1));
  });
  const client = createHttpClient({ allowHosts: ['127.0.0.1'] });
  return {
    client,
    url: server.url,
    requests: () => requests,
    /** Answers under way. */
    open: () => open,
    async [Symbol.asyncDispose]() {
      client.close();
      await server[Symbol.asyncDispose]();
    },
  };
}
