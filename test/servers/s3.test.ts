import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { driverContract, startUnkindHttp, type UnkindHttp } from '@dataset-runner/core/testing';
import { failureOf } from '../../packages/core/src/model/failure.ts';
import { createStoreOpener } from '../../packages/core/src/storage/open-store.ts';
import { prepareCeph, startCeph, type CephServer } from '../../scripts/servers/ceph.ts';
import { recordContract } from '../support/record-contract.ts';
import { makeBucket, openUploads } from '../../scripts/servers/s3-bucket.ts';
import { skip } from '../support/skip.ts';

const bucket = 'plankton';

describe('Ceph, a real server of S3', function () {
  // Installing takes its time where it is the first run.
  this.timeout(300_000);
  let server: CephServer;
  let places = 0;

  before(async function () {
    const why = await prepareCeph();
    if (why !== undefined) skip(this, why);
    server = await startCeph();
    await makeBucket(server, bucket);
  });

  after(() => server?.stop());

  async function openStore(more: { readonly [option: string]: unknown } = {}) {
    const { url, accessKeyId, secretAccessKey } = server;
    const entry = { url: `s3://${bucket}/place ä-${places++}`, endpoint: url, accessKeyId, secretAccessKey };
    const opener = createStoreOpener({
      projectDir: '/',
      workDir: '/nowhere',
      allowHosts: ['127.0.0.1'],
      stores: { cloud: { ...entry, conditionalPut: true, partBytes: 200_000, copyBytes: 1_000_000, ...more } },
      retry: { attempts: 4, baseMs: 10, capMs: 50 },
    });
    return { store: await opener.open('cloud:sets/2026'), dispose: () => opener.close() };
  }

  async function openUnkind(more: { readonly [option: string]: unknown } = {}) {
    const proxy = await startUnkindHttp(server.url);
    const { store, dispose } = await openStore({ endpoint: proxy.url, ...more });
    return { store, proxy, dispose: async () => (await dispose(), proxy.close()) };
  }

  driverContract('s3 on Ceph', {
    open: () => openStore(),
    timeoutMs: 60_000,
    listFiles: 2_100,
    unkind: openUnkind,
    troubled: {
      'store.denied': () => openStore({ secretAccessKey: 'wrong' }),
      'store.no-bucket': () => openStore({ url: 's3://no-such-bucket/a' }),
      'store.unavailable': () => openStore({ endpoint: 'http://127.0.0.1:1' }),
      'store.address': () => openStore({ endpoint: server.url.replace('127.0.0.1', '127.0.0.2') }),
    },
    onResult: recordContract('s3', 'Ceph RGW 16'),
  });

  driverContract('s3 on Ceph without conditional writes', {
    open: () => openStore({ conditionalPut: false }),
    timeoutMs: 60_000,
  });

  it('goes on with an upload that was interrupted, part by part', async () => {
    const { store, proxy, dispose } = await openUnkind({ conditionalPut: false });
    const bytes = randomBytes(2_000_000);
    const parts = (): number => partsIn(proxy).length;
    // Part 6 and those after it never arrive.
    proxy.unkind = ({ path }) => (/partNumber=(?:[6-9]|10)\b/.test(path) ? { cutUploadAt: 1000 } : undefined);
    assert.equal((await failureOfWrite(store.write('set.zip', bytes)))?.code, 'store.unavailable');
    assert.equal(await store.stat('set.zip'), undefined);
    proxy.unkind = () => undefined;
    const before = parts();
    await store.write('set.zip', bytes);
    assert.equal(parts() - before, 5);
    assert.equal((await store.stat('set.zip'))?.size, bytes.length);
    assert.deepEqual(await openUploads(server, bucket), []);
    // Other bytes under the same name begin anew.
    proxy.unkind = ({ path }) => (/partNumber=(?:[6-9]|10)\b/.test(path) ? { cutUploadAt: 1000 } : undefined);
    await failureOfWrite(store.write('set.zip', bytes));
    proxy.unkind = () => undefined;
    const other = randomBytes(2_000_000);
    const start = parts();
    const written = await store.write('set.zip', other);
    assert.equal(parts() - start, 10);
    assert.equal(await store.digest('set.zip'), written.digest);
    await dispose();
  });

  it('leaves no parts of an upload whose bytes were wrong', async () => {
    const { store, dispose } = await openStore({ conditionalPut: false });
    const before = await openUploads(server, bucket);
    const half = async function* () {
      yield randomBytes(900_000);
      throw new Error('the source failed');
    };
    await assert.rejects(store.write('wrong', half(), { size: 2_000_000 }), /the source failed/);
    assert.deepEqual(await openUploads(server, bucket), before);
    await dispose();
  });

  it('asks for a listing, a bulk remove and a small file no more often than needed', async () => {
    const { store, proxy, dispose } = await openUnkind({ maxParallel: 32 });
    const keys = Array.from({ length: 5_000 }, (_, n) => `many/${n}`);
    const queue = [...keys];
    const lane = async (): Promise<void> => {
      for (let key = queue.pop(); key !== undefined; key = queue.pop()) await store.write(key, Buffer.from(key));
    };
    await Promise.all(Array.from({ length: 32 }, lane));
    assert.equal(proxy.seen.length, 5_000);
    const count = async (work: () => Promise<unknown>): Promise<number> => {
      const before = proxy.seen.length;
      await work();
      return proxy.seen.length - before;
    };
    const listed: string[] = [];
    const pages = await count(async () => {
      for await (const page of store.list('many/')) listed.push(...page.map(({ key }) => key));
    });
    assert.equal(listed.length, 5_000);
    assert.equal(pages, 5);
    assert.equal(await count(() => store.remove(keys)), 5);
    await dispose();
  });

  it('says what is wrong with credentials', async () => {
    const reasons: readonly [more: object, reason: RegExp][] = [
      [{ accessKeyId: 'AKIANOBODY' }, /does not know this access key/],
      [{ secretAccessKey: 'wrong' }, /does not fit the access key/],
    ];
    for (const [more, reason] of reasons) {
      const { store, dispose } = await openStore({ ...more });
      const failure = await failureOfWrite(store.write('a', Buffer.from('x')));
      assert.equal(failure?.code, 'store.denied');
      assert.match(String('reason' in failure && failure.reason), reason);
      assert.match(String('requestId' in failure && failure.requestId), /^tx/);
      await dispose();
    }
  });

  it('reads without credentials where a bucket is open to all, and says where it is not', async () => {
    const { store, dispose } = await openStore({ anonymous: true, accessKeyId: undefined });
    assert.equal((await failureOfWrite(store.write('a', Buffer.from('x'))))?.code, 'store.denied');
    assert.equal((await failureOfWrite(Promise.resolve(store.stat('a'))))?.code, 'store.denied');
    await dispose();
  });
});

function partsIn(proxy: UnkindHttp) {
  return proxy.seen.filter(({ method, path }) => method === 'PUT' && path.includes('partNumber='));
}

async function failureOfWrite(work: Promise<unknown>) {
  return work.then(
    () => undefined,
    (error: unknown) => failureOf(error),
  );
}
