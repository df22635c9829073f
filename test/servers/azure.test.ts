import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { driverContract } from '@dataset-runner/core/testing';
import { createHttpClient } from '../../packages/core/src/lib/http-client.ts';
import type { ByteRange } from '../../packages/core/src/model/driver.ts';
import { failureOf } from '../../packages/core/src/model/failure.ts';
import { sha256 } from '../../packages/core/src/lib/digest.ts';
import { AzureCalls } from '../../packages/core/src/storage/drivers/azure-calls.ts';
import { openAzure } from '../../packages/core/src/storage/drivers/azure-client.ts';
import { pagesBySdk } from '../../packages/core/src/storage/drivers/azure-list.ts';
import { pagesOf } from '../../packages/core/src/storage/drivers/pages.ts';
import { readBlob } from '../../packages/core/src/storage/drivers/azure-read.ts';
import type { StoreSettings } from '../../packages/core/src/storage/open-store.ts';
import { failureFrom } from '../../packages/core/src/testing/failure-from.ts';
import { prepareAzurite, startAzurite, type AzuriteServer } from '../../scripts/servers/azurite.ts';
import { sasToken } from '../support/azure-sas.ts';
import { faultyProxy, type FaultyProxy } from '../support/faulty-proxy.ts';
import { flatStream } from '../support/flat-stream.ts';
import { recordContract } from '../support/record-contract.ts';
import { skip } from '../support/skip.ts';
import { bytesOf, entriesOf, openCloud } from '../../packages/core/test/storage/support.ts';

const megabyte = 1024 * 1024;
const large = randomBytes(4_500_000);

