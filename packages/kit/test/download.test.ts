import assert from 'node:assert/strict';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { failing } from './support/failing.ts';
import { type Answering, send } from './support/loopback.ts';
import { body, file, sha, withSite } from './support/site.ts';

describe('a download', () => {
  it('brings the file whole, with its size, sha256 and tag, and leaves nothing else', async () => {
    await withSite(file([body]), async ({ get, folder }) => {
      const steps: number[] = [];
      const done = await get({
        sha256: `sha256:${sha(body).toUpperCase()}`.replace('SHA256', 'sha256'),
        sizeBytes: body.length,
        progress: (at) => steps.push(at),
      });
      assert.deepEqual(done, {
        path: join(folder, 'file'),
        sizeBytes: body.length,
        sha256: sha(body),
        etag: `"${sha(body).slice(0, 8)}"`,
        resumedFrom: 0,
      });
      assert.equal(steps.at(-1), body.length);
      assert.deepEqual(await readdir(folder), ['file']);
      assert.equal(Buffer.compare(await readFile(join(folder, 'file')), body), 0);
    });
  });

  for (const validator of ['etag', 'last-modified'] as const) {
    it(`that was cut goes on where it ended, proved by ${validator}`, async () => {
      await withSite(file([body], { cuts: [200_000, 100_000], validator }), async ({ get, server, folder }) => {
        const first = await failing(get());
        assert.deepEqual([first.code, first.transient], ['kit.download-cut', true]);
        assert.deepEqual((await readdir(folder)).sort(), ['file.part', 'file.part.json']);
        assert.equal((await failing(get())).code, 'kit.download-cut');
        const done = await get({ sha256: sha(body) });
        assert.equal(done.resumedFrom, 300_000);
        assert.equal(server.sentBytes, body.length, 'bytes were sent twice');
        assert.deepEqual(await readdir(folder), ['file']);
      });
    });
  }

  it('of a file that changed in between starts over, and is never glued', async () => {
    const next = Buffer.alloc(600_000, 'another version of it; ');
    await withSite(file([body, next], { cuts: [200_000] }), async ({ get }) => {
      await failing(get());
      assert.deepEqual(await get().then(({ sha256, resumedFrom }) => [sha256, resumedFrom]), [sha(next), 0]);
    });
  });

  it('does not trust a server that sends a range of another version', async () => {
    const next = Buffer.alloc(700_000, 'another version of it; ');
    const cut = file([body], { cuts: [200_000] });
    let asked = 0;
    const careless: Answering = (request, response, server) => {
      asked += 1;
      if (asked === 1) return cut(request, response, server);
      const from = Number(/\d+/.exec(request.headers.range ?? '')?.[0] ?? -1);
      if (from < 0) return file([next])(request, response, server);
      response.writeHead(206, { etag: '"other"', 'content-range': `bytes ${from}-${next.length - 1}/${next.length}` });
      send(server, response, next.subarray(from));
    };
    await withSite(careless, async ({ get }) => {
      await failing(get());
      assert.equal((await get()).sha256, sha(next));
    });
  });

  it('starts over where nothing strong proves the part: weak tags, no tags, another address', async () => {
    await withSite(file([body], { cuts: [200_000], validator: 'weak' }), async ({ get, server }) => {
      await failing(get());
      assert.equal((await get()).resumedFrom, 0);
      assert.equal(server.requests[1]?.range, undefined);
    });
    await withSite(file([body], { cuts: [200_000] }), async ({ get, server }) => {
      await failing(get());
      await get({ url: `${server.url}/other` });
      assert.equal(server.requests[1]?.range, undefined);
    });
  });

  it('starts over at a server without ranges', async () => {
    let asked = 0;
    const plain: Answering = (_request, response, server) => {
      asked += 1;
      response.writeHead(200, { etag: '"a"', 'content-length': body.length });
      send(server, response, body, { cut: asked === 1 ? 200_000 : undefined });
    };
    await withSite(plain, async ({ get }) => {
      await failing(get());
      assert.deepEqual(await get().then(({ sha256, resumedFrom }) => [sha256, resumedFrom]), [sha(body), 0]);
    });
  });

  it('that was killed between its last byte and its name is done by one question', async () => {
    await withSite(file([body], { cuts: [200_000] }), async ({ get, folder, server }) => {
      await failing(get());
      await writeFile(join(folder, 'file.part'), body);
      assert.equal((await get()).resumedFrom, body.length);
      assert.equal(server.sentBytes, 200_000);
    });
  });

  it('starts over when the part is longer than the file', async () => {
    await withSite(file([body], { cuts: [200_000] }), async ({ get, folder }) => {
      await failing(get());
      await writeFile(join(folder, 'file.part'), Buffer.alloc(700_000));
      assert.equal((await get()).sha256, sha(body));
    });
  });

  it('whose part was damaged on the disk fails once, transiently, and then starts afresh', async () => {
    await withSite(file([body], { cuts: [200_000] }), async ({ get, folder }) => {
      await failing(get());
      await writeFile(join(folder, 'file.part'), Buffer.alloc(200_000));
      const failure = await failing(get({ sha256: sha(body) }));
      assert.deepEqual([failure.code, failure.transient], ['kit.download-mismatch', true]);
      assert.equal((await get({ sha256: sha(body) })).resumedFrom, 0);
    });
  });

  it('that is aborted throws the reason and keeps its part', async () => {
    const stalls: Answering = (_request, response) => {
      response.writeHead(200, { etag: '"a"', 'content-length': body.length });
      response.write(body.subarray(0, 1000));
    };
    await withSite(stalls, async ({ get, folder }) => {
      const stop = new AbortController();
      const reason = new Error('enough');
      await assert.rejects(get({ signal: stop.signal, progress: () => stop.abort(reason) }), reason);
      assert.ok((await readdir(folder)).includes('file.part'));
    });
  });
});
