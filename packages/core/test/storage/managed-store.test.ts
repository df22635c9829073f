import assert from 'node:assert/strict';
import { StoreTrouble, type Driver, type TroubleKind } from '../../src/model/driver.ts';
import type { Failure } from '../../src/model/failure.ts';
import { MemoryDriver } from '../../src/storage/drivers/memory.ts';
import { Lane } from '../../src/storage/lane.ts';
import { ManagedStore, type ManagedStoreOptions } from '../../src/storage/managed-store.ts';
import { failureFrom } from '../../src/testing/failure-from.ts';
import { bytesOf, entriesOf } from './support.ts';

const guarantees = { conditionalPut: true, versions: true };
const retry = { attempts: 3, baseMs: 1, capMs: 2 };
let count = 0;

/** Memory, with some methods of it changed. */
function storeWith(
  change: (sound: Driver & MemoryDriver) => Partial<Driver>,
  options: Partial<ManagedStoreOptions> = {},
): ManagedStore {
  const sound = new MemoryDriver(`managed-${count++}`);
  const driver: Driver = {
    unsizedWrites: true,
    stat: (key) => sound.stat(key),
    read: (key, range) => sound.read(key, range),
    list: (prefix) => sound.list(prefix),
    write: (key, body, given) => sound.write(key, body, given),
    remove: (keys) => sound.remove(keys),
    ...change(sound),
  };
  return new ManagedStore({ place: 'cloud:sets', driver, guarantees, retry, ...options });
}

