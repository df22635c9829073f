import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { sha256 } from '../../src/lib/digest.ts';
import type { Store } from '../../src/model/store.ts';
import type { StoreSettings } from '../../src/storage/open-store.ts';
import { failureFrom } from '../../src/testing/failure-from.ts';
import { startGcsServer, type GcsServer } from '../../src/testing/gcs-server.ts';
import { openGcs } from './gcs-place.ts';
import { bytesOf, entriesOf } from './support.ts';

const large = randomBytes(2_000_000);
const key = 'large.bin';

describe('Google Cloud Storage in trouble', () => {
  let server: GcsServer;
  let store: Store;
  const opened: (() => Promise<void>)[] = [];

  beforeEach(async () => {
    server = await startGcsServer({ token: 'let-me-in' });
    server.objects.createBucket('plankton');
    store = await open();
  });

  afterEach(async () => {
    for (const close of opened.splice(0)) await close();
    await server.close();
  });

  async function open(settings: Partial<StoreSettings> = {}): Promise<Store> {
    const { store: made, close } = await openGcs(server.url, settings);
    opened.push(close);
    return made;
  }

  /** Chunks that were sent, without questions how far they got. */
  const puts = () => server.requests.filter((line) => line.startsWith('PUT')).length;
  const isChunk = (range = '') => /^bytes \d/.test(range);

  it('goes on in the middle of a chunk that was cut, also of a stream', async () => {
    let cuts = 0;
    server.fault = ({ method, headers }) =>
      method === 'PUT' && isChunk(headers['content-range']) && cuts++ === 1 ? { cut: 'upload' } : undefined;
    const entry = await store.write(key, pieces(large), { size: large.length });
    assert.equal(entry.size, large.length);
    assert.equal(await store.digest(key), sha256(large));
    // Four chunks, the rest of one once more, and one question.
    assert.equal(puts(), 6);
  });

  it('takes a last chunk whose answer was lost for done', async () => {
    let cuts = 0;
    server.fault = ({ method, headers }) =>
      method === 'PUT' && /-1999999\//.test(headers['content-range'] ?? '') && cuts++ === 0
        ? { cut: 'answer' }
        : undefined;
    await store.write(key, pieces(large), { size: large.length });
    assert.equal(await store.digest(key), sha256(large));
    assert.equal(server.requests.filter((line) => line.includes('uploadType=resumable&name')).length >= 1, true);
    assert.equal(puts(), 5);
  });

  it('goes on with the same upload at the next try, from where it was', async () => {
    // As often as one try has patience for a chunk.
    let refusals = 4;
    const chunks: string[] = [];
    server.fault = ({ method, headers }) => {
      const range = headers['content-range'] ?? '';
      if (method !== 'PUT' || !isChunk(range)) return undefined;
      chunks.push(range.replace('bytes ', '').replace('/2000000', ''));
      return range.startsWith('bytes 1048576-') && refusals-- > 0 ? { status: 503 } : undefined;
    };
    await store.write(key, large, { digest: sha256(large) });
    assert.equal(await store.digest(key), sha256(large));
    const third = '1048576-1572863';
    assert.deepEqual(chunks, ['0-524287', '524288-1048575', third, third, third, third, third, '1572864-1999999']);
    assert.equal(server.requests.filter((line) => line.startsWith('POST')).length, 1);
  });

  it('starts over when the service forgot the upload', async () => {
    let isFirst = true;
    server.fault = ({ method, headers }) => {
      if (method === 'PUT' && (headers['content-range'] ?? '').startsWith('bytes 524288-') && isFirst) {
        isFirst = false;
        server.uploads.forget();
      }
      return undefined;
    };
    await store.write(key, large);
    assert.equal(await store.digest(key), sha256(large));
  });

  it('gives up an upload that is aborted, at the service too', async () => {
    const controller = new AbortController();
    server.fault = ({ headers }) => {
      if ((headers['content-range'] ?? '').startsWith('bytes 1048576-')) controller.abort(new Error('enough'));
      return undefined;
    };
    await assert.rejects(store.write(key, large, { signal: controller.signal }), /enough/);
    assert.equal(server.uploads.openCount, 0);
    assert.equal(await store.stat(key), undefined);
  });

  it('never sends a conditional write twice when its answer was lost', async () => {
    server.fault = ({ method }) => (method === 'POST' ? { cut: 'answer' } : undefined);
    const failure = await failureFrom(() => store.write('once', Buffer.from('x'), { ifAbsent: true }));
    assert.equal(failure.code, 'store.unavailable');
    assert.equal(server.requests.length, 1);
  });

  it('sends a short stream again, which nobody else can', async () => {
    let faults = 0;
    server.fault = ({ method }) => (method === 'POST' && faults++ === 0 ? { status: 503 } : undefined);
    await store.write('short', pieces(large.subarray(0, 100_000)));
    assert.equal((await store.stat('short'))?.size, 100_000);
    assert.equal(faults, 2);
  });

  it('takes away what was stored with other bytes, whoever garbled them', async () => {
    server.objects.isCareless = true;
    for (const bytes of [Buffer.from('short'), large]) {
      const failure = await failureFrom(() => store.write(key, bytes));
      assert.equal(failure.code, 'store.corrupt');
      assert.equal(await store.stat(key), undefined);
    }
  });

  it('says store.corrupt when one byte of a download is wrong', async () => {
    await store.write('short', Buffer.from('plankton'));
    server.fault = ({ url = '' }) => (url.includes('alt=media') ? { flips: true } : undefined);
    const failure = await failureFrom(async () => bytesOf(await store.read('short')));
    assert.equal(failure.code, 'store.corrupt');
  });

  it('goes on with a download that was cut', async () => {
    await store.write(key, large);
    let cuts = 0;
    server.fault = ({ url = '' }) => (url.includes('alt=media') && cuts++ < 2 ? { cut: 'body' } : undefined);
    assert.equal(Buffer.compare(await bytesOf(await store.read(key)), large), 0);
    assert.equal(cuts, 3);
  });

  it('never joins halves of two generations', async () => {
    await store.write(key, large);
    server.fault = ({ url = '' }) => (url.includes('alt=media') ? { cut: 'body' } : undefined);
    const stream = await store.read(key);
    server.fault = () => undefined;
    await store.write(key, randomBytes(large.length));
    assert.equal((await failureFrom(() => bytesOf(stream))).code, 'store.corrupt');
  });

  it('waits as long as the service asks, and tells the time when that is too long', async () => {
    let faults = 0;
    const busy = { status: 429, reason: 'rateLimitExceeded', headers: { 'retry-after': '1' } };
    server.fault = () => (faults++ === 0 ? busy : undefined);
    const startedMs = performance.now();
    assert.equal(await store.stat('gone'), undefined);
    assert.ok(performance.now() - startedMs >= 950);
    server.fault = () => ({ ...busy, headers: { 'retry-after': '3600' } });
    const failure = await failureFrom(() => store.stat('gone'));
    assert.partialDeepStrictEqual(failure, { code: 'store.throttled', retryAfterMs: 3_600_000 });
  });

  it('asks again for the page of a listing that failed, and for no other', async () => {
    for (let n = 0; n < 1500; n++)
      server.objects.put('plankton', `sets ä/2026/${n}`, Buffer.from('x'), { query: new URLSearchParams() });
    let pages = 0;
    server.fault = () => (++pages === 2 ? { status: 503 } : undefined);
    assert.equal((await entriesOf(store.list())).length, 1500);
    assert.equal(server.requests.length, 3);
  });

  it('tells a bucket that is not there from a file that is not', async () => {
    const elsewhere = await open({ url: 'gs://no-such-bucket' });
    const acts = [
      () => elsewhere.stat('a'),
      () => elsewhere.read('a'),
      () => entriesOf(elsewhere.list()),
      () => elsewhere.write('a', Buffer.from('x')),
      () => elsewhere.write('a', large),
      () => elsewhere.remove(['a']),
      () => elsewhere.copy('a', 'b'),
    ];
    for (const act of acts) assert.equal((await failureFrom(act)).code, 'store.no-bucket', String(act));
  });

  it('makes the bucket with the first write when it may, and finds nothing in it before', async () => {
    const fresh = await open({ url: 'gs://fresh', createBucket: true, projectId: 'lab' });
    assert.equal(await fresh.stat('a'), undefined);
    assert.deepEqual(await entriesOf(fresh.list()), []);
    await fresh.remove(['a', 'b']);
    await Promise.all(['a', 'b', 'c'].map((name) => fresh.write(name, Buffer.from(name))));
    assert.equal((await entriesOf(fresh.list())).length, 3);
    assert.ok(server.requests.includes('POST /storage/v1/b?project=lab'));
  });

  it('copies a large object in as many calls as the service wants', async () => {
    await store.write(key, large);
    server.requests.length = 0;
    const entry = await store.copy(key, 'copy.bin');
    assert.equal(entry.size, large.length);
    assert.deepEqual(
      server.requests.map((line) => line.includes('rewriteToken=')),
      [false, true],
    );
    assert.equal(await store.digest('copy.bin'), sha256(large));
  });

  it('is denied with the reason and the id of the request', async () => {
    server.fault = () => ({ status: 403, reason: 'forbidden', headers: { 'x-guploader-uploadid': 'ABC' } });
    const failure = await failureFrom(() => store.stat('a'));
    assert.partialDeepStrictEqual(failure, { code: 'store.denied', status: 403, requestId: 'ABC', reason: 'injected' });
    const nobody = await open({ token: '', anonymous: true });
    server.fault = () => undefined;
    assert.equal((await failureFrom(() => nobody.stat('a'))).code, 'store.denied');
  });
});

async function* pieces(bytes: Uint8Array): AsyncGenerator<Uint8Array, void, undefined> {
  for (let at = 0; at < bytes.length; at += 100_000) yield bytes.subarray(at, at + 100_000);
}
