import assert from 'node:assert/strict';
import { sha256 } from '../../lib/digest.ts';
import { failureFrom } from '../failure-from.ts';
import {
  bytesOf,
  failsWith,
  listKeys,
  piecesOf,
  readAll,
  someBytes,
  textOf,
  type ContractCase,
} from './contract-case.ts';

/** What every store that writes must do. */
export const writingCases: readonly ContractCase[] = [
  {
    title: 'takes streams of known and of unknown length',
    async run({ store }) {
      const bytes = someBytes(123_457);
      const known = await store.write('known', piecesOf(bytes), { size: bytes.length });
      const unknown = await store.write('unknown', piecesOf(bytes));
      for (const entry of [known, unknown]) {
        assert.equal(entry.size, bytes.length);
        assert.equal(entry.digest, sha256(bytes));
        assert.equal(Buffer.compare(await readAll(await store.read(entry.key)), bytes), 0);
      }
      const nothing = await store.write('nothing', piecesOf(new Uint8Array()));
      assert.equal(nothing.size, 0);
      assert.equal((await store.stat('nothing'))?.size, 0);
    },
  },
  {
    title: 'takes a large stream',
    async run({ store, sizes }) {
      const bytes = someBytes(sizes.bigBytes);
      const entry = await store.write('large', piecesOf(bytes, 65_536), { size: bytes.length, digest: sha256(bytes) });
      assert.equal(entry.digest, sha256(bytes));
      assert.equal((await store.stat('large'))?.size, bytes.length);
      assert.equal(await store.digest('large'), sha256(bytes));
    },
  },
  {
    title: 'replaces a file whole, and reads what was written last',
    async run({ store }) {
      const first = await store.write('file', bytesOf('a rather long first content'));
      const second = await store.write('file', bytesOf('short'));
      assert.equal(await textOf(store, 'file'), 'short');
      assert.equal((await store.stat('file'))?.size, 5);
      // The version a write returns is the one later listings show: else everything would look changed.
      assert.equal((await store.stat('file'))?.version, second.version);
      if (store.guarantees.versions) assert.notEqual(second.version, first.version);
    },
  },
  {
    title: 'keeps one winner of 20 writers with ifAbsent, or refuses it',
    async run({ store }) {
      if (!store.guarantees.conditionalPut) {
        await failsWith('store.read-only', () => store.write('once', bytesOf('x'), { ifAbsent: true }));
        assert.equal(await store.stat('once'), undefined);
        return;
      }
      const tries = Array.from({ length: 20 }, (_, n) =>
        store.write('once', bytesOf(`writer ${n}`), { ifAbsent: true }),
      );
      const results = await Promise.allSettled(tries);
      const winners = results.flatMap((result, n) => (result.status === 'fulfilled' ? [n] : []));
      assert.equal(winners.length, 1);
      assert.equal(await textOf(store, 'once'), `writer ${winners[0]}`);
      await failsWith('store.conflict', () => store.write('once', bytesOf('later'), { ifAbsent: true }));
      assert.equal(await textOf(store, 'once'), `writer ${winners[0]}`);
    },
  },
  {
    title: 'shows nothing of a write that was aborted',
    async run({ store }) {
      await store.write('old', bytesOf('old content'));
      for (const key of ['new', 'old', '.runner-staging/1/new']) {
        const controller = new AbortController();
        const write = store.write(key, piecesThenAbort(controller), { size: 10_000_000, signal: controller.signal });
        await assert.rejects(write, /stopped by the test/);
      }
      await onlyOldIsThere(store);
    },
  },
  {
    title: 'shows nothing of a write whose source failed',
    async run({ store }) {
      await store.write('old', bytesOf('old content'));
      for (const key of ['new', 'old']) {
        for (const options of [{}, { size: 10_000_000 }]) {
          await assert.rejects(store.write(key, piecesThenFail(), options), /the source failed/);
        }
      }
      await onlyOldIsThere(store);
    },
  },
  {
    title: 'refuses bytes of another length than announced, and shows nothing of them',
    async run({ store }) {
      await store.write('old', bytesOf('old content'));
      const bytes = someBytes(2_000_000);
      for (const key of ['new', 'old']) {
        for (const size of [bytes.length - 1, bytes.length + 1]) {
          await failsWith('store.corrupt', () => store.write(key, piecesOf(bytes, 65_536), { size }));
          await failsWith('store.corrupt', () => store.write(key, bytes, { size }));
        }
      }
      await onlyOldIsThere(store);
    },
  },
  {
    title: 'refuses bytes of another digest than announced, and shows nothing of them',
    async run({ store }) {
      await store.write('old', bytesOf('old content'));
      const bytes = someBytes(2_000_000);
      const digest = sha256('something else');
      for (const key of ['new', 'old']) {
        await failsWith('store.corrupt', () => store.write(key, bytes, { digest }));
        await failsWith('store.corrupt', () =>
          store.write(key, piecesOf(bytes, 65_536), { digest, size: bytes.length }),
        );
      }
      await onlyOldIsThere(store);
    },
  },
  {
    title: 'ends with one whole version when many write one key',
    async run({ store }) {
      const contents = Array.from({ length: 8 }, (_, n) => String(n).repeat(20_000 + n * 5000));
      const results = await Promise.allSettled(contents.map((text) => store.write('one', bytesOf(text))));
      // Some may be told of a conflict or a lock; at least one must get through.
      assert.ok(results.some(({ status }) => status === 'fulfilled'));
      const found = await textOf(store, 'one');
      assert.ok(contents.includes(found), `found ${found.length} bytes that nobody wrote`);
      assert.equal((await store.stat('one'))?.size, found.length);
      assert.deepEqual(await listKeys(store), ['one']);
    },
  },
  {
    title: 'takes 20 writers into a folder that is not there yet',
    async run({ store }) {
      const keys = Array.from({ length: 20 }, (_, n) => `new/deep/folder-${n % 2}/file-${n}`).sort();
      await Promise.all(keys.map((key) => store.write(key, bytesOf(key))));
      assert.deepEqual(await listKeys(store), keys);
    },
  },
  {
    title: 'gives a reader one version, whatever is written meanwhile',
    async run({ store, sizes }) {
      const before = Buffer.alloc(sizes.bigBytes, 'a');
      await store.write('swap', before);
      const stream = await store.read('swap');
      await store.write('swap', Buffer.alloc(sizes.bigBytes, 'b'));
      try {
        const found = await readAll(stream);
        const first = found[0] ?? 0;
        assert.ok(
          found.every((byte) => byte === first),
          'two versions were mixed',
        );
      } catch (error) {
        // A service may give up; it must then say so. A failed assertion is no failure of the service.
        await assert.doesNotReject(failureFrom(() => Promise.reject(error)));
      }
      assert.equal((await textOf(store, 'swap')).startsWith('b'), true);
    },
  },
  {
    title: 'keeps a file and a folder of one name apart, or says that it cannot',
    async run({ store }) {
      await store.write('name', bytesOf('file'));
      try {
        await store.write('name/below', bytesOf('below'));
        assert.equal(await textOf(store, 'name/below'), 'below');
      } catch (error) {
        const failure = await failureFrom(() => Promise.reject(error));
        assert.equal(failure.code, 'store.conflict', JSON.stringify(failure));
      }
      assert.equal(await textOf(store, 'name'), 'file');
    },
  },
];

async function onlyOldIsThere(store: Parameters<typeof listKeys>[0]): Promise<void> {
  assert.deepEqual(await listKeys(store), ['old']);
  assert.equal(await store.stat('new'), undefined);
  assert.equal(await textOf(store, 'old'), 'old content');
}

async function* piecesThenAbort(controller: AbortController): AsyncGenerator<Uint8Array, void, undefined> {
  yield* piecesOf(someBytes(2_000_000), 100_000);
  controller.abort(new Error('stopped by the test'));
  yield* piecesOf(someBytes(8_000_000), 100_000);
}

async function* piecesThenFail(): AsyncGenerator<Uint8Array, void, undefined> {
  yield* piecesOf(someBytes(2_000_000), 100_000);
  throw new Error('the source failed');
}
