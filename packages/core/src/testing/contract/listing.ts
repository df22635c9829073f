import assert from 'node:assert/strict';
import { bytesOf, listAll, listKeys, type ContractCase } from './contract-case.ts';
import { oddNames } from './reading.ts';

/** What every store with a listing must do. */
export const listingCases: readonly ContractCase[] = [
  {
    title: 'lists every file once, over all pages',
    async run({ store, put, sizes }) {
      const expected: string[] = [];
      for (let n = 1; n <= sizes.listFiles; n++)
        expected.push(n % 2 === 0 ? `list/${n}.txt` : `list/sub-${n % 5}/${n}.txt`);
      for (let at = 0; at < expected.length; at += 16) {
        await Promise.all(expected.slice(at, at + 16).map((key) => put(key, bytesOf(key))));
      }
      assert.deepEqual(await listKeys(store), expected.sort());
      assert.deepEqual(
        await listKeys(store, 'list/sub-3/'),
        expected.filter((key) => key.startsWith('list/sub-3/')),
      );
    },
  },
  {
    title: 'lists what stat tells: size and version',
    async run({ store, put }) {
      await put('a/one', bytesOf('1'));
      await put('a/three', bytesOf('333'));
      await put('a/none', bytesOf(''));
      for (const entry of await listAll(store)) {
        const stat = await store.stat(entry.key);
        assert.deepEqual(
          { size: entry.size, version: entry.version },
          { size: stat?.size, version: stat?.version },
          entry.key,
        );
      }
      assert.equal((await listAll(store)).length, 3);
    },
  },
  {
    title: 'takes a prefix as text, not as a folder',
    async run({ store, put }) {
      const keys = ['a/b', 'a/bc/d', 'a/c', 'ab', 'a-b/x', 'b/a/b', 'a.b'];
      for (const key of keys) await put(key, bytesOf(key));
      for (const prefix of ['a', 'a/', 'a/b', 'a/bc', 'a/bc/', 'ab', 'a/bc/d', 'b', 'a/b/', 'z']) {
        const expected = keys.filter((key) => key.startsWith(prefix)).sort();
        assert.deepEqual(await listKeys(store, prefix), expected, `prefix ${prefix}`);
      }
    },
  },
  {
    title: 'lists odd names as they were written',
    async run({ store, put }) {
      for (const name of oddNames) await put(`odd/${name}`, bytesOf('x'));
      const expected = oddNames.map((name) => `odd/${name}`).sort();
      assert.deepEqual(await listKeys(store), expected);
      assert.deepEqual(await listKeys(store, 'odd/日本語/'), ['odd/日本語/Навикула.txt']);
      assert.deepEqual(await listKeys(store, 'odd/%'), ['odd/%2F.txt', 'odd/%41.txt']);
    },
  },
  {
    title: 'lists names that start with a dot',
    async run({ store, put }) {
      const keys = ['.hidden', '.folder/file', 'folder/.file'];
      for (const key of keys) await put(key, bytesOf('x'));
      assert.deepEqual(await listKeys(store), keys.sort());
    },
  },
  {
    title: 'lists nothing where nothing is',
    async run({ store }) {
      assert.deepEqual(await listAll(store), []);
      assert.deepEqual(await listAll(store, 'no/such/folder/'), []);
    },
  },
  {
    title: 'lists deep folders whole',
    async run({ store, put }) {
      const keys: string[] = [];
      for (let depth = 1; depth <= 8; depth++) keys.push(`${'d/'.repeat(depth)}file`);
      for (const key of keys) await put(key, bytesOf('x'));
      assert.deepEqual(await listKeys(store), keys.sort());
    },
  },
];
