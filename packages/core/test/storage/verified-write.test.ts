import assert from 'node:assert/strict';
import type { Bytes, Driver, WriteOptions } from '../../src/model/driver.ts';
import { MemoryDriver } from '../../src/storage/drivers/memory.ts';
import { ManagedStore } from '../../src/storage/managed-store.ts';
import { failureFrom } from '../../src/testing/failure-from.ts';
import { bytesOf, entriesOf } from './support.ts';

const text = 'what is given up elsewhere';
let count = 0;

/** A service without digests that stores one byte wrong, `wrongs` times. */
function service(options: { readonly wrongs: number; readonly checks?: true; readonly moves?: true }) {
  const sound = new MemoryDriver(`verified-${count++}`);
  const seen = { writes: 0, reads: 0 };
  const driver: Driver = {
    async stat(key) {
      const { digest, ...entry } = (await sound.stat(key)) ?? {};
      return 'key' in entry && digest !== undefined ? entry : undefined;
    },
    read(key, range) {
      seen.reads++;
      return sound.read(key, range);
    },
    list: (prefix) => sound.list(prefix),
    async write(key: string, body: Bytes, given: WriteOptions) {
      const bytes = Buffer.from(body as Uint8Array);
      if (seen.writes++ < options.wrongs) bytes.writeUInt8((bytes.at(3) ?? 0) ^ 1, 3);
      const { digest, ...entry } = await sound.write(key, bytes, given);
      return { ...entry, ...(options.checks === true && digest !== undefined ? { bytesChecked: true } : {}) };
    },
    remove: (keys) => sound.remove(keys),
    ...(options.moves === true ? { move: (from, to, given) => sound.move(from, to, given) } : {}),
  };
  const store = new ManagedStore({
    place: 'cloud:',
    driver,
    guarantees: { conditionalPut: false, versions: true },
    retry: { attempts: 2, baseMs: 1, capMs: 2 },
  });
  return { store, sound, seen };
}

describe('a write that must be proven', () => {
  for (const moves of [undefined, true] as const) {
    const kind = moves === true ? 'a service that renames' : 'a service that does not rename';
    const more = moves === undefined ? {} : { moves };

    it(`is sent again when ${kind} gives back other bytes`, async () => {
      const { store, seen } = service({ wrongs: 1, ...more });
      await store.write('set.zip', Buffer.from(text), { verify: 'read' });
      assert.deepEqual(seen, { writes: 2, reads: 2 });
      assert.equal((await bytesOf(await store.read('set.zip'))).toString(), text);
    });

    it(`fails and leaves nothing when ${kind} always gives back other bytes`, async () => {
      const { store, sound } = service({ wrongs: Infinity, ...more });
      const failure = await failureFrom(() => store.write('set.zip', Buffer.from(text), { verify: 'read' }));
      assert.equal(failure.code, 'store.corrupt');
      assert.deepEqual(await entriesOf(sound.list('')), []);
    });
  }

  it('keeps the old file where the service renames', async () => {
    const { store, sound } = service({ wrongs: Infinity, moves: true });
    await sound.write('set.zip', Buffer.from('old'), { size: 3 });
    await failureFrom(() => store.write('set.zip', Buffer.from(text), { verify: 'read' }));
    assert.equal((await bytesOf(await store.read('set.zip'))).toString(), 'old');
  });

  it('is not read back when the service has checked the bytes', async () => {
    const { store, seen } = service({ wrongs: 0, checks: true });
    await store.write('set.zip', Buffer.from(text), { verify: 'read' });
    assert.deepEqual(seen, { writes: 1, reads: 0 });
  });

  it('is only asked for by name: others trust the size', async () => {
    const { store, seen } = service({ wrongs: 1 });
    await store.write('set.zip', Buffer.from(text));
    assert.deepEqual(seen, { writes: 1, reads: 0 });
  });
});
