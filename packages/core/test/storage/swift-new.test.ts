import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Store } from '../../src/model/store.ts';
import { createStoreOpener, type StoreOpener } from '../../src/storage/open-store.ts';
import { failureFrom } from '../../src/testing/failure-from.ts';
import { bytesOf } from './support.ts';

interface Stored {
  readonly bytes: Buffer;
  readonly type: string;
}

/** What the service does instead of its answer; `after` means the request was carried out all the same. */
type Fault = { readonly status: number } | { readonly cut: 'before' | 'after' } | undefined;

/** A Swift, or a Ceph, which ignores every condition. Its listings lag behind: they are empty. */
class SmallSwift {
  /** Undefined: the service tells nothing of itself. */
  info: object | undefined = { slo: { min_segment_size: 1 } };
  containerHeaders: { readonly [name: string]: string } = {};
  /** What it answers when a container is to be made, in order; then 204. */
  containerAnswers: number[] = [];
  /** By container and name. */
  readonly objects = new Map<string, Stored>();
  /** `METHOD container/name` of all requests about objects in order, with `new` where they are to replace nothing. */
  readonly requests: string[] = [];
  /** Of a removal in bulk, which finds nothing. */
  readonly bulkAnswer = { 'Number Deleted': 0, 'Number Not Found': 12, 'Response Status': '200 OK' };
  /** Asked at every request about an object. */
  fault: (method: string, url: string) => Fault = () => undefined;

  async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = '', url = '', headers } = request;
    const bytes = await bytesOf(request as AsyncIterable<Uint8Array>);
    if (url === '/info') return void response.writeHead(this.info === undefined ? 404 : 200).end(text(this.info));
    const path = (url.split('?')[0] ?? '').slice('/v1/lab/'.length);
    if (method === 'POST') return void response.writeHead(200).end(text(this.bulkAnswer));
    if (!path.includes('/'))
      return void response
        .writeHead(
          method === 'GET' ? 200 : (method === 'PUT' && this.containerAnswers.shift()) || 204,
          this.containerHeaders,
        )
        .end(method === 'GET' ? '[]' : '');
    const isNew = headers['if-none-match'] === '*';
    this.requests.push(`${method} ${path}${isNew ? ' new' : ''}`);
    const fault = this.fault(method, url);
    if (fault !== undefined && 'status' in fault) return void response.writeHead(fault.status).end();
    if (fault?.cut === 'before') return void request.socket.destroy();
    const found = this.objects.get(path);
    const isRefused = method === 'PUT' && isNew && this.info !== undefined && found !== undefined;
    const type = headers['content-type'] ?? 'application/octet-stream';
    if (method === 'PUT' && !isRefused) this.objects.set(path, { bytes, type });
    if (fault?.cut === 'after') return void request.socket.destroy();
    if (isRefused) response.writeHead(412).end();
    else if (method === 'PUT') response.writeHead(201, { etag: md5(bytes) }).end();
    else if (method === 'DELETE') response.writeHead(this.objects.delete(path) ? 204 : 404).end();
    else response.writeHead(found === undefined ? 404 : 200, tell(found)).end();
  }
}

const text = (value: object | undefined): string => JSON.stringify(value ?? {});
const md5 = (bytes: Uint8Array | string): string => createHash('md5').update(bytes).digest('hex');

function tell(found: Stored | undefined): { readonly [name: string]: string } {
  if (found === undefined) return {};
  const { bytes, type } = found;
  if (!bytes.includes('"size_bytes"'))
    return { etag: md5(bytes), 'content-length': String(bytes.length), 'content-type': type };
  const parts = JSON.parse(String(bytes)) as { readonly etag: string; readonly size_bytes: number }[];
  const sizeBytes = parts.reduce((sum, part) => sum + part.size_bytes, 0);
  const etag = md5(parts.map((part) => part.etag).join(''));
  return { etag, 'content-length': String(sizeBytes), 'x-static-large-object': 'True' };
}