describe('azurite, the double of Azure Blob Storage', function () {
  // Installing takes its time where it is the first run.
  this.timeout(300_000);
  let server: AzuriteServer;
  let proxy: FaultyProxy;
  let containers = 0;
  const opened: (() => Promise<void>)[] = [];

  before(async function () {
    const why = await prepareAzurite();
    if (why !== undefined) skip(this, why);
    server = await startAzurite();
    proxy = await faultyProxy(server.endpoint);
  });

  after(async () => {
    await proxy?.[Symbol.asyncDispose]();
    await server?.stop();
  });

  beforeEach(() => {
    proxy.fault = () => undefined;
    proxy.requests.length = 0;
  });

  afterEach(async () => {
    for (const close of opened.splice(0)) await close();
  });

  async function openPlace(settings: Partial<StoreSettings> = {}) {
    const { endpoint, accountName, accountKey } = server;
    const given = {
      url: `az://place-${containers++}/sets ä`,
      endpoint,
      accountName,
      accountKey,
      createContainer: true,
      // Several blocks for the large file of the contract.
      blockBytes: 1_000_000,
      ...settings,
    };
    const retry = { attempts: 3, baseMs: 10, capMs: 50 };
    const { store, close: dispose } = await openCloud(given, { place: 'cloud:2026', retry });
    return { store, dispose };
  }

  driverContract('azurite', {
    open: () => openPlace(),
    timeoutMs: 30_000,
    onResult: recordContract('az', 'Azurite 3.35'),
    troubled: { 'store.denied': () => openPlace({ accountKey: Buffer.from('wrong').toString('base64') }) },
  });

  async function open(settings: Partial<StoreSettings> = {}) {
    const { store, dispose } = await openPlace(settings);
    opened.push(dispose);
    return store;
  }

  const throughProxy = () => ({ endpoint: proxy.url + new URL(server.endpoint).pathname });
  const blocks = () => proxy.requests.filter((line) => line.includes('comp=block&')).length;

  it('denies a wrong key with the reason and the id of the request', async () => {
    const store = await open({ accountKey: Buffer.from('wrong').toString('base64') });
    const failure = await failureFrom(() => store.stat('a'));
    assert.partialDeepStrictEqual(failure, { code: 'store.denied', status: 403 });
    const { reason = '', requestId = '' } = failure as { reason?: string; requestId?: string };
    // The service itself says AuthenticationFailed.
    assert.match(reason, /AuthorizationFailure/);
    assert.match(requestId, /^[0-9a-f-]{30,}$/);
  });

  it('opens with a connection string, and with shared access signatures that may not do all', async () => {
    const url = `az://place-${containers++}`;
    const whole = await open({ url });
    await whole.write('a', Buffer.from('x'));
    const { accountName, accountKey, endpoint } = server;
    const parts = [`AccountName=${accountName}`, `AccountKey=${accountKey}`, `BlobEndpoint=${endpoint}`];
    const connected = await open({ url, connectionString: `DefaultEndpointsProtocol=http;${parts.join(';')}` });
    assert.equal((await connected.stat('a'))?.size, 1);
    const reader = await open({ url, accountKey: '', sasToken: sasToken(server, 'rl', 60_000) });
    assert.equal((await reader.stat('a'))?.size, 1);
    assert.equal((await entriesOf(reader.list())).length, 1);
    assert.equal(String(await bytesOf(await reader.read('a'))), 'x');
    assert.equal((await failureFrom(() => reader.write('b', Buffer.from('x')))).code, 'store.denied');
    assert.equal((await failureFrom(() => reader.remove(['a']))).code, 'store.denied');
    assert.equal((await failureFrom(() => reader.signedUrl('a', { expiresMs: 1000 }))).code, 'store.read-only');
    const late = await open({ url, accountKey: '', sasToken: sasToken(server, 'rlwd', -60_000) });
    assert.equal((await failureFrom(() => late.stat('a'))).code, 'store.denied');
    const failure = await failureFrom(() => late.read('a'));
    const { code, reason = '' } = failure as { code?: string; reason?: string };
    assert.equal(code, 'store.denied');
    assert.match(reason, /^the shared access signature ended at 20/);
    // The signature itself is nobody's to read.
    assert.doesNotMatch(JSON.stringify(failure), /sig=/);
  });

  it("reads by the SDK's own requests too, which logins go by", async () => {
    const store = await open();
    await Promise.all([store.write('ä b', large), store.write('none', new Uint8Array())]);
    const { endpoint, accountName, accountKey } = server;
    const client = createHttpClient({ allowHosts: ['127.0.0.1'] });
    const access = await openAzure(`place-${containers - 1}`, { endpoint, accountName, accountKey }, client);
    const { container } = await access.sdk();
    const read = async (key: string, range?: ByteRange): Promise<Buffer> =>
      bytesOf(await readBlob(container.getBlockBlobClient(`sets ä/2026/${key}`), range, undefined));
    assert.deepEqual(await read('ä b'), large);
    assert.deepEqual(await read('ä b', { start: 7, end: 1_000_007 }), large.subarray(7, 1_000_007));
    assert.deepEqual(await read('ä b', { start: large.length - 3 }), large.subarray(-3));
    for (const start of [5, large.length, large.length + 5])
      assert.equal((await read('ä b', { start, end: start })).length, 0);
    assert.equal((await read('ä b', { start: large.length })).length, 0);
    assert.equal((await read('none')).length, 0);
    const calls = new AzureCalls({ access, isMade: false, patiently: (call) => call() });
    const pages = pagesOf(pagesBySdk(access, calls, { root: 'sets ä/2026/', prefix: '', signal: undefined }));
    assert.deepEqual((await Array.fromAsync(pages)).flat(), await entriesOf(store.list()));
    await assert.rejects(read('gone'), { name: 'RestError', statusCode: 404 });
    client.close();
  });

  it('tells a container that is not there from a file that is not', async () => {
    const store = await open({ createContainer: false });
    const acts = [
      () => store.stat('a'),
      () => store.read('a'),
      () => entriesOf(store.list()),
      () => store.write('a', Buffer.from('x')),
      () => store.write('a', large),
      () => store.remove(['a']),
      () => store.remove(['a', 'b']),
      () => store.copy('a', 'b'),
    ];
    for (const act of acts) assert.equal((await failureFrom(act)).code, 'store.no-bucket', String(act));
  });

  it('waits as long as the service asks, and tells the time when that is too long', async () => {
    const store = await open(throughProxy());
    let faults = 0;
    proxy.fault = () => (faults++ === 0 ? { status: 503, headers: { 'retry-after': '1' } } : undefined);
    const startedMs = performance.now();
    assert.equal(await store.stat('gone'), undefined);
    assert.ok(performance.now() - startedMs >= 950);
    // Without a time it is the service's own word that tells "slow down" from "not there".
    proxy.fault = () => ({ status: 503, headers: { 'x-ms-error-code': 'ServerBusy' } });
    assert.equal((await failureFrom(() => store.stat('gone'))).code, 'store.throttled');
    proxy.fault = () => ({ status: 503 });
    assert.equal((await failureFrom(() => entriesOf(store.list()))).code, 'store.unavailable');
    // Last: after it the whole host is left alone for a minute.
    proxy.fault = () => ({ status: 503, headers: { 'retry-after': '3600' } });
    const failure = await failureFrom(() => store.stat('gone'));
    assert.partialDeepStrictEqual(failure, { code: 'store.throttled', retryAfterMs: 3_600_000 });
  });

  it('goes on with the blocks of an upload that was interrupted, also in another process', async () => {
    const settings = { url: `az://place-${containers++}`, ...throughProxy() };
    let isDown = true;
    proxy.fault = ({ url = '' }) =>
      isDown && url.includes('comp=blocklist') && !url.includes('uncommitted') ? { cut: 'request' } : undefined;
    const failure = await failureFrom(async () => (await open(settings)).write('large', large));
    assert.equal(failure.code, 'store.unavailable');
    // Five, once: the tries of one write already find what the one before them sent.
    assert.equal(blocks(), 5);
    isDown = false;
    const store = await open(settings);
    assert.equal(await store.stat('large'), undefined);
    await store.write('large', large);
    assert.equal(blocks(), 5);
    assert.equal(await store.digest('large'), sha256(large));
  });

  it('heals one block of a stream that was cut or garbled', async () => {
    const store = await open(throughProxy());
    for (const fault of [{ cut: 'request' }, { cut: 'answer' }, { flips: 'request' }, { status: 500 }] as const) {
      let faults = 0;
      proxy.fault = ({ url = '' }) => (url.includes('comp=block&') && faults++ === 2 ? fault : undefined);
      const name = JSON.stringify(fault);
      await store.write(name, pieces(large), { size: large.length });
      assert.equal(await store.digest(name), sha256(large));
      assert.equal(faults, 6, name);
    }
  });

  it('keeps one whole version when many write one large file, and one winner of those who may not replace it', async () => {
    const store = await open();
    const contents = Array.from({ length: 4 }, () => randomBytes(2_500_000));
    const replaced = await Promise.allSettled(contents.map((bytes) => store.write('large', bytes)));
    assert.ok(replaced.some(({ status }) => status === 'fulfilled'));
    const digests = contents.map((bytes) => sha256(bytes));
    assert.ok(digests.includes(await store.digest('large')));
    const once = await Promise.allSettled(contents.map((bytes) => store.write('once', bytes, { ifAbsent: true })));
    const winners = once.flatMap(({ status }, n) => (status === 'fulfilled' ? [n] : []));
    assert.equal(winners.length, 1);
    assert.equal(await store.digest('once'), digests[winners[0] ?? -1]);
    for (const result of once)
      if (result.status === 'rejected') assert.equal(failureOf(result.reason)?.code, 'store.conflict');
  });

  it('never stores a garbled file, and never passes one on', async () => {
    const store = await open(throughProxy());
    await store.write('a', Buffer.from('made'));
    proxy.fault = ({ method }) => (method === 'PUT' ? { flips: 'request' } : undefined);
    assert.equal((await failureFrom(() => store.write('b', large.subarray(0, 50_000)))).code, 'store.corrupt');
    assert.equal(await store.stat('b'), undefined);
    proxy.fault = ({ method }) => (method === 'GET' ? { flips: 'answer' } : undefined);
    assert.equal((await failureFrom(async () => bytesOf(await store.read('a')))).code, 'store.corrupt');
  });

  it('goes on with a download that was cut, and never joins halves of two versions', async () => {
    const store = await open(throughProxy());
    await store.write('large', large);
    let cuts = 0;
    proxy.fault = ({ method }) => (method === 'GET' && cuts++ < 3 ? { cut: 'body' } : undefined);
    assert.equal(Buffer.compare(await bytesOf(await store.read('large')), large), 0);
    proxy.fault = ({ method }) => (method === 'GET' ? { cut: 'body' } : undefined);
    const stream = await store.read('large');
    proxy.fault = () => undefined;
    await store.write('large', randomBytes(large.length));
    assert.equal((await failureFrom(() => bytesOf(stream))).code, 'store.corrupt');
  });

  it('never sends a conditional write twice when its answer was lost', async () => {
    const store = await open(throughProxy());
    await store.write('a', Buffer.from('x'));
    proxy.requests.length = 0;
    proxy.fault = ({ method }) => (method === 'PUT' ? { cut: 'answer' } : undefined);
    const failure = await failureFrom(() => store.write('once', Buffer.from('x'), { ifAbsent: true }));
    assert.equal(failure.code, 'store.unavailable');
    assert.equal(proxy.requests.length, 1);
  });

  it('signs a URL that reads one file until it expires', async () => {
    const store = await open();
    await store.write('ä +%.txt', Buffer.from('signed'));
    const url = await store.signedUrl('ä +%.txt', { expiresMs: 60_000 });
    assert.equal(await (await fetch(url)).text(), 'signed');
    const put = await fetch(url, { method: 'PUT', body: 'x', headers: { 'x-ms-blob-type': 'BlockBlob' } });
    assert.equal(put.status, 403);
    const expired = await store.signedUrl('ä +%.txt', { expiresMs: -60_000 });
    assert.equal((await fetch(expired)).status, 403);
  });

  it('lists 5,001 files in two requests and removes 300 in two', async () => {
    const store = await open({ ...throughProxy(), maxParallel: 32 });
    const keys = Array.from({ length: 5001 }, (_, n) => `many/${n}`);
    for (let at = 0; at < keys.length; at += 500)
      await Promise.all(keys.slice(at, at + 500).map((key) => store.write(key, Buffer.from('x'))));
    proxy.requests.length = 0;
    assert.equal((await entriesOf(store.list())).length, 5001);
    assert.equal(proxy.requests.length, 2);
    proxy.requests.length = 0;
    await store.remove(keys.slice(0, 300));
    assert.equal(proxy.requests.length, 2);
    assert.equal((await entriesOf(store.list())).length, 4701);
  });

  it('streams 300 MB in flat memory', async () => {
    await flatStream(await open({ blockBytes: 8 * megabyte }));
  });
});

async function* pieces(bytes: Uint8Array): AsyncGenerator<Uint8Array, void, undefined> {
  for (let at = 0; at < bytes.length; at += 100_000) yield bytes.subarray(at, at + 100_000);
}
