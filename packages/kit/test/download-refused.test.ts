import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { download, type DownloadLock } from '../src/download.ts';
import { zipBytes } from './support/archive-bytes.ts';
import { failing, failingText } from './support/failing.ts';
import { type Answering, plainFetch } from './support/loopback.ts';
import { body, file, sha, withSite } from './support/site.ts';
import { tempFolder } from './support/temp-folder.ts';

describe('a download is refused for good', () => {
  const page = Buffer.from('<!DOCTYPE html><title>Sign in</title>'.padEnd(2000));
  const html: Answering = (_request, response) =>
    void response.writeHead(200, { 'content-type': 'text/html' }).end(page);

  it('when an HTML page comes instead of an archive, and says so', async () => {
    await withSite(html, async ({ get, server, folder }) => {
      const failure = await failing(get({ accept: ['zip', 'gzip'] }));
      assert.equal(failure.transient, undefined);
      assert.equal(
        'message' in failure && failure.message,
        `${server.url}/file should be zip or gzip and is an HTML page titled "Sign in", sent as text/html`,
      );
      assert.deepEqual(await readdir(folder), []);
    });
  });

  it('when the bytes are wrong, and says what they are', async () => {
    await withSite(html, async ({ get, folder }) => {
      assert.match(
        await failingText(get({ sha256: sha(body) })),
        /^kit\.download-mismatch: .* has the sha256 [0-9a-f]{64}, expected was [0-9a-f]{64}; it is an HTML page titled "Sign in"/,
      );
      assert.match(await failingText(get({ sizeBytes: 7 })), /has the size 2000, expected was 7/);
      assert.deepEqual(await readdir(folder), []);
    });
  });

  it('when it is empty, unless that is what was wanted', async () => {
    await withSite(
      (_request, response) => void response.writeHead(200, { 'content-length': 0 }).end(),
      async ({ get }) => {
        assert.match(await failingText(get()), /^kit\.download-content: .* should be a file and is nothing at all/);
        assert.equal((await get({ sizeBytes: 0 })).sizeBytes, 0);
      },
    );
  });

  it('when the server says 404, 403 or 401, and names no secret of the address', async () => {
    for (const status of [404, 403, 401]) {
      await withSite(
        (_request, response) => void response.writeHead(status).end('{"error":"no"}'),
        async ({ get, server }) => {
          const failure = await failing(get());
          assert.deepEqual([failure.code, failure.transient], ['kit.download-refused', undefined]);
          assert.equal(
            'message' in failure && failure.message,
            `${server.url}/file answered ${status} (a JSON text: {"error":"no"})`,
          );
          assert.ok(!JSON.stringify(failure).includes('hidden'));
        },
      );
    }
  });

  it('when its lock recorded another file', async () => {
    const locks = new Map<string, DownloadLock>();
    await withSite(file([body, Buffer.from('changed')]), async ({ get }) => {
      await get({ locks: { get: (url) => locks.get(url), set: (url, lock) => void locks.set(url, lock) } });
      assert.deepEqual(
        [...locks.values()],
        [{ sha256: sha(body), size: body.length, etag: `"${sha(body).slice(0, 8)}"` }],
      );
      const again = failingText(
        get({ locks: { get: (url) => locks.get(url), set: () => assert.fail('a refused file was recorded') } }),
      );
      assert.match(await again, /^kit\.download-changed: .* changed: recorded was sha256/);
    });
  });

  it('but not for the wrong name: what was accepted is told by its bytes', async () => {
    const zip = zipBytes([{ name: 'a', data: body }]);
    await withSite(
      (_request, response) => void response.writeHead(200, { 'content-type': 'text/html' }).end(zip),
      async ({ get }) => {
        assert.equal((await get({ accept: ['zip'] })).sizeBytes, zip.length);
      },
    );
  });
});

describe('a download fails transiently', () => {
  it('when the server is overloaded, and says when to come back', async () => {
    const table = [
      [503, '7', 7000],
      [429, '2', 2000],
      [500, undefined, undefined],
    ] as const;
    for (const [status, after, retryAfterMs] of table) {
      await withSite(
        (_request, response) =>
          void response.writeHead(status, after === undefined ? {} : { 'retry-after': after }).end('busy'),
        async ({ get }) => {
          const failure = await failing(get());
          assert.deepEqual([failure.code, failure.transient], ['kit.download-unavailable', true]);
          assert.equal(failure.retryAfterMs, retryAfterMs);
        },
      );
    }
  });

  it('without touching what is already here', async () => {
    const good = file([body], { cuts: [200_000] });
    let asked = 0;
    const flaky: Answering = (request, response, server) => {
      asked += 1;
      if (asked === 2) response.writeHead(503).end('<html>busy</html>');
      else good(request, response, server);
    };
    await withSite(flaky, async ({ get, server }) => {
      await failing(get());
      assert.equal((await failing(get())).code, 'kit.download-unavailable');
      assert.equal((await get({ sha256: sha(body) })).resumedFrom, 200_000);
      assert.equal(server.sentBytes, body.length);
    });
  });

  it('when nobody listens', async () => {
    await using folder = await tempFolder();
    const failure = await failing(
      download({ url: 'http://127.0.0.1:1/file', fetch: plainFetch, path: join(folder.path, 'file') }),
    );
    assert.deepEqual([failure.code, failure.transient], ['kit.download-cut', true]);
  });
});
