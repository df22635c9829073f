import assert from 'node:assert/strict';
import { sha256 } from '../../lib/digest.ts';
import { bytesOf, failsWith, readAll, someBytes, textOf, type ContractCase } from './contract-case.ts';

/** Names that services are known to mangle, each for a reason of its own. */
export const oddNames: readonly string[] = [
  'plain.txt',
  'A.txt',
  'a b.txt',
  'with space.txt',
  'a+b.txt',
  '100%.txt',
  '%41.txt',
  '%2F.txt',
  'q?x=1&y=2.txt',
  'hash#tag.txt',
  "it's (1) [2] {3}.txt",
  'semi;colon,comma=@.txt',
  'tilde~ and $dollar!.txt',
  'umlaut-ä-ö-ü.txt',
  '日本語/Навикула.txt',
  'emoji-🦠.txt',
  'dots..in...name.txt',
  'trailing.',
  ' leading space',
  'UPPER.TXT',
  'a&amp;b<c>.txt',
  'colon:name.txt',
  `long-${'x'.repeat(190)}.txt`,
  `deep/${'folder/'.repeat(30)}file.txt`,
];

/** What every store must do for readers; the only cases for read-only kinds. */
export const readingCases: readonly ContractCase[] = [
  {
    title: 'gives back the bytes of a file',
    async run({ store, put }) {
      const bytes = someBytes(70_001);
      await put('folder/file.bin', bytes);
      assert.equal(Buffer.compare(await readAll(await store.read('folder/file.bin')), bytes), 0);
      const entry = await store.stat('folder/file.bin');
      assert.equal(entry?.key, 'folder/file.bin');
      assert.equal(entry.size, bytes.length);
    },
  },
  {
    title: 'gives back an empty file',
    async run({ store, put }) {
      await put('empty', new Uint8Array());
      assert.equal((await readAll(await store.read('empty'))).length, 0);
      assert.equal((await store.stat('empty'))?.size, 0);
      assert.equal((await readAll(await store.read('empty', { range: { start: 0 } }))).length, 0);
    },
  },
  {
    title: 'reads ranges exactly',
    async run({ store, put }) {
      const bytes = someBytes(1000);
      await put('ranges', bytes);
      const ranges: readonly [start: number, end?: number][] = [
        [0, 1],
        [0, 10],
        [10, 20],
        [999, 1000],
        [990],
        [0],
        [500, 5000],
        [0, 1000],
        [100, 100],
      ];
      for (const [start, end] of ranges) {
        const range = end === undefined ? { start } : { start, end };
        const found = await readAll(await store.read('ranges', { range }));
        assert.deepEqual(found, Buffer.from(bytes.subarray(start, end)), `range ${start}..${end ?? ''}`);
      }
    },
  },
  {
    title: 'reads nothing behind the end',
    async run({ store, put }) {
      await put('short', bytesOf('0123456789'));
      for (const range of [{ start: 10 }, { start: 11 }, { start: 5000 }, { start: 10, end: 20 }]) {
        assert.equal((await readAll(await store.read('short', { range }))).length, 0);
      }
    },
  },
  {
    title: 'tells a missing file by undefined from stat and store.missing from read',
    async run({ store, put }) {
      await put('there/file', bytesOf('x'));
      for (const key of ['gone', 'gone/deep/file', 'there', 'there/file/below', 'there/fil', 'there/file2']) {
        assert.equal(await store.stat(key), undefined, key);
        await failsWith('store.missing', async () => readAll(await store.read(key)));
        await failsWith('store.missing', async () => readAll(await store.read(key, { range: { start: 1, end: 2 } })));
      }
    },
  },
  {
    title: 'keeps odd names apart and whole',
    async run({ store, put }) {
      for (const name of oddNames) await put(`odd/${name}`, bytesOf(`content of ${name}`));
      for (const name of oddNames) {
        assert.equal(await textOf(store, `odd/${name}`), `content of ${name}`);
        assert.equal((await store.stat(`odd/${name}`))?.key, `odd/${name}`);
      }
    },
  },
  {
    title: 'keeps a file of the name 0',
    async run({ store, put }) {
      await put('false/0', bytesOf('zero'));
      assert.equal(await textOf(store, 'false/0'), 'zero');
      assert.equal((await store.stat('false/0'))?.size, 4);
    },
  },
  {
    title: 'keeps a file whose name starts with a dot',
    async run({ store, put }) {
      await put('.hidden/.file', bytesOf('hidden'));
      assert.equal(await textOf(store, '.hidden/.file'), 'hidden');
    },
  },
  {
    title: 'tells the same version until the bytes change',
    async run({ store, put }) {
      await put('steady', bytesOf('same'));
      const first = await store.stat('steady');
      await readAll(await store.read('steady'));
      assert.equal((await store.stat('steady'))?.version, first?.version);
      if (!store.guarantees.versions) return;
      assert.notEqual(first?.version, undefined);
      // Same length: only the version can tell.
      await put('steady', bytesOf('emas'));
      assert.notEqual((await store.stat('steady'))?.version, first?.version);
    },
  },
  {
    title: 'digests a file by its bytes',
    async run({ store, put }) {
      const bytes = someBytes(300_000);
      await put('digest', bytes);
      assert.equal(await store.digest('digest'), sha256(bytes));
      await failsWith('store.missing', () => store.digest('gone'));
    },
  },
  {
    title: 'streams a large file',
    async run({ store, put, sizes }) {
      const bytes = someBytes(sizes.bigBytes);
      await put('large', bytes);
      assert.equal(sha256(await readAll(await store.read('large'))), sha256(bytes));
      const middle = { start: sizes.bigBytes - 70_000, end: sizes.bigBytes - 3 };
      const found = await readAll(await store.read('large', { range: middle }));
      assert.equal(Buffer.compare(found, bytes.subarray(middle.start, middle.end)), 0);
    },
  },
  {
    title: 'serves on after readers that left early',
    async run({ store, put, sizes }) {
      await put('left', someBytes(sizes.bigBytes));
      for (let reader = 0; reader < 20; reader++) {
        for await (const piece of await store.read('left')) {
          assert.ok(piece.length > 0);
          break;
        }
      }
      assert.equal((await store.stat('left'))?.size, sizes.bigBytes);
    },
  },
  {
    title: 'refuses keys that leave the place, before it asks the service',
    async run({ store }) {
      for (const key of [
        '',
        '/a',
        'a/',
        'a//b',
        '../a',
        'a/../b',
        './a',
        'a/.',
        'a\\b',
        'a\0b',
        'a\nb',
        'C:/a',
        '\uD800',
      ]) {
        await failsWith('store.key', () => store.stat(key));
        await failsWith('store.key', () => store.read(key));
      }
    },
  },
  {
    title: 'stops when its signal aborts',
    async run({ store, put, sizes }) {
      await put('abort', someBytes(sizes.bigBytes));
      const controller = new AbortController();
      const stream = await store.read('abort', { signal: controller.signal });
      await assert.rejects(async () => {
        for await (const piece of stream) {
          assert.ok(piece.length < sizes.bigBytes, 'a large file must come in pieces');
          controller.abort(new Error('enough'));
        }
      }, /enough/);
    },
  },
];
