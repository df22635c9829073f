import assert from 'node:assert/strict';
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { StoreRig } from './rig.ts';

const sizeBytes = 600_000;

/** A web server whose answers to GET are those of `answer`; `n` counts them from 0. */
async function serving(answer: (request: IncomingMessage, response: ServerResponse, n: number) => void) {
  let count = 0;
  const server = createServer((request, response) => {
    if (request.method === 'GET') answer(request, response, count++);
    else response.writeHead(200, { 'content-length': sizeBytes, etag: '"1"' }).end();
  });
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/f.bin`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
    },
  };
}

describe('store sync of a file that is replaced while it is read', function () {
  this.timeout(30_000);

  it('leaves the new file in the target, and neither the old one nor a half of each', async () => {
    await using rig = new StoreRig();
    const after = Buffer.alloc(sizeBytes, 'b');
    for (const how of ['in place', 'by another'] as const) {
      rig.write('in/f', Buffer.alloc(sizeBytes, 'a'));
      const path = join(rig.dir, 'in/f');
      const syncing = rig.store('sync', 'in', `out ${how}`, '--bandwidth-limit', '1M');
      // The limit lets it take twice as long.
      await delay(250);
      if (how === 'in place') writeFileSync(path, after, { flag: 'r+' });
      else {
        writeFileSync(`${path}.new`, after);
        renameSync(`${path}.new`, path);
      }
      assert.equal((await syncing).code, 0);
      await rig.store('sync', 'in', `out ${how}`);
      assert.ok(readFileSync(join(rig.dir, `out ${how}`, 'f')).equals(after), how);
    }
  });
});

describe('store cp from a web server that cuts its answers', function () {
  this.timeout(30_000);

  it('takes no part of a file for the whole, where the answer tells no length', async () => {
    const whole = Buffer.alloc(sizeBytes, 'a');
    for (const [how, cuts] of [
      [[], 1],
      // Read twice, and cut at the same byte each time.
      [['--verify'], 2],
    ] as const) {
      await using server = await serving((request, _, n) => {
        const head = Buffer.from('HTTP/1.0 200 OK\r\nETag: "1"\r\n\r\n');
        request.socket.end(Buffer.concat([head, n < cuts ? whole.subarray(0, sizeBytes / 2) : whole]));
      });
      await using rig = new StoreRig('plugins: []\nnetwork: { allowHosts: [127.0.0.1] }\n');
      assert.equal((await rig.store('cp', server.url, 'out/', ...how)).code, 0);
      assert.ok(readFileSync(join(rig.dir, 'out/f.bin')).equals(whole), how[0] ?? '');
    }
  });

  it('never joins the halves of two files, also where the server does not know If-Range', async () => {
    const [before, after] = [Buffer.alloc(sizeBytes, 'a'), Buffer.alloc(sizeBytes, 'b')];
    await using server = await serving((request, response, n) => {
      if (n === 0) {
        response.writeHead(200, { 'content-length': sizeBytes, etag: '"1"' });
        response.write(before.subarray(0, sizeBytes / 2), () => setTimeout(() => response.destroy(), 50));
        return;
      }
      const start = Number(/bytes=(\d+)-/.exec(request.headers.range ?? '')?.[1] ?? Number.NaN);
      const rest = after.subarray(Number.isNaN(start) ? 0 : start);
      const range = Number.isNaN(start) ? {} : { 'content-range': `bytes ${start}-${sizeBytes - 1}/${sizeBytes}` };
      const headers = { 'content-length': rest.length, etag: '"2"', ...range };
      response.writeHead(Number.isNaN(start) ? 200 : 206, headers).end(rest);
    });
    await using rig = new StoreRig('plugins: []\nnetwork: { allowHosts: [127.0.0.1] }\n');
    assert.equal((await rig.store('cp', server.url, 'out/')).code, 0);
    assert.ok(readFileSync(join(rig.dir, 'out/f.bin')).equals(after), 'the second file, whole');
  });
});