describe('a write to a Swift that must not replace', () => {
  let swift: SmallSwift;
  let store: Store;
  let opener: StoreOpener;
  let close: () => void;

  beforeEach(async () => {
    swift = new SmallSwift();
    const server = createServer((request, response) => {
      swift.answer(request, response).catch(() => response.destroy());
    });
    await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
    const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1/lab`;
    opener = createStoreOpener({
      projectDir: '/',
      workDir: '/nowhere',
      allowHosts: ['127.0.0.1'],
      stores: { cloud: { url: 'swift://box', token: 't', endpoint, segmentSizeBytes: 3_000_000 } },
      retry: { attempts: 3, baseMs: 1, capMs: 5 },
    });
    store = await opener.open('cloud:');
    close = () => {
      server.closeAllConnections();
      server.close();
    };
  });

  afterEach(async () => {
    await opener.close();
    close();
  });

  const write = (key: string, bytes: string | Buffer) =>
    store.write(key, Buffer.from(bytes), { ifAbsent: 'best-effort' });
  const lies = (key: string): string => String(swift.objects.get(`box/${key}`)?.bytes);

  it('is one request where the service itself refuses', async () => {
    await write('a', 'mine');
    await store.write('b', streamOf('also mine'), { size: 9, ifAbsent: 'best-effort' });
    assert.deepEqual(swift.requests, ['PUT box/a new', 'PUT box/b new']);
    assert.equal((await failureFrom(() => write('a', 'other'))).code, 'store.conflict');
    assert.deepEqual([lies('a'), lies('b')], ['mine', 'also mine']);
    assert.equal(store.guarantees.conditionalPut, false, 'it is no lock');
  });

  const looks: readonly [where: string, change: () => void][] = [
    ['tells nothing of itself', () => void (swift.info = undefined)],
    ['is a Ceph', () => void (swift.info = { slo: { max_manifest_segments: 1000 }, swift: { version: '16.2.15' } })],
    ['keeps versions', () => void (swift.containerHeaders = { 'x-versions-enabled': 'True' })],
    ['keeps old versions elsewhere', () => void (swift.containerHeaders = { 'x-versions-location': 'old' })],
    ['keeps its history elsewhere', () => void (swift.containerHeaders = { 'x-history-location': 'old' })],
  ];
  for (const [where, change] of looks) {
    it(`looks first where the service ${where}`, async () => {
      change();
      await write('a', 'mine');
      assert.equal((await failureFrom(() => write('a', 'other'))).code, 'store.conflict');
      assert.deepEqual(swift.requests, ['HEAD box/a', 'PUT box/a', 'HEAD box/a']);
      assert.equal(lies('a'), 'mine');
    });
  }

  it('looks before it sends much', async () => {
    for (const sizeBytes of [1_100_000, 4_000_000]) {
      swift.objects.set('box/a', { bytes: Buffer.from('there'), type: 'image/png' });
      const failure = await failureFrom(() => write('a', Buffer.alloc(sizeBytes)));
      assert.equal(failure.code, 'store.conflict');
    }
    assert.deepEqual(swift.requests, ['HEAD box/a', 'HEAD box/a']);
    assert.equal(lies('a'), 'there');
  });

  it('knows its own file again when the answer was lost', async () => {
    let puts = 0;
    swift.fault = (method) => (method === 'PUT' && ++puts === 1 ? { cut: 'after' } : undefined);
    await write('a', 'mine');
    assert.deepEqual(swift.requests, ['PUT box/a new', 'PUT box/a new', 'HEAD box/a']);
    assert.equal(lies('a'), 'mine');
  });

  it('knows it also on a kept connection that was cut', async () => {
    await write('first', 'makes a connection');
    let puts = 0;
    swift.fault = (method) => (method === 'PUT' && ++puts === 1 ? { cut: 'after' } : undefined);
    await write('a', 'mine');
    assert.equal(lies('a'), 'mine');
  });

  it("takes nobody else's file for its own after a lost answer, nor replaces it", async () => {
    let puts = 0;
    swift.fault = (method) => {
      if (method !== 'PUT' || ++puts > 1) return undefined;
      swift.objects.set('box/a', { bytes: Buffer.from('theirs'), type: 'image/png' });
      return { cut: 'before' };
    };
    assert.equal((await failureFrom(() => write('a', 'mine'))).code, 'store.conflict');
    assert.equal(lies('a'), 'theirs');
  });

  it('refuses a file of the same bytes when no answer was lost', async () => {
    swift.objects.set('box/a', { bytes: Buffer.from('same'), type: 'image/png' });
    assert.equal((await failureFrom(() => write('a', 'same'))).code, 'store.conflict');
  });

  for (const [how, info] of [
    ['with a look', undefined],
    ['without one', { slo: { min_segment_size: 1 } }],
  ] as const) {
    it(`tries again what may pass, ${how}`, async () => {
      swift.info = info;
      let puts = 0;
      swift.fault = (method) => (method === 'PUT' && ++puts <= 2 ? { status: 503 } : undefined);
      await write('a', 'mine');
      assert.deepEqual([lies('a'), puts], ['mine', 3]);
    });
  }

  it('tries again where the service does not find a container that is there', async () => {
    let puts = 0;
    swift.fault = (method) => (method === 'PUT' && ++puts <= 3 ? { status: 404 } : undefined);
    await write('a', 'mine');
    await store.write('b', streamOf('also mine'), { size: 9 });
    assert.deepEqual([lies('a'), lies('b'), puts], ['mine', 'also mine', 5]);
    swift.fault = (method) => (method === 'PUT' ? { status: 404 } : undefined);
    const failure = await failureFrom(() => write('c', 'mine'));
    assert.equal(failure.code, 'store.unavailable');
    assert.match(JSON.stringify(failure), /does not find its container box, which is there/);
  });

  it('removes what it is said not to find and is there, one by one and in bulk', async () => {
    const keys = Array.from({ length: 12 }, (_, n) => `k${n}`);
    for (const some of [keys.slice(0, 2), keys]) {
      for (const key of some) await write(key, 'x');
      const told = new Set<string>();
      swift.fault = (method, url) => {
        if (method !== 'DELETE' || told.has(url)) return undefined;
        told.add(url);
        return { status: 404 };
      };
      await store.remove(some);
      assert.deepEqual([swift.objects.size, told.size], [0, some.length]);
    }
  });

  it('tries the manifest of a large file again, without its parts', async () => {
    let manifests = 0;
    swift.fault = (_, url) =>
      url.endsWith('?multipart-manifest=put') && ++manifests === 1 ? { status: 503 } : undefined;
    const { size } = await write('a', Buffer.alloc(4_000_000));
    assert.deepEqual([size, manifests], [4_000_000, 2]);
    assert.equal(swift.requests.filter((request) => request.startsWith('PUT box_segments/')).length, 2);
  });

  it('takes the container for parts for made when another writer makes it, and asks again where that may pass', async () => {
    swift.containerAnswers = [503, 409];
    const { size } = await store.write('a', blocksOf(4), { size: 4_000_000 });
    assert.deepEqual([size, swift.containerAnswers], [4_000_000, []]);
  });

  it('replaces the mark of a folder, which no listing shows', async () => {
    swift.objects.set('box/a', { bytes: Buffer.alloc(0), type: 'application/directory' });
    await write('a', 'mine');
    assert.equal(lies('a'), 'mine');
  });
});

/** Blocks of a million zeros each, which can be read once. */
async function* blocksOf(count: number): AsyncGenerator<Uint8Array> {
  for (let n = 0; n < count; n++) yield Buffer.alloc(1_000_000);
}

async function* streamOf(content: string): AsyncGenerator<Uint8Array> {
  yield Buffer.from(content);
}
