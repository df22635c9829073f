import assert from 'node:assert/strict';
import { bytesOf, failsWith, listKeys, notApplicable, textOf, type ContractCase } from './contract-case.ts';

// Names that are one name to careless services; two files to us.
const nfc = 'caf\u00E9.txt';
const nfd = 'cafe\u0301.txt';

/** Copying, moving, removing, and names that must not fall together. */
export const changingCases: readonly ContractCase[] = [
  {
    title: 'keeps names apart that differ only in Unicode form',
    async run({ store }) {
      await store.write(nfc, bytesOf('composed'));
      await store.write(nfd, bytesOf('decomposed'));
      assert.equal(await textOf(store, nfc), 'composed');
      assert.equal(await textOf(store, nfd), 'decomposed');
      assert.deepEqual(await listKeys(store), [nfd, nfc].sort());
    },
  },
  {
    title: 'keeps names apart that differ only in case',
    async run({ store }) {
      await store.write('Name', bytesOf('large'));
      await store.write('name', bytesOf('small'));
      assert.equal(await textOf(store, 'Name'), 'large');
      assert.equal(await textOf(store, 'name'), 'small');
      assert.deepEqual(await listKeys(store), ['Name', 'name']);
    },
  },
  {
    title: 'copies a file, over another too',
    async run({ store }) {
      await store.write('from/ä +%.txt', bytesOf('copied'));
      await store.write('over', bytesOf('something longer than that'));
      const entry = await store.copy('from/ä +%.txt', 'to/new/ä +%.txt');
      assert.equal(entry.key, 'to/new/ä +%.txt');
      assert.equal(entry.size, 6);
      await store.copy('from/ä +%.txt', 'over');
      for (const key of ['from/ä +%.txt', 'to/new/ä +%.txt', 'over']) assert.equal(await textOf(store, key), 'copied');
      await failsWith('store.missing', () => store.copy('gone', 'to/other'));
      assert.equal(await store.stat('to/other'), undefined);
    },
  },
  {
    title: 'moves a file, or says that it cannot',
    async run({ store }) {
      await store.write('from', bytesOf('moved'));
      if (!store.can.move) {
        await failsWith('store.read-only', () => store.move('from', 'to', { overwrite: true }));
        assert.equal(await textOf(store, 'from'), 'moved');
        return;
      }
      const entry = await store.move('from', 'new/folder/ü %.txt', { overwrite: false });
      assert.equal(entry.key, 'new/folder/ü %.txt');
      assert.equal(entry.size, 5);
      assert.equal((await store.stat('new/folder/ü %.txt'))?.version, entry.version);
      assert.deepEqual(await listKeys(store), ['new/folder/ü %.txt']);
      await failsWith('store.missing', () => store.move('gone', 'elsewhere', { overwrite: true }));
    },
  },
  {
    title: 'moves over a file only when told to',
    async run({ store }) {
      if (!store.can.move) return notApplicable('this kind of store cannot rename');
      await store.write('from', bytesOf('new'));
      await store.write('to', bytesOf('old content'));
      await failsWith('store.conflict', () => store.move('from', 'to', { overwrite: false }));
      assert.equal(await textOf(store, 'from'), 'new');
      assert.equal(await textOf(store, 'to'), 'old content');
      await store.move('from', 'to', { overwrite: true });
      assert.equal(await textOf(store, 'to'), 'new');
      assert.equal(await store.stat('from'), undefined);
    },
  },
  {
    title: 'publishes staged files by moving them, and hides them until then',
    async run({ store }) {
      if (!store.can.move) return notApplicable('this kind of store cannot rename');
      const keys = Array.from({ length: 10 }, (_, n) => `set/${n % 3}/${n}.txt`).sort();
      await Promise.all(keys.map((key) => store.write(`.runner-staging/9/${key}`, bytesOf(key))));
      assert.deepEqual(await listKeys(store), []);
      assert.equal((await listKeys(store, '.runner-staging/9/')).length, 10);
      await Promise.all(keys.map((key) => store.move(`.runner-staging/9/${key}`, key, { overwrite: true })));
      assert.deepEqual(await listKeys(store), keys);
      assert.deepEqual(await listKeys(store, '.runner-staging/'), []);
    },
  },
  {
    title: 'never takes a folder for the file of its name',
    async run({ store }) {
      await store.write('name/inside', bytesOf('inside'));
      await store.write('file', bytesOf('file'));
      const acts: (() => Promise<unknown>)[] = [
        () => store.write('name', bytesOf('file')),
        () => store.copy('file', 'name'),
      ];
      if (store.can.move) acts.push(() => store.move('file', 'name', { overwrite: true }));
      for (const act of acts) {
        try {
          await act();
          // Where both can be, the file is really there.
          assert.equal(await textOf(store, 'name'), 'file');
        } catch (error) {
          await failsWith('store.conflict', () => Promise.reject(error));
        }
      }
      await store.remove(['name']);
      await failsWith('store.missing', () => store.copy('name', 'elsewhere'));
      assert.equal(await textOf(store, 'name/inside'), 'inside');
      assert.equal(await store.stat('elsewhere'), undefined);
    },
  },
  {
    title: 'removes exactly what it is asked to',
    async run({ store }) {
      const keys = ['a', 'ab', 'b/a', 'b/ab', 'ü +%20.txt', 'c/d/e'];
      for (const key of keys) await store.write(key, bytesOf(key));
      await store.remove(['a', 'b/a', 'ü +%20.txt', 'c/d/e']);
      assert.deepEqual(await listKeys(store), ['ab', 'b/ab']);
      for (const key of ['a', 'b/a', 'ü +%20.txt', 'c/d/e']) assert.equal(await store.stat(key), undefined);
    },
  },
  {
    title: 'removes what is not there without complaint',
    async run({ store }) {
      await store.write('a', bytesOf('x'));
      await store.remove(['gone', 'no/such/folder/file', 'a', 'a']);
      await store.remove(['a']);
      await store.remove([]);
      assert.deepEqual(await listKeys(store), []);
    },
  },
  {
    title: 'removes many, all of them',
    async run({ store, sizes }) {
      const keys = Array.from({ length: sizes.listFiles }, (_, n) => `many/${n % 3}/file-${n}`);
      for (let at = 0; at < keys.length; at += 16) {
        await Promise.all(keys.slice(at, at + 16).map((key) => store.write(key, bytesOf('x'))));
      }
      await store.write('kept', bytesOf('x'));
      await store.remove(keys);
      assert.deepEqual(await listKeys(store), ['kept']);
    },
  },
];