describe('the managed store', () => {
  describe('turns trouble into failures that name the URL', () => {
    const url = 'cloud:sets/a/b';
    const kinds: readonly [kind: TroubleKind, failure: Failure][] = [
      ['missing', { code: 'store.missing', url }],
      ['no-bucket', { code: 'store.no-bucket', url, why: 'why', status: 403, requestId: 'r1' }],
      ['denied', { code: 'store.denied', url, reason: 'r', status: 403, requestId: 'r1' }],
      ['throttled', { code: 'store.throttled', url, status: 403, retryAfterMs: 1, transient: true }],
      ['unavailable', { code: 'store.unavailable', url, why: 'why', transient: true }],
      ['broken', { code: 'store.broken', url, why: 'why', status: 403, requestId: 'r1' }],
      ['conflict', { code: 'store.conflict', url }],
      ['locked', { code: 'store.locked', url, transient: true }],
      ['full', { code: 'store.full', url, why: 'why' }],
      ['corrupt', { code: 'store.corrupt', url, expected: 'e', found: 'f' }],
      ['limit', { code: 'store.limit', url, limit: 'why' }],
      ['address', { code: 'store.address', url, host: 'f' }],
      ['unsupported', { code: 'store.read-only', url, what: 'stat' }],
    ];
    for (const [kind, expected] of kinds) {
      it(`${kind} as ${expected.code}`, async () => {
        const details = { status: 403, requestId: 'r1', reason: 'r', retryAfterMs: 1, expected: 'e', found: 'f' };
        const store = storeWith(() => ({ stat: () => Promise.reject(new StoreTrouble(kind, 'why', details)) }));
        assert.deepEqual(await failureFrom(() => store.stat('a/b')), expected);
      });
    }

    const codes: readonly [errno: string, code: string][] = [
      ['ENOENT', 'store.missing'],
      ['EACCES', 'store.denied'],
      ['EPERM', 'store.denied'],
      ['EROFS', 'store.denied'],
      ['ENOSPC', 'store.full'],
      ['EDQUOT', 'store.full'],
      ['ECONNREFUSED', 'store.unavailable'],
      ['ENOTFOUND', 'store.unavailable'],
      ['ECONNRESET', 'store.unavailable'],
      ['EMFILE', 'store.unavailable'],
      ['ENAMETOOLONG', 'store.limit'],
      ['EBUSY', 'store.locked'],
      ['ENOTDIR', 'store.conflict'],
      ['EXDEV', 'store.conflict'],
    ];
    for (const [errno, code] of codes) {
      it(`${errno} as ${code}`, async () => {
        const error = Object.assign(new Error(`${errno}: it broke`), { code: errno });
        const store = storeWith(() => ({ read: () => Promise.reject(error) }));
        assert.equal((await failureFrom(() => store.read('a'))).code, code);
      });
    }

    it('and lets other errors through: they are bugs', async () => {
      const store = storeWith(() => ({ stat: () => Promise.reject(new TypeError('x is not a function')) }));
      await assert.rejects(store.stat('a'), TypeError);
    });

    it('also in the middle of a stream', async () => {
      const store = storeWith(() => ({
        read: async () =>
          (async function* () {
            yield Buffer.from('x');
            throw new StoreTrouble('unavailable', 'gone');
          })(),
      }));
      assert.equal((await failureFrom(async () => bytesOf(await store.read('a')))).code, 'store.unavailable');
    });
  });

  it('tries again after transient trouble only', async () => {
    for (const [kind, tries] of [
      ['unavailable', 3],
      ['throttled', 3],
      ['locked', 3],
      ['denied', 1],
      ['broken', 1],
    ] as const) {
      let asked = 0;
      const stat = (): Promise<undefined> => {
        asked++;
        return Promise.reject(new StoreTrouble(kind, 'why'));
      };
      await failureFrom(() => storeWith(() => ({ stat })).stat('a'));
      assert.equal(asked, tries, kind);
    }
  });

  it('succeeds when a later try does', async () => {
    let asked = 0;
    const store = storeWith((sound) => ({
      write: async (key, body, options) => {
        if (++asked < 3) throw new StoreTrouble('unavailable', 'not yet');
        return sound.write(key, body, options);
      },
    }));
    await store.write('a', Buffer.from('x'));
    assert.equal((await bytesOf(await store.read('a'))).toString(), 'x');
  });

  it('does not send a stream twice, nor a conditional write whose answer was lost', async () => {
    let asked = 0;
    const store = storeWith(() => ({
      write: () => {
        asked++;
        return Promise.reject(new StoreTrouble('unavailable', 'cut'));
      },
    }));
    await failureFrom(() => store.write('a', pieces('x'), { size: 1 }));
    await failureFrom(() => store.write('a', Buffer.from('x'), { ifAbsent: true }));
    assert.equal(asked, 2);
  });

  it('sends a conditional write again that the service says it did not do', async () => {
    let asked = 0;
    const write = (): Promise<never> => {
      asked++;
      throw new StoreTrouble('unavailable', 'another writer', { status: 409 });
    };
    await failureFrom(() => storeWith(() => ({ write })).write('a', Buffer.from('x'), { ifAbsent: true }));
    assert.equal(asked, 3);
  });

  it('sends streams again that a driver wanted collected', async () => {
    let asked = 0;
    const store = storeWith((sound) => ({
      unsizedWrites: undefined as never,
      write: async (key, body, options) => {
        assert.ok(options.size > 0);
        if (++asked < 3) throw new StoreTrouble('unavailable', 'not yet');
        return sound.write(key, body, options);
      },
    }));
    const large = Buffer.alloc(3_000_000, 'ab');
    for (const body of [Buffer.from('small'), large]) {
      asked = 0;
      await store.write('a', pieces(...split(body)));
      assert.equal(asked, 3);
      assert.equal(Buffer.compare(await bytesOf(await store.read('a')), body), 0);
    }
  });

  it('takes a move whose answer was lost for done', async () => {
    let asked = 0;
    const store = storeWith((sound) => ({
      move: async (from, to, options) => {
        const entry = await sound.move(from, to, options);
        if (++asked === 1) throw new StoreTrouble('unavailable', 'the answer was lost');
        return entry;
      },
    }));
    await store.write('a', Buffer.from('x'));
    assert.equal((await store.move('a', 'b', { overwrite: false })).key, 'b');
  });

  it('finds out that a service stored other bytes', async () => {
    const lies: readonly ((sound: MemoryDriver) => Driver['write'])[] = [
      (sound) => (key) => sound.write(key, Buffer.from('shor'), { size: 4 }),
      (sound) => (key) => sound.write(key, Buffer.from('other'), { size: 5 }),
      () => async (key) => ({ key, size: 5 }),
    ];
    for (const lie of lies) {
      const store = storeWith((sound) => ({ write: lie(sound) as NonNullable<Driver['write']> }));
      assert.equal((await failureFrom(() => store.write('a', Buffer.from('whole')))).code, 'store.corrupt');
    }
  });

  it('finds out that a read has another length than announced', async () => {
    for (const announcedBytes of [4, 6]) {
      const store = storeWith(() => ({ read: async () => Object.assign(pieces('whole'), { announcedBytes }) }));
      assert.equal((await failureFrom(async () => bytesOf(await store.read('a')))).code, 'store.corrupt');
    }
  });

  it('leaves out the folder markers of object stores', async () => {
    const store = storeWith(() => ({
      async *list() {
        yield [
          { key: 'a/', size: 0 },
          { key: 'a/b', size: 0 },
        ];
      },
    }));
    assert.deepEqual(
      (await entriesOf(store.list())).map(({ key }) => key),
      ['a/b'],
    );
  });

  it('writes without replacing where the driver looks before it writes, and refuses where it does not', async () => {
    const weak = { guarantees: { ...guarantees, conditionalPut: false } };
    const plain = storeWith(() => ({}), weak);
    assert.equal(plain.can.writeNew, false);
    const refused = await failureFrom(() => plain.write('a', Buffer.from('x'), { ifAbsent: 'best-effort' }));
    assert.equal(refused.code, 'store.read-only');
    const looking = storeWith(() => ({ looksBeforeWrite: true }), weak);
    assert.equal(looking.can.writeNew, true);
    await looking.write('a', Buffer.from('x'), { ifAbsent: 'best-effort' });
    const there = await failureFrom(() => looking.write('a', Buffer.from('y'), { ifAbsent: 'best-effort' }));
    assert.equal(there.code, 'store.conflict');
    // More than looking is not promised.
    const strict = await failureFrom(() => looking.write('b', Buffer.from('y'), { ifAbsent: true }));
    assert.equal(strict.code, 'store.read-only');
  });

  it('says what a store cannot do', async () => {
    const driver = { stat: async () => undefined, read: async () => pieces('x') };
    const store = new ManagedStore({ place: 'https://host/x', driver, guarantees });
    assert.deepEqual(store.can, {
      list: false,
      write: false,
      writeNew: false,
      remove: false,
      copy: false,
      move: false,
      signedUrl: false,
    });
    assert.deepEqual(await failureFrom(() => store.write('a', Buffer.from(''))), {
      code: 'store.read-only',
      url: 'https://host/x/a',
      what: 'write',
    });
  });

  it('halves its lane when throttled and waits as long as it was told', async () => {
    const lane = new Lane(8);
    let asked = 0;
    const startedMs = Date.now();
    const store = storeWith(
      (sound) => ({
        stat: (key) =>
          ++asked === 1
            ? Promise.reject(new StoreTrouble('throttled', 'slow down', { retryAfterMs: 120 }))
            : sound.stat(key),
      }),
      { lane },
    );
    await Promise.all([store.stat('a'), store.stat('b')]);
    assert.ok(Date.now() - startedMs >= 119);
    assert.equal(lane.limit, 4);
    for (let n = 0; n < 30; n++) await store.stat('a');
    assert.equal(lane.limit, 8);
  });

  it('never has more requests under way than its lane is wide', async () => {
    let active = 0;
    let most = 0;
    const store = storeWith(
      () => ({
        stat: async () => {
          most = Math.max(most, ++active);
          await new Promise((resolve) => setTimeout(resolve, 2));
          active--;
          return undefined;
        },
      }),
      { lane: new Lane(3) },
    );
    await Promise.all(Array.from({ length: 20 }, (_, n) => store.stat(`k${n}`)));
    assert.equal(most, 3);
  });
});

async function* pieces(...parts: (string | Uint8Array)[]): AsyncGenerator<Uint8Array, void, undefined> {
  for (const part of parts) yield Buffer.from(part);
}

function split(bytes: Uint8Array): Uint8Array[] {
  const parts: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; at += 100_000) parts.push(bytes.subarray(at, at + 100_000));
  return parts;
}
