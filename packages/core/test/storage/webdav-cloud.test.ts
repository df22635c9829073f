import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { sha256 } from '../../src/lib/digest.ts';
import type { Store } from '../../src/model/store.ts';
import { createStoreOpener, type StoreOpener } from '../../src/storage/open-store.ts';
import type { DavCloudOptions } from '../../src/testing/dav-cloud.ts';
import { startDavServer, type DavServer } from '../../src/testing/dav-server.ts';
import { failureFrom } from '../../src/testing/failure-from.ts';
import { bytesOf } from './support.ts';

const chunkBytes = 600_000;
const large = randomBytes(2_500_000);
const folder = '/remote.php/dav/files/alice/lab';

describe('an ownCloud or Nextcloud', () => {
  let server: DavServer;
  let opener: StoreOpener;
  let store: Store;

  afterEach(async () => {
    await opener.close();
    await server.close();
  });

  async function open(cloud: Partial<DavCloudOptions> = {}, more: { readonly [option: string]: unknown } = {}) {
    const some = { kind: 'nextcloud', user: 'alice', leastChunkBytes: chunkBytes, ...cloud } as const;
    server = await startDavServer({ cloud: some });
    opener = createStoreOpener({
      projectDir: '/',
      workDir: '/nowhere',
      allowHosts: ['127.0.0.1'],
      stores: { cloud: { url: `webdav+${server.url}${folder}`, chunkBytes, moveWaitMs: 3000, ...more } },
      retry: { attempts: 1, baseMs: 1, capMs: 5 },
    });
    store = await opener.open('cloud:');
  }

  const seen = (pattern: RegExp): string[] => server.requests.filter((request) => pattern.test(request));
  const whole = async (key: string): Promise<boolean> => large.equals(await bytesOf(await store.read(key)));
  const pieces = async function* () {
    for (let at = 0; at < large.length; at += 70_000) yield large.subarray(at, at + 70_000);
  };

  it('gets large files in chunks, small ones in one request, and is asked once what it can do', async () => {
    await open();
    await store.write('a', large);
    await store.write('b', pieces(), { size: large.length });
    await store.write('small', Buffer.from('x'));
    assert.deepEqual([await whole('a'), await whole('b')], [true, true]);
    assert.equal(seen(/^PUT .*\/uploads\/alice\/runner-/).length, 10);
    assert.equal(seen(/^PUT .*\/files\//).length, 1);
    assert.equal(seen(/capabilities/).length, 1);
    assert.deepEqual(server.tree.children('/remote.php/dav/uploads/alice'), []);
  });

  it('gets no chunks when it does not offer them, or was told not to have them', async () => {
    await open({}, { chunkBytes: 0 });
    await store.write('a', large);
    server.fault = ({ url = '' }) => (url.includes('capabilities') ? { status: 404 } : undefined);
    await opener.close();
    const plain = createStoreOpener({
      projectDir: '/',
      workDir: '/nowhere',
      allowHosts: ['127.0.0.1'],
      stores: { cloud: { url: `webdav+${server.url}${folder}`, chunkBytes } },
    });
    await (await plain.open('cloud:')).write('b', large);
    await plain.close();
    assert.equal(seen(/uploads/).length, 0);
  });

  it('goes on with an upload of the same bytes that was cut', async () => {
    await open();
    server.fault = ({ method, url = '' }) =>
      method === 'PUT' && /0000[45]$/.test(url) ? { cut: 'request' } : undefined;
    const options = { size: large.length, digest: sha256(large) };
    assert.equal((await failureFrom(() => store.write('a', pieces(), options))).code, 'store.unavailable');
    assert.equal(await store.stat('a'), undefined);
    server.fault = () => undefined;
    const before = seen(/^PUT .*uploads/).length;
    await store.write('a', pieces(), options);
    assert.equal(seen(/^PUT .*uploads/).length - before, 2);
    assert.ok(await whole('a'));
  });

  it('keeps nothing of an upload nobody can repeat, nor of wrong bytes', async () => {
    await open({ kind: 'owncloud' });
    server.fault = ({ method, url = '' }) => (method === 'PUT' && url.endsWith('00004') ? { status: 507 } : undefined);
    assert.equal((await failureFrom(() => store.write('a', pieces(), { size: large.length }))).code, 'store.full');
    // Another byte arrives than was sent.
    server.fault = ({ method, url = '' }) => {
      const chunk = server.tree.nodes.get(
        server.tree.below('/remote.php/dav/uploads').find((p) => p.endsWith('00002')) ?? '',
      );
      if (method === 'MOVE' && url.includes('uploads') && chunk !== undefined)
        chunk.bytes[7] = (chunk.bytes[7] ?? 0) ^ 1;
      return undefined;
    };
    const options = { size: large.length, digest: sha256(large) };
    assert.equal((await failureFrom(() => store.write('a', pieces(), options))).code, 'store.corrupt');
    assert.equal(await store.stat('a'), undefined);
    assert.deepEqual(server.tree.children('/remote.php/dav/uploads/alice'), []);
  });

  it('is waited for while it puts a file together, and never asked twice', async () => {
    for (const as of ['proxy', 'job'] as const) {
      await open({ kind: 'owncloud', slow: { ms: 400, as } });
      await store.write('a', large);
      assert.ok(await whole('a'), as);
      assert.equal(server.cloud?.doubleMoves, 0);
      assert.equal(seen(/^GET .*job-status/).length > 0, as === 'job');
      if (as === 'job') continue;
      await opener.close();
      await server.close();
    }
  });

  it('is given up when that takes longer than it may, without a sign of the file', async () => {
    await open({ slow: { ms: 4000, as: 'proxy' } }, { moveWaitMs: 200 });
    const failure = await failureFrom(() => store.write('a', large));
    assert.equal(failure.code, 'store.unavailable');
    assert.equal(await store.stat('a'), undefined);
  });
});
