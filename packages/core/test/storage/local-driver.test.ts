import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { LocalDriver } from '../../src/storage/drivers/local.ts';
import { ManagedStore } from '../../src/storage/managed-store.ts';
import { failureFrom } from '../../src/testing/failure-from.ts';
import { bytesOf, entriesOf, temporaryFolder } from './support.ts';

describe('a folder as a store', () => {
  let folder: ReturnType<typeof temporaryFolder>;
  let root: string;
  let store: ManagedStore;

  beforeEach(() => {
    folder = temporaryFolder();
    root = join(folder.path, 'root');
    store = new ManagedStore({
      place: './root',
      driver: new LocalDriver(root),
      guarantees: { conditionalPut: true, versions: true },
    });
  });

  afterEach(() => folder[Symbol.dispose]());

  it('has the time of the last change as its version', async () => {
    const entry = await store.write('a', Buffer.from('x'));
    assert.equal(entry.version, String(statSync(join(root, 'a')).mtimeMs));
  });

  it('gives each of many quick writes a version of its own', async () => {
    const versions = new Set<string | undefined>();
    for (let n = 0; n < 50; n++) versions.add((await store.write('a', Buffer.from(String(n % 10)))).version);
    assert.equal(versions.size, 50);
  });

  it('lists in key order', async () => {
    for (const key of ['b', 'a/z', 'a.txt', 'a-/x', 'a/b/c', 'A']) await store.write(key, Buffer.from('x'));
    const keys = (await entriesOf(store.list())).map(({ key }) => key);
    assert.deepEqual(keys, [...keys].sort());
  });

  it('reads linked files, and does not enter linked folders', async () => {
    const outside = join(folder.path, 'outside');
    mkdirSync(outside);
    writeFileSync(join(outside, 'big.bin'), 'linked bytes');
    mkdirSync(root);
    symlinkSync(join(outside, 'big.bin'), join(root, 'link.bin'));
    symlinkSync(outside, join(root, 'folder'));
    symlinkSync(root, join(root, 'circle'));
    symlinkSync('nowhere', join(root, 'dangling'));
    symlinkSync('ring', join(root, 'ring'));
    assert.deepEqual(
      (await entriesOf(store.list())).map(({ key, size }) => [key, size]),
      [['link.bin', 12]],
    );
    assert.equal(String(await bytesOf(await store.read('link.bin'))), 'linked bytes');
    assert.equal(await store.stat('ring'), undefined);
    assert.equal((await failureFrom(() => store.read('ring'))).code, 'store.missing');
    assert.equal((await failureFrom(() => store.write('folder/new', Buffer.from('x')))).code, 'store.denied');
    assert.deepEqual(readdirSync(outside), ['big.bin']);
  });

  it('takes a pipe for no file, and does not wait for its writer', async function () {
    if (process.platform === 'win32') this.skip();
    mkdirSync(root);
    execFileSync('mkfifo', [join(root, 'pipe')]);
    assert.equal(await store.stat('pipe'), undefined);
    assert.equal((await failureFrom(() => store.read('pipe'))).code, 'store.missing');
  });

  it('replaces a link instead of writing through it', async () => {
    const target = join(folder.path, 'precious');
    writeFileSync(target, 'precious');
    mkdirSync(root);
    symlinkSync(target, join(root, 'link'));
    await store.write('link', Buffer.from('new'));
    assert.equal(statSync(target).size, 8);
  });

  const caf = (folder: string): Buffer => Buffer.concat([Buffer.from(`${folder}/caf`), Buffer.from([0xe9])]);

  it('names a file whose name is not UTF-8, and how to get hold of it', async () => {
    mkdirSync(join(root, 'a'), { recursive: true });
    writeFileSync(caf(join(root, 'a')), 'x');
    const failure = await failureFrom(() => entriesOf(store.list()));
    assert.equal(failure.code, 'store.key');
    assert.match(JSON.stringify(failure), /"key":"a\/caf\uFFFD"/);
    assert.ok(failure.hint?.startsWith(`Rename it in ${join(root, 'a')}, where a shell knows it as $'caf\\xe9'`));
  });

  it('leaves out no file of a folder whose name is not UTF-8', async () => {
    mkdirSync(caf(root), { recursive: true });
    writeFileSync(Buffer.concat([caf(root), Buffer.from('/b.txt')]), 'x');
    assert.equal((await failureFrom(() => entriesOf(store.list()))).code, 'store.key');
    assert.equal(await store.stat('no caf\uFFFD'), undefined);
  });

  it('lists a file whose name has the very sign that stands for other bytes', async () => {
    await store.write('caf\uFFFD/b', Buffer.from('x'));
    assert.deepEqual(
      (await entriesOf(store.list())).map(({ key }) => key),
      ['caf\uFFFD/b'],
    );
  });

  it('removes folders it emptied, and no others', async () => {
    for (const key of ['a/b/c', 'a/d/e', 'f']) await store.write(key, Buffer.from('x'));
    await store.remove(['a/b/c']);
    assert.deepEqual([existsSync(join(root, 'a/b')), existsSync(join(root, 'a/d'))], [false, true]);
    await store.remove(['a/d/e', 'f']);
    assert.deepEqual(readdirSync(root), ['.runner-staging']);
  });

  it('leaves no staging folder behind when it is closed', async () => {
    await store.write('a', Buffer.from('x'));
    await store.close();
    assert.deepEqual(readdirSync(root), ['a']);
  });

  it('writes on when its folders are removed under it', async () => {
    await store.write('a/b', Buffer.from('x'));
    rmSync(root, { recursive: true });
    await store.write('a/b', Buffer.from('y'));
    rmSync(root, { recursive: true });
    await store.write('.runner-staging/1/a', Buffer.from('z'));
    rmSync(join(root, 'a'), { recursive: true, force: true });
    await store.move('.runner-staging/1/a', 'a/b', { overwrite: true });
    assert.equal(String(await bytesOf(await store.read('a/b'))), 'z');
  });

  it('leaves no temporary file after failed writes', async () => {
    await failureFrom(() => store.write('a', Buffer.from('x'), { size: 5 }));
    const failing = (async function* () {
      yield Buffer.from('x');
      throw new Error('source');
    })();
    await assert.rejects(store.write('a', failing));
    mkdirSync(join(root, 'folder'));
    assert.equal((await failureFrom(() => store.write('folder', Buffer.from('x')))).code, 'store.conflict');
    assert.deepEqual(readdirSync(join(root, '.runner-staging/put')), []);
  });
});
