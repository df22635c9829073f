import assert from 'node:assert/strict';
import type { Entry } from '../../src/model/driver.ts';
import type { Store } from '../../src/model/store.ts';
import { splitFileUrl } from '../../src/cli/store-url.ts';
import { cli, type CliAnswer } from './support/fake-cli.ts';

/** Stores in memory by place: enough of a store for the commands, which add nothing to its promises. */
function stores(files: { readonly [place: string]: { [key: string]: string } }): (place: string) => Promise<Store> {
  return (place) => {
    const held = files[place] ?? {};
    const entry = (key: string): Entry => ({ key, size: held[key]?.length ?? 0 });
    return Promise.resolve({
      place,
      guarantees: { conditionalPut: true, versions: false },
      can: { list: true, write: true, remove: true, copy: false, move: false, signedUrl: false },
      stat: (key: string) => Promise.resolve(key in held ? entry(key) : undefined),
      read: (key: string) =>
        Promise.resolve(
          (async function* () {
            yield Buffer.from(held[key] ?? '');
          })(),
        ),
      list: async function* () {
        yield Object.keys(held).map(entry);
      },
      remove: (keys: readonly string[]) => Promise.resolve(keys.forEach((key) => Reflect.deleteProperty(held, key))),
      write: async (key: string, body: Uint8Array | AsyncIterable<Uint8Array>) => {
        const pieces: Uint8Array[] = [];
        for await (const piece of body instanceof Uint8Array ? [body] : body) pieces.push(piece);
        held[key] = Buffer.concat(pieces).toString();
        return entry(key);
      },
    } as unknown as Store);
  };
}

describe('the URL of a file', () => {
  for (const [url, place, key] of [
    ['s3://bucket/a/b.zip', 's3://bucket/a', 'b.zip'],
    ['s3://bucket/b.zip', 's3://bucket', 'b.zip'],
    ['cloud:sets/b.zip', 'cloud:sets', 'b.zip'],
    ['cloud:b.zip', 'cloud:', 'b.zip'],
    ['b.zip', '.', 'b.zip'],
    ['./a/b.zip', './a', 'b.zip'],
    ['/b.zip', '/', 'b.zip'],
  ] as const) {
    it(`${url} is ${key} in ${place}`, () => assert.deepEqual(splitFileUrl(url), { place, key }));
  }
  for (const url of ['s3://bucket', 'cloud:']) {
    it(`${url} names no file`, () => assert.throws(() => splitFileUrl(url), /names a whole store/));
  }
});

describe('store commands', () => {
  const files = {
    'cloud:sets': { 'a.txt': 'hello', 'deep/b.txt': 'bb', 'deep/c.txt': 'ccc' },
    'cloud:': { 'x.txt': 'x' },
    './new': {},
    '.': {},
  };
  let open: (place: string) => Promise<Store>;
  const run = (...argv: string[]): Promise<CliAnswer> => cli(['store', ...argv], { store: open });

  beforeEach(() => {
    open = stores(structuredClone(files));
  });

  it('ls shows one level with the size of folders, or all', async () => {
    assert.equal((await run('ls', 'cloud:sets')).stdout, '5 B  deep/  2 files\n5 B  a.txt\n3 files in all\n');
    assert.match((await run('ls', 'cloud:sets', '--all')).stdout, / {6}3 B {2}deep\/c\.txt/);
  });

  it('cat prints the bytes and nothing else', async () => {
    assert.deepEqual(await run('cat', 'cloud:sets/a.txt'), { code: 0, stdout: 'hello', stderr: '' });
  });

  it('cp copies a file, into a folder or under a new name, or a whole folder', async () => {
    assert.match((await run('cp', 'cloud:sets/a.txt', './new/b.txt')).stdout, /Copied 1 file, 5 B/);
    assert.match((await run('cp', 'cloud:sets/a.txt', './new/')).stdout, /Copied 1 file/);
    assert.match((await run('cp', 'cloud:sets', './new')).stdout, /Copied 3 files, 10 B, to \.\/new/);
    assert.equal((await run('cat', './new/b.txt')).stdout, 'hello');
    assert.equal((await run('cat', './new/a.txt')).stdout, 'hello');
    assert.match((await run('cp', 'cloud:sets/none', './new')).stderr, /store\.missing/);
  });

  it('rm removes one file, and a folder only when told so', async () => {
    assert.match((await run('rm', 'cloud:sets')).stderr, /A folder is removed with --all/);
    assert.match((await run('rm', 'cloud:sets/a.txt')).stdout, /Removed 1 file\./);
    assert.match((await run('rm', 'cloud:sets', '--all')).stdout, /Removed 2 files\./);
  });

  it('check tries the store out and leaves nothing behind', async () => {
    const { stdout, code } = await run('check', './new');
    assert.equal(code, 0);
    assert.match(stdout, /✓ write .*\n.*✓ read .*\n.*✓ list .*\n.*✓ remove/);
    assert.match((await run('ls', './new')).stdout, /There are no files/);
  });
});
