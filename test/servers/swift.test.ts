import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { driverContract } from '@dataset-runner/core/testing';
import { failureOf, type Failure } from '../../packages/core/src/model/failure.ts';
import type { Store } from '../../packages/core/src/model/store.ts';
import { createStoreOpener } from '../../packages/core/src/storage/open-store.ts';
import { ensurePackages } from '../../scripts/servers/packages.ts';
import { prepareSwift, startSwift, type SwiftServer } from '../../scripts/servers/swift.ts';
import { skip } from '../support/skip.ts';
import { tempFolder } from '../support/temp-folder.ts';
import { unkindProxy } from '../support/unkind-proxy.ts';

describe('OpenStack Swift with its own users, a real server', function () {
  // Installing takes its time where it is the first run.
  this.timeout(300_000);
  let server: SwiftServer;
  let places = 0;

  before(async function () {
    const why = await prepareSwift();
    if (why !== undefined) skip(this, why);
    server = await startSwift();
  });

  after(() => server?.stop());

  function open(options: { readonly [name: string]: unknown } = {}) {
    const opener = createStoreOpener({
      projectDir: '/',
      workDir: '/nowhere',
      allowHosts: ['127.0.0.1'],
      stores: {
        cloud: {
          url: `swift://Plankton_${places++}/a prefix ä`,
          authUrl: `${server.url}/auth/v1.0`,
          username: server.username,
          password: server.password,
          createContainer: true,
          ...options,
        },
      },
      retry: { attempts: 2, baseMs: 10, capMs: 50 },
    });
    return opener;
  }

  async function openStore(options?: { readonly [name: string]: unknown }) {
    const opener = open(options);
    return { store: await opener.open('cloud:sets/2026'), dispose: () => opener.close() };
  }

  driverContract('Swift', {
    open: () => openStore(),
    timeoutMs: 30_000,
    troubled: {
      'store.denied': () => openStore({ password: 'wrong' }),
    },
  });

  driverContract('Swift in segments', {
    open: () => openStore({ segmentSizeBytes: 1_000_000 }),
    timeoutMs: 30_000,
  });

  const inParts = { segmentSizeBytes: 1_000_000 };
  const large = randomBytes(3_500_000);

  /** A store on a container of its own, and one that shows where its segments lie. */
  async function openBoth(options: { readonly [name: string]: unknown } = inParts) {
    const container = `parts-${places++}`;
    const main = open({ url: `swift://${container}`, ...options });
    const behind = open({ url: `swift://${container}_segments` });
    const store = await main.open('cloud:');
    const segments = await behind.open('cloud:');
    const dispose = async (): Promise<void> => {
      await main.close();
      await behind.close();
    };
    return { container, store, segments, dispose };
  }

  it('lays segments as rclone does, and takes them away with the file', async () => {
    const { store, segments, dispose } = await openBoth();
    await store.write('a/large', large);
    const keys = await keysOf(segments);
    assert.equal(keys.length, 4);
    for (const key of keys) assert.match(key, /^a\/large\/\d+\.\d+\/3500000\/1000000\/0000000\d$/);
    await store.write('a/large/below', large);
    await store.remove(['a/large']);
    assert.deepEqual(await keysOf(store), ['a/large/below']);
    const left = await keysOf(segments);
    assert.equal(left.length, 4);
    assert.ok(left.every((key) => key.startsWith('a/large/below/')));
    await store.write('a/large/below', Buffer.from('small now'));
    assert.deepEqual(await keysOf(segments), []);
    await dispose();
  });

  it('copies large files whole, so that removing one leaves the other', async () => {
    const { store, segments, dispose } = await openBoth();
    await store.write('from', large);
    await store.copy('from', 'to');
    await store.remove(['from']);
    assert.equal(await md5Of(store, 'to'), md5(large));
    assert.equal((await keysOf(segments)).length, 4);
    await dispose();
  });

  it('goes on with an upload that was stopped, without sending again what is there', async () => {
    await using proxy = await unkindProxy(server.url);
    const endpoint = `${proxy.url}/v1/AUTH_test`;
    const { store, segments, dispose } = await openBoth({ ...inParts, endpoint });
    const controller = new AbortController();
    const pieces = async function* () {
      yield large.subarray(0, 3_200_000);
      while ((await keysOf(segments)).length < 3) await new Promise((resolve) => setTimeout(resolve, 50));
      controller.abort(new Error('stopped'));
      yield large.subarray(3_200_000);
    };
    await assert.rejects(store.write('big', pieces(), { size: large.length, signal: controller.signal }), /stopped/);
    assert.equal(await store.stat('big'), undefined);
    const beforeBytes = proxy.sentBytes;
    await store.write('big', large);
    const sentBytes = proxy.sentBytes - beforeBytes;
    assert.ok(sentBytes > 500_000 && sentBytes < 600_000, `${sentBytes} bytes were sent`);
    assert.equal(await md5Of(store, 'big'), md5(large));
    assert.equal((await keysOf(segments)).length, 4);
    await dispose();
  });

  it('sends a segment again that was cut, and not the others', async () => {
    await using proxy = await unkindProxy(server.url);
    const { store, dispose } = await openBoth({ ...inParts, endpoint: `${proxy.url}/v1/AUTH_test` });
    await store.write('small', Buffer.from('the container is there now'));
    proxy.cuts = 2;
    const pieces = async function* () {
      for (let at = 0; at < large.length; at += 50_000) yield large.subarray(at, at + 50_000);
    };
    await store.write('big', pieces(), { size: large.length });
    assert.equal(proxy.cuts, 0);
    assert.equal(await md5Of(store, 'big'), md5(large));
    await dispose();
  });

  it('finds a byte that came wrong, in small files and in segments', async () => {
    await using proxy = await unkindProxy(server.url);
    const { store, dispose } = await openBoth({ ...inParts, endpoint: `${proxy.url}/v1/AUTH_test` });
    await store.write('small', large.subarray(0, 300_000));
    await store.write('large', large);
    proxy.flips = true;
    for (const key of ['small', 'large'])
      assert.equal((await failureFrom(() => md5Of(store, key)))?.code, 'store.corrupt');
    await dispose();
  });

  it('removes more than one bulk request takes, and lists them with one', async () => {
    const { container, store, dispose } = await openBoth({});
    const keys = Array.from({ length: 1030 }, (_, n) => `many/ä +${n}`);
    await Promise.all(keys.map((key) => store.write(key, Buffer.from(key))));
    const listings = async (): Promise<number> => {
      const log = await readFile(join(server.root, 'proxy', 'output.log'), 'utf8');
      return log.split('\n').filter((line) => line.includes(`GET /v1/AUTH_test/${container}%3F`)).length;
    };
    assert.equal((await keysOf(store)).length, 1030);
    assert.equal(await listings(), 1);
    await store.remove(keys);
    assert.deepEqual(await keysOf(store), []);
    await dispose();
  });

  it('signs URLs that open one file for a time', async () => {
    const { store, dispose } = await openBoth({ tempUrlKey: 'secret' });
    await store.write('ü ä/+ #?.bin', Buffer.from('signed'));
    const headers = { 'x-auth-user': server.username, 'x-auth-key': server.password };
    const login = await fetch(`${server.url}/auth/v1.0`, { headers });
    const token = login.headers.get('x-auth-token') ?? '';
    const account = login.headers.get('x-storage-url') ?? '';
    const keyed = { 'x-auth-token': token, 'x-account-meta-temp-url-key': 'secret' };
    assert.equal((await fetch(account, { method: 'POST', headers: keyed })).status, 204);
    const open = await fetch(await store.signedUrl('ü ä/+ #?.bin', { expiresMs: 60_000 }));
    assert.equal(await open.text(), 'signed');
    assert.equal((await fetch(await store.signedUrl('ü ä/+ #?.bin', { expiresMs: -2000 }))).status, 401);
    await dispose();
  });

  it('tells a container that is missing from a file that is, and names the request', async () => {
    const missing = open({ url: 'swift://nobody-made-this', createContainer: false });
    const store = await missing.open('cloud:');
    const calls = [() => store.stat('a'), () => keysOf(store), () => store.write('a', Buffer.from('x'))];
    for (const call of calls) assert.equal((await failureFrom(call))?.code, 'store.no-bucket', String(call));
    await missing.close();
    const reader = open({ ...server.reader, createContainer: false });
    const failure = await failureFrom(async () => (await reader.open('cloud:')).stat('a'));
    assert.equal(failure?.code, 'store.denied');
    assert.match(JSON.stringify(failure), /"requestId":"tx/);
    await reader.close();
  });

  describe('with rclone', () => {
    before(async function () {
      const why = await ensurePackages([{ path: '/usr/bin/rclone', package: 'rclone' }]);
      if (why !== undefined) skip(this, why);
    });

    const rclone = async (...args: readonly string[]): Promise<string> => {
      const login = ['--swift-auth', `${server.url}/auth/v1.0`, '--swift-auth-version', '1'];
      const who = ['--swift-user', server.username, '--swift-key', server.password];
      const config = ['--config', '/dev/null', '--swift-chunk-size', '1M'];
      const { stdout } = await promisify(execFile)('rclone', [...args, ...login, ...who, ...config]);
      return stdout;
    };

    it('reads what rclone wrote in segments, and removes it with them', async () => {
      await using folder = await tempFolder();
      const { container, store, segments, dispose } = await openBoth();
      await writeFile(join(folder.path, 'ü large +.bin'), large);
      await writeFile(join(folder.path, 'empty'), '');
      await rclone('copy', folder.path, `:swift:${container}/from rclone`);
      const entries = (await Array.fromAsync(store.list())).flat().map(({ key, size }) => [key, size]);
      assert.deepEqual(entries, [
        ['from rclone/empty', 0],
        ['from rclone/ü large +.bin', large.length],
      ]);
      assert.equal(await md5Of(store, 'from rclone/ü large +.bin'), md5(large));
      const range = { start: 1_048_570, end: 1_048_590 };
      const found = Buffer.concat(await Array.fromAsync(await store.read('from rclone/ü large +.bin', { range })));
      assert.deepEqual(found, large.subarray(range.start, range.end));
      assert.equal((await keysOf(segments)).length, 4);
      await store.remove(['from rclone/ü large +.bin']);
      assert.deepEqual(await keysOf(segments), []);
      await dispose();
    });

    it('writes what rclone finds no difference in', async () => {
      await using folder = await tempFolder();
      const { container, store, dispose } = await openBoth();
      for (const [key, bytes] of [
        ['sets/large.bin', large],
        ['sets/ü small +%.txt', Buffer.from('small')],
      ] as const) {
        await writeFile(join(folder.path, key.slice(5)), bytes);
        await store.write(key, bytes);
      }
      // Ends with an error where anything differs.
      await rclone('check', '--download', folder.path, `:swift:${container}/sets`);
      await rclone('delete', `:swift:${container}/sets`);
      assert.deepEqual(await keysOf(store), []);
      await dispose();
    });
  });
});

async function keysOf(store: Store): Promise<string[]> {
  return (await Array.fromAsync(store.list()))
    .flat()
    .map(({ key }) => key)
    .sort();
}

function md5(bytes: Uint8Array): string {
  return createHash('md5').update(bytes).digest('hex');
}

async function md5Of(store: Store, key: string): Promise<string> {
  const hash = createHash('md5');
  for await (const piece of await store.read(key)) hash.update(piece);
  return hash.digest('hex');
}

async function failureFrom(work: () => Promise<unknown>): Promise<Failure | undefined> {
  try {
    await work();
  } catch (error) {
    return failureOf(error);
  }
  return undefined;
}
