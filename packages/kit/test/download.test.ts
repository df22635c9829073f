import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { download, type DownloadLock, type DownloadRequest } from '../src/download.ts';
import { zipBytes } from './support/archive-bytes.ts';
import { failing, failingText } from './support/failing.ts';
import { type Answering, loopback, type Loopback, plainFetch, send } from './support/loopback.ts';
import { tempFolder } from './support/temp-folder.ts';

const sha = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
const body = Buffer.alloc(600_000, 'the bytes of a data set, again and again; ');

interface Site {
  readonly server: Loopback;
  readonly folder: string;
  /** Downloads `/file` to `<folder>/file`. */
  get(more?: Partial<DownloadRequest>): ReturnType<typeof download>;
}

async function withSite(answer: Answering, work: (site: Site) => Promise<void>): Promise<void> {
  await using server = await loopback(answer);
  await using folder = await tempFolder();
  const path = join(folder.path, 'file');
  const get: Site['get'] = async (more) => {
    const progress = (done: number, total?: number): void => {
      more?.progress?.(done, total);
      server.received(done);
    };
    return download({ url: `${server.url}/file?token=hidden`, fetch: plainFetch, path, ...more, progress });
  };
  await work({ server, folder: folder.path, get });
}

/** Answers like a good server: ranges, If-Range, a strong tag; the first answers are cut where a test wants it. */
function file(
  versions: readonly Buffer[],
  options: { readonly cuts?: readonly number[]; readonly validator?: 'etag' | 'last-modified' | 'weak' } = {},
): Answering {
  const cuts = [...(options.cuts ?? [])];
  let asked = 0;
  return (request, response, server) => {
    const bytes = versions[Math.min(asked, versions.length - 1)] ?? Buffer.alloc(0);
    asked += 1;
    const tag = `"${sha(bytes).slice(0, 8)}"`;
    const validators = {
      etag: { etag: tag },
      weak: { etag: `W/${tag}` },
      'last-modified': { 'last-modified': new Date(1e12 + bytes.length * 1000).toUTCString() },
    }[options.validator ?? 'etag'];
    const validator = Object.values(validators)[0];
    const from = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? -1);
    const cut = cuts.shift();
    if (from < 0 || request.headers['if-range'] !== validator) {
      response.writeHead(200, { ...validators, 'content-length': bytes.length });
      send(server, response, bytes, { cut });
    } else if (from >= bytes.length) {
      response.writeHead(416, { ...validators, 'content-range': `bytes */${bytes.length}` }).end();
    } else {
      response.writeHead(206, {
        ...validators,
        'content-length': bytes.length - from,
        'content-range': `bytes ${from}-${bytes.length - 1}/${bytes.length}`,
      });
      send(server, response, bytes.subarray(from), { from, cut });
    }
  };
}

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
          assert.equal('details' in failure ? failure.details['retryAfterMs'] : '?', retryAfterMs);
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
