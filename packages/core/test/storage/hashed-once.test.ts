import assert from 'node:assert/strict';
import { hash, randomBytes } from 'node:crypto';
import type { Digest } from '../../src/lib/digest.ts';
import { wholeStream } from '../../src/lib/whole-stream.ts';
import type { Bytes, Driver, ReadStream, WriteOptions } from '../../src/model/driver.ts';
import type { FileRef } from '../../src/model/file-ref.ts';
import { countedStream } from '../../src/storage/counted-stream.ts';
import { checkedStream } from '../../src/storage/drivers/checked-stream.ts';
import { MemoryDriver } from '../../src/storage/drivers/memory.ts';
import { ManagedStore } from '../../src/storage/managed-store.ts';
import { verifiedStream } from '../../src/storage/verified-stream.ts';
import { failureFrom } from '../../src/testing/failure-from.ts';
import { bytesOf } from './support.ts';

const bytes = randomBytes(3_000_000);
const md5 = hash('md5', bytes);
const refOf = (digest: Digest): FileRef => ({ $type: 'file', store: 'cloud:', key: 'a', size: bytes.length, digest });

function streamed(all: Uint8Array): ReadStream {
  const pieces = async function* (): AsyncGenerator<Uint8Array> {
    for (let at = 0; at < all.length; at += 65_536) yield all.subarray(at, at + 65_536);
  };
  return Object.assign(pieces(), { announcedBytes: all.length });
}

describe('bytes that are hashed once', () => {
  const sums = { md5: hash('md5', bytes, 'base64') };
  const given = { 'a stream': () => streamed(bytes), 'bytes that are there': () => wholeStream(bytes) };

  for (const [name, make] of Object.entries(given)) {
    it(`as ${name} that the driver holds against the listing's digest`, async () => {
      const read = countedStream(checkedStream(make(), sums, 'GET a'), undefined, undefined, (error) => error);
      const verified = verifiedStream(read, refOf(`md5:${md5}`));
      assert.equal(verified, read, 'nothing more looks at them');
      assert.deepEqual(await bytesOf(verified), bytes);
    });

    it(`but not as ${name} that the driver holds against another digest`, async () => {
      const read = countedStream(checkedStream(make(), sums, 'GET a'), undefined, undefined, (error) => error);
      const other = `md5:${'0'.repeat(32)}` as const;
      const failure = await failureFrom(async () => bytesOf(verifiedStream(read, refOf(other))));
      assert.equal(failure.code, 'store.corrupt');
      assert.deepEqual(await bytesOf(verifiedStream(make(), refOf(`sha256:${hash('sha256', bytes)}`))), bytes);
    });
  }
});

describe('a write whose digest nobody will ask for', () => {
  function store(proves: boolean): ManagedStore {
    const memory = new MemoryDriver(`unasked-${proves}`);
    const driver: Driver = {
      stat: (key) => memory.stat(key),
      read: (key, range) => memory.read(key, range),
      unsizedWrites: true,
      ...(proves ? { provesWrites: true as const } : {}),
      write: (key: string, body: Bytes, options: WriteOptions) => memory.write(key, body, options),
    };
    return new ManagedStore({ place: 'cloud:', driver, guarantees: { conditionalPut: true, versions: true } });
  }
  const sha256 = `sha256:${hash('sha256', bytes)}`;

  it('is not hashed on its way into a service that proves what it takes', async () => {
    const cloud = store(true);
    const written = await cloud.write('a', streamed(bytes), { size: bytes.length, unasked: true });
    assert.deepEqual([written.size, written.digest], [bytes.length, '']);
    assert.deepEqual(await bytesOf(await cloud.read('a')), bytes);
  });

  it('is hashed where the service does not, where it must be proven, and where a digest was announced', async () => {
    const size = bytes.length;
    const digests = await Promise.all([
      store(false).write('b', streamed(bytes), { size, unasked: true }),
      store(true).write('c', streamed(bytes), { size, unasked: true, verify: 'read' }),
      store(true).write('d', streamed(bytes), { size, unasked: true, digest: sha256 as Digest }),
      store(true).write('e', streamed(bytes), { size }),
    ]);
    assert.deepEqual(
      digests.map(({ digest }) => digest),
      Array.from({ length: 4 }, () => sha256),
    );
  });

  it('is refused all the same when it has another length than announced', async () => {
    for (const size of [bytes.length - 1, bytes.length + 1]) {
      const failure = await failureFrom(() => store(true).write('f', streamed(bytes), { size, unasked: true }));
      assert.equal(failure.code, 'store.corrupt');
    }
  });
});
