import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Store } from '../../packages/core/src/model/store.ts';
import { createStoreOpener } from '../../packages/core/src/storage/open-store.ts';
import { failureFrom } from '../../packages/core/src/testing/failure-from.ts';
import { ensurePackages } from '../../scripts/servers/packages.ts';
import { skip } from './skip.ts';
import { tempFolder } from './temp-folder.ts';
import { unkindProxy } from './unkind-proxy.ts';

/** A running service that speaks Swift, and a version 1 login of it. */
export interface SwiftService {
  readonly url: string;
  readonly authUrl: string;
  /** Of the account, without the host. */
  readonly accountPath: string;
  readonly username: string;
  readonly password: string;
}

const tempUrlKey = 'secret';

/** Gives the account the key that its signed URLs are made and checked with. */
export async function keyAccount(service: SwiftService): Promise<void> {
  const login = await fetch(service.authUrl, {
    headers: { 'x-auth-user': service.username, 'x-auth-key': service.password },
  });
  const token = login.headers.get('x-auth-token') ?? '';
  const account = login.headers.get('x-storage-url') ?? '';
  const headers = { 'x-auth-token': token, 'x-account-meta-temp-url-key': tempUrlKey };
  assert.equal((await fetch(account, { method: 'POST', headers })).status, 204);
}

let places = 0;

/** The options of one store on the service, in a container of its own that the first write makes. */
export function openSwift(service: SwiftService, options: { readonly [name: string]: unknown } = {}) {
  const { authUrl, username, password } = service;
  const url = `swift://Plankton_${places++}/a prefix ä`;
  return createStoreOpener({
    projectDir: '/',
    workDir: '/nowhere',
    allowHosts: ['127.0.0.1'],
    stores: { cloud: { url, authUrl, username, password, createContainer: true, ...options } },
    retry: { attempts: 2, baseMs: 10, capMs: 50 },
  });
}

/** Registers what large objects, broken connections and rclone must not change, on one service. */
export function swiftCases(serviceOf: () => SwiftService): void {
  const inParts = { segmentSizeBytes: 1_000_000 };
  const large = randomBytes(3_500_000);

  /** A store on a container of its own, and one that shows where its segments lie. */
  async function openBoth(options: { readonly [name: string]: unknown } = inParts) {
    const container = `parts-${places++}`;
    const main = openSwift(serviceOf(), { url: `swift://${container}`, ...options });
    const behind = openSwift(serviceOf(), { url: `swift://${container}_segments` });
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
    await using proxy = await unkindProxy(serviceOf().url);
    const endpoint = proxy.url + serviceOf().accountPath;
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
    await using proxy = await unkindProxy(serviceOf().url);
    const { store, dispose } = await openBoth({ ...inParts, endpoint: proxy.url + serviceOf().accountPath });
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
    await using proxy = await unkindProxy(serviceOf().url);
    const { store, dispose } = await openBoth({ ...inParts, endpoint: proxy.url + serviceOf().accountPath });
    await store.write('small', large.subarray(0, 300_000));
    await store.write('large', large);
    proxy.flips = true;
    for (const key of ['small', 'large'])
      assert.equal((await failureFrom(() => md5Of(store, key))).code, 'store.corrupt');
    await dispose();
  });

  it('replaces nothing when it is told so, small or large, and writes again what was removed', async () => {
    const { store, dispose } = await openBoth();
    const write = (bytes: Uint8Array) => store.write('ü a', bytes, { ifAbsent: 'best-effort' });
    for (const bytes of [Buffer.from('first'), large.subarray(0, 800_000), large]) {
      await write(bytes);
      for (const other of [Buffer.from('other'), large.subarray(1)])
        assert.equal((await failureFrom(() => write(other))).code, 'store.conflict');
      assert.equal(await md5Of(store, 'ü a'), md5(bytes));
      await store.remove(['ü a']);
    }
    await dispose();
  });

  it('signs URLs that open one file for a time', async () => {
    const { store, dispose } = await openBoth({ tempUrlKey });
    await store.write('ü ä/+ #?.bin', Buffer.from('signed'));
    const open = await fetch(await store.signedUrl('ü ä/+ #?.bin', { expiresMs: 60_000 }));
    assert.equal(await open.text(), 'signed');
    assert.equal((await fetch(await store.signedUrl('ü ä/+ #?.bin', { expiresMs: -2000 }))).status, 401);
    await dispose();
  });

  describe('with rclone', () => {
    before(async function () {
      const why = await ensurePackages([{ path: '/usr/bin/rclone', package: 'rclone' }]);
      if (why !== undefined) skip(this, why);
    });

    const rclone = async (...args: readonly string[]): Promise<string> => {
      const login = ['--swift-auth', serviceOf().authUrl, '--swift-auth-version', '1'];
      const who = ['--swift-user', serviceOf().username, '--swift-key', serviceOf().password];
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
}

export async function keysOf(store: Store): Promise<string[]> {
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
