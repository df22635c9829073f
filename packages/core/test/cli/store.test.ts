import assert from 'node:assert/strict';
import type { Entry } from '../../src/model/driver.ts';
import type { Store } from '../../src/model/store.ts';
import { fail } from '../../src/model/failure.ts';
import { splitFileUrl } from '../../src/cli/store-url.ts';
import { temporaryFolder } from '../storage/support.ts';
import { cli, type CliAnswer } from './support/fake-cli.ts';

interface Probe {
  readonly what: string;
  readonly state: string;
}

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
        const page = Object.keys(held).map(entry);
        if (page.length > 0) yield page;
      },
      remove: (keys: readonly string[]) => Promise.resolve(keys.forEach((key) => Reflect.deleteProperty(held, key))),
      localPath: (key: string) => (place.startsWith('/') ? `${place}/${key}` : undefined),
      write: async (key: string, body: Uint8Array | AsyncIterable<Uint8Array>, how?: { ifAbsent?: boolean }) => {
        if (how?.ifAbsent === true && key in held) throw fail('store.conflict', { url: key });
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
    // As a browser gives them; elsewhere names stand as they are.
    ['https://host/a%20b/c%20%C3%A4%3F.zip', 'https://host/a%20b', 'c ä?.zip'],
    ['webdav+https://host/100%.zip', 'webdav+https://host', '100%.zip'],
    ['https://host/a%2Fb.zip', 'https://host', 'a%2Fb.zip'],
    ['s3://bucket/c%20d.zip', 's3://bucket', 'c%20d.zip'],
  ] as const) {
    it(`${url} is ${key} in ${place}`, () => assert.deepEqual(splitFileUrl(url), { place, key }));
  }
  it('has no query, and what stands there is not repeated', () => {
    assert.throws(
      () => splitFileUrl('https://host/b.zip?sig=geheim'),
      (error: Error) => {
        assert.match(error.message, /https:\/\/host\/b\.zip\?\.\.\. has a query/);
        assert.doesNotMatch(error.message, /geheim/);
        return true;
      },
    );
  });
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
  const json = async (...argv: string[]) => {
    const { code, stdout } = await run(...argv, '--json');
    return { code, report: JSON.parse(stdout) as Record<string, unknown> };
  };

  beforeEach(() => {
    open = stores(structuredClone(files));
  });

  it('ls shows one level with the size of folders, or all', async () => {
    assert.equal((await run('ls', 'cloud:sets')).stdout, '5 B  deep/  2 files\n5 B  a.txt\n3 files in all\n');
    assert.match((await run('ls', 'cloud:sets', '--recursive')).stdout, / {6}3 B {2}deep\/c\.txt/);
  });

  it('escapes in names what a terminal would obey, and leaves JSON as it is', async () => {
    const key = 'a\u001b[31m\n\u202e';
    open = stores({ 'cloud:': { [key]: 'x', [`${key}/${key}`]: 'yy' } });
    const shown = String.raw`a\x1b[31m\n\u202e`;
    for (const how of [['ls'], ['ls', '--recursive'], ['ls', '--recursive', '--long'], ['du']]) {
      const [command = '', ...options] = how;
      const { stdout } = await run(command, 'cloud:', ...options);
      assert.ok(stdout.includes(shown) && !stdout.includes(key) && !stdout.includes('\u001b'), stdout);
    }
    const { stdout } = await run('ls', 'cloud:', '--recursive', '--json');
    assert.equal((JSON.parse(stdout.split('\n')[0] ?? '') as Entry).key, key);
  });

  it('cat prints the bytes and nothing else', async () => {
    assert.deepEqual(await run('cat', 'cloud:sets/a.txt'), { code: 0, stdout: 'hello', stderr: '' });
    assert.match((await run('cat', 'cloud:sets/a.txt', '--range', 'x')).stderr, /--range is 0-99, 100- or -100/);
  });

  it('cat refuses a range that ends before it starts', async () => {
    assert.match(
      (await cli(['store', 'cat', 'a', '--range', '5-2'], { store: stores({}) })).stderr,
      /ends before it starts: 5-2/,
    );
  });

  it('a command on stores that there is not is named whole', async () => {
    const { stderr, code } = await cli(['store', 'lss']);
    assert.equal(stderr, '✗ There is no command store lss  [name.unknown]\n  try      Did you mean store ls?\n');
    assert.equal(code, 2);
  });

  it('rm removes one file, and a folder only when told so', async () => {
    assert.match((await run('rm', 'cloud:sets')).stderr, /A folder is removed with --recursive/);
    assert.match((await run('rm', 'cloud:sets/a.txt')).stdout, /Removed 1 file\./);
    assert.match(
      (await run('rm', 'cloud:sets', '--recursive', '--dry-run')).stdout,
      /deep\/c\.txt\nWould remove 2 files\./,
    );
    assert.match((await run('rm', 'cloud:sets', '--recursive')).stdout, /Removed 2 files\./);
  });

  it('check-access tries each thing apart and leaves nothing behind', async () => {
    const { stdout, code } = await run('check-access', './new');
    assert.equal(code, 0);
    assert.match(stdout, /✓ list .*\n.*✓ write .*\n.*✓ read .*\n.*✓ write if new refused.*\n.*✓ replace.*\n.*✓ remove/);
    assert.match((await run('ls', './new')).stderr, /\.\/new has no files/);
  });

  it('a name that is nowhere is no empty place', async () => {
    using empty = temporaryFolder();
    for (const how of [['ls'], ['ls', '--recursive', '--json'], ['du'], ['du', '--json'], ['rm', '--recursive']]) {
      const [command = '', ...flags] = how;
      for (const [nowhere, said] of [
        ['cloud:typo', 'has no files'],
        [`${empty.path}/typo`, 'does not exist'],
      ] as const) {
        const { stdout, stderr, code } = await run(command, nowhere, ...flags);
        assert.equal(code, 1, `${command} ${nowhere}`);
        assert.ok(stderr.startsWith(`✗ ${nowhere} ${said}  [store.missing]\n`) || flags.includes('--json'), stderr);
        assert.ok(stdout === '' || stdout.includes('"store.missing"'), stdout);
      }
      for (const place of [empty.path, 'none:']) {
        const { code, stderr } = await run(command, place, ...flags);
        assert.deepEqual([code, stderr], [0, '']);
      }
    }
  });

  it('check-access tells what is denied from what could not be tried', async () => {
    const { place: _none, ...readOnly } = await open('cloud:sets');
    const denied = (): Promise<never> => Promise.reject(fail('store.denied', { url: 'cloud:sets', status: 403 }));
    open = () => Promise.resolve({ ...readOnly, place: 'cloud:sets', write: denied });
    const { code, report } = await json('check-access', 'cloud:sets');
    assert.equal(code, 3);
    const states = Object.fromEntries((report['probes'] as Probe[]).map(({ what, state }) => [what, state]));
    assert.deepEqual(states, { list: 'ok', write: 'denied', read: 'ok', replace: 'untold', remove: 'untold' });
  });

  it('du sums up folders, as deep as asked', async () => {
    assert.equal((await run('du', 'cloud:sets')).stdout, ' 5 B  2 files  deep/\n10 B  3 files  in all\n');
    const { report } = await json('du', 'cloud:sets');
    assert.deepEqual(report, {
      place: 'cloud:sets',
      files: 3,
      sizeBytes: 10,
      folders: { 'deep/': { files: 2, sizeBytes: 5 } },
    });
  });
});
