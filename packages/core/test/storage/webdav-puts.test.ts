import assert from 'node:assert/strict';
import type { Store } from '../../src/model/store.ts';
import { createStoreOpener, type StoreOpener } from '../../src/storage/open-store.ts';
import { startDavServer, type DavServer, type DavServerOptions } from '../../src/testing/dav-server.ts';
import { failureFrom } from '../../src/testing/failure-from.ts';
import { bytesOf } from './support.ts';

describe('a WebDAV store whose uploads appear whole', () => {
  let server: DavServer;
  let opener: StoreOpener;
  let store: Store;

  afterEach(async () => {
    await opener.close();
    await server.close();
  });

  async function open(options: DavServerOptions = { isApache: true }): Promise<void> {
    server = await startDavServer(options);
    opener = createStoreOpener({
      projectDir: '/',
      workDir: '/nowhere',
      allowHosts: ['127.0.0.1'],
      stores: { cloud: { url: `webdav+${server.url}/lab` } },
      retry: { attempts: 3, baseMs: 1, capMs: 5 },
    });
    store = await opener.open('cloud:');
  }

  const methods = (): string[] => server.requests.map((line) => line.split(' ')[0] as string);
  const text = async (key: string): Promise<string> => String(await bytesOf(await store.read(key)));
  const large = Buffer.alloc(2_500_000, 'large ');
  const streamOf = async function* (bytes: Uint8Array) {
    for (let at = 0; at < bytes.length; at += 100_000) yield bytes.subarray(at, at + 100_000);
  };

  it('is asked once, and gets small files with one request and one look each', async () => {
    await open();
    await store.write('a', Buffer.from('first'));
    server.requests.length = 0;
    await store.write('a', Buffer.from('a'));
    await store.write('b', Buffer.from('b'));
    assert.deepEqual(methods(), ['PUT', 'HEAD', 'PUT', 'HEAD']);
    assert.deepEqual([await text('a'), await text('b')], ['a', 'b']);
    const written = await store.write('b', Buffer.from('bb'));
    assert.equal(written.version, (await store.stat('b'))?.version);
  });

  it('keeps what lies there when it is told not to replace', async () => {
    await open();
    await store.write('a', Buffer.from('mine'), { ifAbsent: 'best-effort' });
    const again = await failureFrom(() => store.write('a', Buffer.from('other'), { ifAbsent: 'best-effort' }));
    assert.equal(again.code, 'store.conflict');
    assert.equal(await text('a'), 'mine');
    assert.equal(methods().includes('MOVE'), false);
  });

  it('keeps the old file when an upload is cut, and sends it again', async () => {
    await open();
    await store.write('a', Buffer.from('old'));
    let cuts = 0;
    server.fault = ({ method }) => (method === 'PUT' && ++cuts < 3 ? { cut: 'request' } : undefined);
    await store.write('a', Buffer.from('new'));
    assert.equal(await text('a'), 'new');
    server.fault = ({ method }) => (method === 'PUT' ? { cut: 'request' } : undefined);
    assert.equal((await failureFrom(() => store.write('a', Buffer.from('newer')))).code, 'store.unavailable');
    server.fault = () => undefined;
    assert.equal(await text('a'), 'new');
  });

  it('gets streams by way of staging, for they may turn out wrong at their end', async () => {
    await open();
    await store.write('a', Buffer.from('old'));
    const digest = `sha256:${'0'.repeat(64)}` as const;
    const wrong = await failureFrom(() => store.write('a', streamOf(large), { size: large.length, digest }));
    assert.equal(wrong.code, 'store.corrupt');
    assert.equal(await text('a'), 'old');
    await store.write('a', streamOf(large), { size: large.length });
    assert.ok(methods().includes('MOVE'));
    assert.equal((await store.stat('a'))?.size, large.length);
  });

  it('is taken for any other server where it does not answer', async () => {
    await open();
    server.fault = ({ method }) => (method === 'OPTIONS' ? { status: 500 } : undefined);
    await store.write('a', Buffer.from('a'), { ifAbsent: 'best-effort' });
    assert.ok(methods().includes('MOVE'));
    const again = await failureFrom(() => store.write('a', Buffer.from('b'), { ifAbsent: 'best-effort' }));
    assert.equal(again.code, 'store.conflict');
    assert.equal(await text('a'), 'a');
  });
});
