import assert from 'node:assert/strict';
import { failureOf } from '../../src/model/failure.ts';
import type { Store } from '../../src/model/store.ts';
import { createStoreOpener, type StoreOpener } from '../../src/storage/open-store.ts';
import { startDavServer, type DavServer, type DavServerOptions } from '../../src/testing/dav-server.ts';
import { failureFrom } from '../../src/testing/failure-from.ts';
import { bytesOf, entriesOf } from './support.ts';

const alice = { username: 'alice', password: 's3cret' };
const large = Buffer.alloc(2_500_000, 'large ');

describe('a WebDAV store in trouble', () => {
  let server: DavServer;
  let opener: StoreOpener;
  let store: Store;

  afterEach(async () => {
    await opener.close();
    await server.close();
  });

  async function open(
    options: DavServerOptions = {},
    settings: { readonly [name: string]: unknown } = {},
  ): Promise<void> {
    server = await startDavServer(options);
    opener = createStoreOpener({
      projectDir: '/',
      workDir: '/nowhere',
      allowHosts: ['127.0.0.1'],
      stores: { cloud: { url: `webdav+${server.url}/lab`, ...alice, moveWaitMs: 2000, ...settings } },
      retry: { attempts: 3, baseMs: 1, capMs: 5 },
    });
    store = await opener.open('cloud:');
  }

  const text = async (key: string): Promise<string> => String(await bytesOf(await store.read(key)));
  /** The code of the failure a call ends with; undefined when it succeeds. */
  const codeOf = async (work: () => Promise<unknown>): Promise<string | undefined> =>
    work().then(
      () => undefined,
      (error: unknown) => failureOf(error)?.code ?? String(error),
    );
  const streamOf = async function* (bytes: Uint8Array) {
    for (let at = 0; at < bytes.length; at += 100_000) yield bytes.subarray(at, at + 100_000);
  };

  describe('unlike the library it does not', () => {
    it('1. take a wrong digest password for success', async () => {
      await open({ login: { kind: 'digest', ...alice } }, { password: 'wrong' });
      const calls = [
        () => store.write('a', Buffer.from('x')),
        () => store.write('a', streamOf(large), { size: large.length }),
        async () => bytesOf(await store.read('a')),
        () => store.stat('a'),
        () => entriesOf(store.list()),
        () => store.remove(['a']),
      ];
      for (const call of calls) assert.equal(await codeOf(call), 'store.denied');
      assert.deepEqual(server.tree.below(''), ['']);
    });

    it('2. store an empty file when a stream meets a login', async () => {
      await open({ login: { kind: 'digest', ...alice, nonceRequests: 3 } });
      let written = 0;
      for (let n = 0; n < 12; n++) {
        // A nonce may end between our question and the stream; then the write fails, and may be tried again.
        const code = await codeOf(() => store.write(`a${n}`, streamOf(large), { size: large.length }));
        assert.ok(code === undefined || code === 'store.unavailable', code);
        assert.equal((await store.stat(`a${n}`))?.size, code === undefined ? large.length : undefined);
        if (code === undefined) written++;
      }
      assert.ok(written > 3, `${written} of 12 written`);
    });

    it('3. send a stream without its length', async () => {
      await open();
      const lengths: unknown[] = [];
      server.fault = ({ method, headers }) => {
        if (method === 'PUT') lengths.push(headers['content-length'], headers['transfer-encoding']);
        return undefined;
      };
      await store.write('known', streamOf(large), { size: large.length });
      await store.write('unknown', streamOf(large));
      await store.write('empty', streamOf(Buffer.alloc(0)));
      assert.deepEqual(lengths, [String(large.length), undefined, String(large.length), undefined, '0', undefined]);
    });

    it('4. report an upload before the service answered', async () => {
      await open();
      server.fault = ({ method }) => (method === 'PUT' ? { status: 507, after: true } : undefined);
      assert.equal(await codeOf(() => store.write('a', streamOf(large), { size: large.length })), 'store.full');
      assert.equal(server.tree.get('/lab/a'), undefined);
    });

    it('5. hang when a read is cut', async () => {
      await open();
      await store.write('a', large);
      let cuts = 0;
      server.fault = ({ method }) => (method === 'GET' && ++cuts <= 3 ? { cut: 'body' } : undefined);
      assert.equal(Buffer.compare(await bytesOf(await store.read('a')), large), 0, 'it goes on where it was cut');
      server.fault = ({ method, headers }) => {
        if (method !== 'GET') return undefined;
        return headers.range === undefined ? { cut: 'body' } : { cut: 'request' };
      };
      assert.equal(await codeOf(async () => bytesOf(await store.read('a'))), 'store.unavailable');
    });

    it('6. take a 207 with an error inside for success', async () => {
      await open();
      await store.write('a', Buffer.from('x'));
      const body =
        '<d:multistatus xmlns:d="DAV:"><d:response><d:href>/lab/a</d:href><d:status>HTTP/1.1 423 Locked</d:status></d:response></d:multistatus>';
      server.fault = ({ method }) =>
        ['DELETE', 'MOVE', 'COPY'].includes(method ?? '') ? { status: 207, body } : undefined;
      assert.equal(await codeOf(() => store.remove(['a'])), 'store.locked');
      assert.equal(await codeOf(() => store.move('a', 'b', { overwrite: true })), 'store.locked');
      assert.equal(await codeOf(() => store.copy('a', 'b')), 'store.locked');
    });

    it('7. fail when 20 writers make one folder, nor look at every level', async () => {
      await open();
      await Promise.all(Array.from({ length: 20 }, (_, n) => store.write(`x/y/z/${n}`, Buffer.from('x'))));
      assert.equal((await entriesOf(store.list('x/y/z/'))).length, 20);
      const made = server.requests.filter((request) => request.startsWith('MKCOL /lab/x'));
      assert.ok(made.length <= 7, made.join());
    });

    it('8. end the process when a write is redirected twice', async () => {
      await open();
      server.fault = ({ method, url }) => {
        if (method !== 'PUT' || url?.includes('again') === true) return undefined;
        return { status: 307, headers: { location: `${url}?${url?.includes('?') === true ? 'again' : 'once'}` } };
      };
      await store.write('a', Buffer.from('followed'));
      assert.equal(await text('a'), 'followed');
      assert.equal(await codeOf(() => store.write('b', streamOf(large), { size: large.length })), 'store.broken');
    });
  });

  it('does not send a move again whose answer was lost, and finds it done', async () => {
    for (const fault of [{ status: 504, after: true }, { cut: 'answer' }] as const) {
      await opener?.close();
      await server?.close();
      await open();
      server.fault = ({ method }) => (method === 'MOVE' ? fault : undefined);
      await store.write('a', Buffer.from('moved all the same'));
      assert.equal(await text('a'), 'moved all the same');
      assert.equal(server.requests.filter((request) => request.startsWith('MOVE')).length, 1);
    }
  });

  it('waits for a move that goes on after a proxy gave up', async () => {
    await open();
    server.fault = ({ method, url }) => {
      if (method !== 'MOVE') return undefined;
      const from = String(url);
      setTimeout(() => server.tree.transfer('MOVE', from, '/lab/a'), 400);
      return { status: 504 };
    };
    await store.write('a', Buffer.from('late'));
    assert.equal(await text('a'), 'late');
  });

  it('says that a lock is in the way, after trying again', async () => {
    await open();
    server.fault = ({ method }) => (method === 'MOVE' ? { status: 423 } : undefined);
    assert.deepEqual(await failureFrom(() => store.write('a', Buffer.from('x'))), {
      code: 'store.locked',
      url: 'cloud:a',
      transient: true,
    });
    assert.equal(server.requests.filter((request) => request.startsWith('MOVE')).length, 3);
  });

  it('slows down when told to, and goes on', async () => {
    await open();
    let refused = 0;
    server.fault = () => (++refused <= 2 ? { status: 503, headers: { 'retry-after': '0' } } : undefined);
    await store.write('a', Buffer.from('x'));
    assert.equal(await text('a'), 'x');
  });

  it('gives up on a service that went silent', async () => {
    await open({}, { idleTimeoutMs: 50 });
    server.fault = () => ({ waitMs: 2000 });
    assert.equal(await codeOf(() => store.stat('a')), 'store.unavailable');
  });

  it('makes folders again that someone removed', async () => {
    await open();
    await store.write('x/a', Buffer.from('1'));
    server.tree.remove('/lab');
    await store.write('x/a', Buffer.from('2'));
    server.tree.remove('/lab');
    await store.write('x/a', streamOf(large), { size: large.length });
    assert.equal((await store.stat('x/a'))?.size, large.length);
  });

  it('finds out that the service stored less than it was sent', async () => {
    await open();
    server.fault = ({ method, url }) => {
      if (method === 'PROPFIND' && url?.includes('staging/put/') === true)
        server.tree.writeFile(decodeURIComponent(url), Buffer.from('x'));
      return undefined;
    };
    assert.equal(await codeOf(() => store.write('a', Buffer.from('whole'))), 'store.corrupt');
    assert.equal(await store.stat('a'), undefined);
  });

  it('lists no quietly shortened folder', async () => {
    await open();
    await store.write('a/b', Buffer.from('x'));
    const entry = (status: string) =>
      `<d:response><d:href>/lab/a/b</d:href><d:status>HTTP/1.1 ${status}</d:status></d:response>`;
    const self =
      '<d:response><d:href>/lab/a/</d:href><d:propstat><d:prop><d:resourcetype><d:collection/></d:resourcetype></d:prop><d:status>HTTP/1.1 200 OK</d:status></d:propstat></d:response>';
    const answers: readonly [body: string, code: string | undefined][] = [
      [self + entry('403 Forbidden'), 'store.denied'],
      [self + entry('507 Insufficient Storage'), 'store.full'],
      [self + entry('404 Not Found'), undefined],
      ['<d:response><d:href>/lab/a/</d:href></d:response>', 'store.broken'],
      [self + entry('200 OK').replace('/lab/a/b', '/lab/a/%2e%2e%2fetc'), 'store.broken'],
    ];
    for (const [body, code] of answers) {
      const xml = `<d:multistatus xmlns:d="DAV:">${body}</d:multistatus>`;
      server.fault = ({ method, headers }) =>
        method === 'PROPFIND' && headers.depth === '1' ? { status: 207, body: xml } : undefined;
      assert.equal(await codeOf(() => entriesOf(store.list('a/'))), code, body);
    }
    server.fault = ({ headers }) =>
      headers.depth === '1' ? { status: 207, body: '<html>Please log in</html>' } : undefined;
    assert.equal(await codeOf(() => entriesOf(store.list('a/'))), 'store.broken');
  });

  it('asks again for a listing that ends before its end', async () => {
    await open();
    for (const key of ['a', 'b', 'c']) await store.write(key, Buffer.from('x'));
    const self =
      '<d:response><d:href>/lab/</d:href><d:propstat><d:prop><d:resourcetype><d:collection/></d:resourcetype></d:prop></d:propstat></d:response>';
    const short = `<d:multistatus xmlns:d="DAV:">${self}`;
    let shortAnswers = 0;
    let most = 1;
    server.fault = ({ method, headers }) =>
      method === 'PROPFIND' && headers.depth === '1' && ++shortAnswers <= most
        ? { status: 207, body: short }
        : undefined;
    assert.equal((await entriesOf(store.list())).length, 3);
    most = 100;
    assert.equal(await codeOf(() => entriesOf(store.list())), 'store.broken');
  });

  it('reads names and ETags that look like numbers or markup as they are', async () => {
    await open();
    const names = ['1e3', '007', '0x10', 'true', 'a&b', '<x>', ...Array.from({ length: 1200 }, (_, n) => `&${n}`)];
    server.tree.makeFolder('/lab');
    for (const name of names) server.tree.writeFile(`/lab/${name}`, Buffer.from('x'));
    assert.deepEqual((await entriesOf(store.list())).map(({ key }) => key).sort(), names.sort());
  });

  it('leaves nothing of its staging behind', async () => {
    await open();
    await store.write('a', Buffer.from('x'));
    await store.write('.runner-staging/7/b', Buffer.from('x'));
    await store.remove(['.runner-staging/7/b']);
    await opener.close();
    assert.deepEqual(server.tree.below('/lab').sort(), ['/lab', '/lab/a']);
  });

  it('takes away what a process that was killed days ago left there, and nothing that is young', async () => {
    await open();
    await store.write('a', Buffer.from('x'));
    const folder = '/lab/.runner-staging/put';
    for (const path of ['/lab/.runner-staging', folder]) server.tree.makeFolder(path);
    for (const name of ['old', 'young']) server.tree.writeFile(`${folder}/${name}`, Buffer.from('half'));
    const old = server.tree.nodes.get(`${folder}/old`);
    assert.ok(old);
    server.tree.nodes.set(`${folder}/old`, { ...old, modifiedMs: Date.now() - 3 * 24 * 3600 * 1000 });
    await opener.close();
    assert.deepEqual(server.tree.children(folder), [`${folder}/young`]);
  });
});
