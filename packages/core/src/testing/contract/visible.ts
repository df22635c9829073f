import assert from 'node:assert/strict';
import { sha256 } from '../../lib/digest.ts';
import {
  bytesOf,
  failsWith,
  listKeys,
  notApplicable,
  piecesOf,
  readAll,
  someBytes,
  textOf,
  type ContractCase,
} from './contract-case.ts';

/** What was done is seen by everybody at once; and what only some services can. */
export const visibleCases: readonly ContractCase[] = [
  {
    title: 'shows at once what was written and removed: to stat, readers and listings',
    async run({ store }) {
      for (let round = 0; round < 5; round++) {
        const key = `seen/file-${round % 2}`;
        const text = `round ${round} `.repeat(round + 1);
        await store.write(key, bytesOf(text));
        assert.equal((await store.stat(key))?.size, text.length);
        assert.deepEqual(await listKeys(store, 'seen/'), [key]);
        assert.equal(await textOf(store, key), text);
        await store.remove([key]);
        assert.equal(await store.stat(key), undefined);
        assert.deepEqual(await listKeys(store, 'seen/'), []);
        await failsWith('store.missing', () => store.read(key));
      }
    },
  },
  {
    title: 'gives whole bytes to many readers at once',
    async run({ store, sizes }) {
      const bytes = someBytes(sizes.bigBytes);
      await store.write('shared', bytes);
      const readers = Array.from({ length: 12 }, async () => sha256(await readAll(await store.read('shared'))));
      assert.deepEqual(new Set(await Promise.all(readers)), new Set([sha256(bytes)]));
    },
  },
  {
    title: 'takes large files at the same time and keeps them apart',
    async run({ store, sizes }) {
      const files = Array.from({ length: 4 }, (_, n) => ({
        key: `large/file-${n}`,
        bytes: someBytes(sizes.bigBytes + n),
      }));
      await Promise.all(
        files.map(({ key, bytes }) => store.write(key, piecesOf(bytes, 65_536), { size: bytes.length })),
      );
      for (const { key, bytes } of files) assert.equal(await store.digest(key), sha256(bytes), key);
    },
  },
  {
    title: 'takes a large file of any length around its parts',
    async run({ store, sizes }) {
      const part = Math.floor(sizes.bigBytes / 3);
      for (const size of [part - 1, part, part + 1, 2 * part, 2 * part + 1]) {
        const bytes = someBytes(size);
        const entry = await store.write('edge', piecesOf(bytes, 50_001), { size });
        assert.equal(entry.size, size);
        assert.equal(await store.digest('edge'), sha256(bytes), `${size} bytes`);
      }
    },
  },
  {
    title: 'copies a large file whole, and an empty one',
    async run({ store, sizes }) {
      const bytes = someBytes(sizes.bigBytes);
      await store.write('large', bytes);
      await store.write('none', bytesOf(''));
      assert.equal((await store.copy('large', 'copy/large')).size, bytes.length);
      assert.equal((await store.copy('none', 'copy/none')).size, 0);
      assert.equal(await store.digest('copy/large'), sha256(bytes));
      assert.equal((await store.stat('copy/none'))?.size, 0);
      assert.deepEqual(await listKeys(store, 'copy/'), ['copy/large', 'copy/none']);
    },
  },
  {
    title: 'proves a write by reading it back where it must be proven',
    async run({ store, sizes }) {
      const bytes = someBytes(sizes.bigBytes);
      await store.write('proven', bytesOf('older'), { verify: 'read' });
      const entry = await store.write('proven', piecesOf(bytes, 65_536), { size: bytes.length, verify: 'read' });
      assert.equal(entry.key, 'proven');
      assert.equal(entry.digest, sha256(bytes));
      assert.equal((await store.stat('proven'))?.version, entry.version);
      assert.deepEqual(await listKeys(store), ['proven']);
      assert.deepEqual(await listKeys(store, '.runner-staging/'), []);
    },
  },
  {
    title: 'signs URLs that open one file for a while',
    async run({ store }) {
      if (!store.can.signedUrl) return notApplicable('this kind of store signs no URLs');
      await store.write('signed/ä +%.txt', bytesOf('for whoever has the URL'));
      const url = await store.signedUrl('signed/ä +%.txt', { expiresMs: 60_000 });
      const answer = await fetch(url);
      assert.equal(await answer.text(), 'for whoever has the URL');
      const other = await fetch(url.replace('signed/', 'singed/'));
      assert.ok(other.status >= 400, `another file answered ${other.status}`);
      await other.body?.cancel();
    },
  },
];
