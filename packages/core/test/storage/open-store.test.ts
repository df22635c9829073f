import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, existsSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { memoryDriver } from '../../src/storage/drivers/memory.ts';
import { createStoreOpener, type StoreOpener } from '../../src/storage/open-store.ts';
import { failureFrom } from '../../src/testing/failure-from.ts';
import { entriesOf } from './support.ts';

describe('opening places', () => {
  let folder: string;
  let opener: StoreOpener;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'runner-open-'));
    opener = createStoreOpener({
      projectDir: folder,
      workDir: join(folder, '.runner', 'work'),
      stores: {
        disk: { url: './disk' },
        mem: { url: 'memory:opening', pageEntries: 2, password: 'env:SECRET' },
        odd: { url: 'teleport://host/x' },
        percent: { url: 'swift://sets/100%/x', endpoint: 'https://swift.example.org/v1/lab', token: 'env:TOKEN' },
      },
      secret: (reference) => `value of ${reference}`,
    });
  });

  afterEach(async () => {
    await opener.close();
    rmSync(folder, { recursive: true });
  });

  it('gives the same store for every spelling of one place', async () => {
    const first = await opener.open('./out');
    assert.equal(await opener.open('out/'), first);
    assert.equal(await opener.open(join(folder, 'out')), first);
    assert.equal(await opener.open(`file://${folder}/out`), first);
    assert.equal(first.place, './out');
  });

  it('takes a % that escapes nothing for what it is', async () => {
    assert.equal((await opener.open('percent:a')).place, 'percent:a');
  });

  it('writes, lists and reads in a plain folder', async () => {
    const store = await opener.open('./out');
    await store.write('a/b.txt', Buffer.from('hello'));
    assert.equal(readFileSync(join(folder, 'out/a/b.txt'), 'utf8'), 'hello');
    assert.deepEqual(
      (await entriesOf(store.list())).map(({ key }) => key),
      ['a/b.txt'],
    );
    assert.equal(store.localPath('a/b.txt'), join(folder, 'out/a/b.txt'));
  });

  it('roots a place with a prefix there, and stages at the root of the store', async () => {
    const whole = await opener.open('disk:');
    const set = await opener.open('disk:sets/2026');
    await set.write('.runner-staging/1/x', Buffer.from('x'));
    assert.equal(existsSync(join(folder, 'disk/.runner-staging/1/x')), true);
    await set.move('.runner-staging/1/x', 'x', { overwrite: false });
    assert.deepEqual(
      (await entriesOf(whole.list())).map(({ key }) => key),
      ['sets/2026/x'],
    );
    assert.deepEqual(
      (await entriesOf(set.list())).map(({ key }) => key),
      ['x'],
    );
    assert.equal((await set.stat('x'))?.key, 'x');
  });

  it('hides staged files from listings unless asked for them', async () => {
    const store = await opener.open('disk:s');
    await store.write('.runner-staging/7/half', Buffer.from('x'));
    assert.deepEqual(await entriesOf(store.list()), []);
    assert.deepEqual(
      (await entriesOf(store.list('.runner-staging/'))).map(({ key }) => key),
      ['.runner-staging/7/half'],
    );
  });

  it('keeps work: under the work folder', async () => {
    const store = await opener.open('work:pictures');
    await store.write('a', Buffer.from('x'));
    assert.equal(existsSync(join(folder, '.runner/work/pictures/a')), true);
    assert.equal(opener.place(join(folder, '.runner/work/pictures')), 'work:pictures');
  });

  it('names the known stores when a name is unknown', async () => {
    const failure = await failureFrom(() => opener.open('cloud:sets'));
    assert.deepEqual(failure, {
      code: 'name.unknown',
      kind: 'store',
      name: 'cloud',
      known: ['disk', 'mem', 'odd', 'percent'],
    });
    assert.throws(() => opener.place('cloud:sets'));
  });

  it('names the known schemes when a scheme is unknown', async () => {
    const failure = await failureFrom(() => opener.open('gopher://host/x'));
    assert.equal(failure.code, 'store.scheme');
    assert.equal((await failureFrom(() => opener.open('odd:'))).code, 'store.scheme');
  });

  it('resolves secrets when the store is opened, and only then, at any depth', async () => {
    const asked: unknown[] = [];
    let given: unknown;
    const other = createStoreOpener({
      projectDir: folder,
      workDir: join(folder, 'work'),
      stores: {
        odd: { url: 'odd://host/x', password: 'env:SECRET', plain: 'text', parts: 4, deep: { list: ['env:A', 'x'] } },
      },
      drivers: async () => [
        { ...memoryDriver, schemes: ['odd'], open: (use) => ((given = use.options), memoryDriver.open(use)) },
      ],
      secret: (reference, { store, option }) => {
        asked.push([reference, store, option]);
        return `value of ${reference}`;
      },
    });
    assert.deepEqual(asked, []);
    await other.open('odd:');
    assert.deepEqual(asked, [
      ['env:SECRET', 'odd', 'password'],
      ['env:A', 'odd', 'deep.list[0]'],
    ]);
    assert.deepEqual(given, {
      password: 'value of env:SECRET',
      plain: 'text',
      parts: 4,
      deep: { list: ['value of env:A', 'x'] },
    });
  });

  it('asks for the stores of plugins only when no built-in kind fits', async () => {
    let asked = 0;
    const other = createStoreOpener({
      projectDir: folder,
      workDir: join(folder, 'work'),
      drivers: async () => (asked++, []),
    });
    await other.open('./out');
    await other.open('memory:x');
    assert.equal(asked, 0);
    assert.equal((await failureFrom(() => other.open('gopher://host/x'))).code, 'store.scheme');
    assert.equal(asked, 1);
  });

  it('refuses a store URL with credentials', async () => {
    const failure = await failureFrom(() => opener.open('webdav+https://me:secret@cloud.example.org/x'));
    assert.equal(failure.code, 'secret.inline');
    assert.equal(JSON.stringify(failure).includes('secret@'), false);
  });
});
