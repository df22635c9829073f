import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { driverContract } from '@dataset-runner/core/testing';
import type { Store } from '../../packages/core/src/model/store.ts';
import { failureFrom } from '../../packages/core/src/testing/failure-from.ts';
import { prepareCeph, startCeph, type CephServer } from '../../scripts/servers/ceph.ts';
import { prepareSwift, startSwift, type SwiftServer } from '../../scripts/servers/swift.ts';
import { recordContract } from '../support/record-contract.ts';
import { skip } from '../support/skip.ts';
import { keyAccount, keysOf, openSwift, swiftCases, type SwiftService } from '../support/swift-cases.ts';

// Ceph was seen to leave a request without an answer; after a minute of silence it is sent again.
const timeoutMs = 150_000;

describe('OpenStack Swift with its own users, a real server', function () {
  // Installing takes its time where it is the first run.
  this.timeout(300_000);
  let server: SwiftServer;
  let service: SwiftService;

  before(async function () {
    const why = await prepareSwift();
    if (why !== undefined) skip(this, why);
    server = await startSwift();
    service = { ...server, authUrl: `${server.url}/auth/v1.0`, accountPath: '/v1/AUTH_test' };
    await keyAccount(service);
  });

  after(() => server?.stop());

  contracts('OpenStack Swift 2.30', () => service);
  swiftCases(() => service);

  /** The service's log, once it tells of a request made last: it writes a line some time after it has answered. */
  async function logUpTo(store: Store, last: string): Promise<string> {
    await store.stat(last);
    for (;;) {
      const log = await readFile(join(server.root, 'proxy', 'output.log'), 'utf8');
      if (log.includes(encodeURIComponent(encodeURIComponent(last)))) return log;
      await sleep(50);
    }
  }

  it('lists what fits into a page with one request', async () => {
    const container = 'many-files';
    const { store, dispose } = await openStore(service, { url: `swift://${container}` });
    const keys = Array.from({ length: 150 }, (_, n) => `many/ä +${n}`);
    await Promise.all(keys.map((key) => store.write(key, Buffer.from(key))));
    assert.equal((await keysOf(store)).length, 150);
    const lines = (await logUpTo(store, `end of ${container}`)).split('\n');
    assert.equal(lines.filter((line) => line.includes(`GET /v1/AUTH_test/${container}%3F`)).length, 1);
    await dispose();
  });

  it('writes a file that must not replace with one request', async () => {
    const container = 'new-files';
    const { store, dispose } = await openStore(service, { url: `swift://${container}` });
    await store.write('a', Buffer.from('x'), { ifAbsent: 'best-effort' });
    await store.write('b', Buffer.from('x'), { ifAbsent: 'best-effort' });
    const log = await logUpTo(store, `end of ${container}`);
    const sent = [...log.matchAll(new RegExp(`(\\w+) /v1/AUTH_test/${container}/sets/2026/([ab]) `, 'g'))];
    // The first one met no container.
    assert.deepEqual(
      sent.map(([, method, key]) => `${method} ${key}`),
      ['PUT a', 'PUT a', 'PUT b'],
    );
    await dispose();
  });

  it('leaves no version of a file that was refused', async () => {
    const headers = { 'x-auth-user': service.username, 'x-auth-key': service.password };
    const login = await fetch(service.authUrl, { headers });
    const token = { 'x-auth-token': login.headers.get('x-auth-token') ?? '' };
    const container = `${login.headers.get('x-storage-url')}/kept-versions`;
    await fetch(container, { method: 'PUT', headers: { ...token, 'x-versions-enabled': 'true' } });
    const { store, dispose } = await openStore(service, { url: 'swift://kept-versions' });
    await store.write('a', Buffer.from('x'), { ifAbsent: 'best-effort' });
    const refused = await failureFrom(() => store.write('a', Buffer.from('yy'), { ifAbsent: 'best-effort' }));
    assert.equal(refused.code, 'store.conflict');
    const versions = await fetch(`${container}?versions&format=json`, { headers: token });
    assert.deepEqual(
      ((await versions.json()) as { readonly bytes: number }[]).map(({ bytes }) => bytes),
      [1],
    );
    await dispose();
  });

  it('tells a container that is missing from a file that is, and names the request', async () => {
    const missing = openSwift(service, { url: 'swift://nobody-made-this', createContainer: false });
    const store = await missing.open('cloud:');
    const calls = [() => store.stat('a'), () => keysOf(store), () => store.write('a', Buffer.from('x'))];
    for (const call of calls) assert.equal((await failureFrom(call)).code, 'store.no-bucket', String(call));
    await missing.close();
    const reader = openSwift(service, { ...server.reader, createContainer: false });
    const failure = await failureFrom(async () => (await reader.open('cloud:')).stat('a'));
    assert.equal(failure.code, 'store.denied');
    assert.match(JSON.stringify(failure), /"requestId":"tx/);
    await reader.close();
  });
});

describe('the Swift API of Ceph, a real server', function () {
  this.timeout(300_000);
  let server: CephServer;
  let service: SwiftService;

  before(async function () {
    const why = await prepareCeph();
    if (why !== undefined) skip(this, why);
    server = await startCeph();
    const { user, key } = server.swift;
    const login = await fetch(`${server.url}/auth/1.0`, { headers: { 'x-auth-user': user, 'x-auth-key': key } });
    const accountPath = new URL(login.headers.get('x-storage-url') ?? '').pathname;
    service = { url: server.url, authUrl: `${server.url}/auth/1.0`, accountPath, username: user, password: key };
    await keyAccount(service);
  });

  after(() => server?.stop());

  contracts('Ceph RGW 16', () => service);
  swiftCases(() => service);

  it('removes more than one bulk request takes', async () => {
    const { store, dispose } = await openStore(service);
    const keys = Array.from({ length: 1030 }, (_, n) => `many/ä +${n}`);
    await Promise.all(keys.map((key) => store.write(key, Buffer.from(key))));
    await store.remove(keys);
    assert.deepEqual(await keysOf(store), []);
    await dispose();
  });
});

async function openStore(service: SwiftService, options?: { readonly [name: string]: unknown }) {
  const opener = openSwift(service, options);
  return { store: await opener.open('cloud:sets/2026'), dispose: () => opener.close() };
}

function contracts(name: string, serviceOf: () => SwiftService): void {
  driverContract(name, {
    open: () => openStore(serviceOf()),
    timeoutMs,
    onResult: recordContract('swift', name),
    troubled: { 'store.denied': () => openStore(serviceOf(), { password: 'wrong' }) },
  });
  driverContract(`${name} in segments`, {
    open: () => openStore(serviceOf(), { segmentSizeBytes: 1_000_000 }),
    timeoutMs,
  });
}
