import assert from 'node:assert/strict';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { startDavServer, type DavServer } from '../../../src/testing/dav-server.ts';
import { skip } from '../../../../../test/support/skip.ts';
import { codesOf, StoreRig, three } from './rig.ts';

describe('store sync, cp, mv and rm, before something is removed or named', function () {
  this.timeout(30_000);
  let dav: DavServer;
  let rig: StoreRig;

  beforeEach(async () => {
    dav = await startDavServer();
    const url = `webdav+${dav.url}/cloud`;
    const stores = `  cloud: { url: '${url}' }\n  other-name: { url: '${url.replace('127.0.0.1', 'localhost')}' }\n`;
    rig = new StoreRig(`plugins: []\nstores:\n${stores}network: { allowHosts: [127.0.0.1, localhost] }\n`);
    for (const [key, text] of Object.entries(three)) rig.write(`src/${key}`, text);
  });

  afterEach(async () => {
    await dav.close();
    await rig[Symbol.asyncDispose]();
  });

  it('mv removes nothing where both places turn out to be one under two names', async () => {
    await rig.store('cp', 'src', 'cloud:a');
    for (const path of ['a', 'a/a.txt']) {
      const { code, stderr } = await rig.store('mv', `cloud:${path}`, `other-name:${path}`);
      assert.equal(code, 2);
      assert.match(stderr, /cloud:a and other-name:a are one place under two names/);
    }
    const left = (await rig.store('ls', 'cloud:a', '-r', '--json')).stdout;
    assert.deepEqual(left.match(/"key":"[^"]+"/g)?.length, 3, left);
    // Another place of the same service is none of that, also where the files are there already.
    await rig.store('cp', 'src', 'cloud:b');
    assert.match((await rig.store('mv', 'cloud:a', 'other-name:b')).stdout, /Moved 3 files/);
    assert.equal((await rig.store('ls', 'cloud:b', '-r', '--json')).stdout.match(/"key"/g)?.length, 3);
  });

  it('sync --delete removes nothing where the source lies in the target under another name', async () => {
    await rig.store('cp', 'src', 'cloud:a/sub');
    await rig.store('cp', 'src/a.txt', 'cloud:a/old/a.txt');
    const { code, stderr } = await rig.store('sync', 'cloud:a/sub', 'other-name:a', '--delete');
    assert.equal(code, 2);
    assert.match(stderr, /cloud:a\/sub is sub\/ in other-name:a: --delete would\s+remove the very files/);
    const keys = async (): Promise<number | undefined> =>
      (await rig.store('ls', 'cloud:a', '-r', '--json')).stdout.match(/"key"/g)?.length;
    assert.equal(await keys(), 7, 'three, their copies, and the old one');
    // Another folder of the same service loses what it has too much, also where that looks like the source.
    await rig.store('sync', 'src', 'cloud:b');
    assert.equal((await rig.store('sync', 'cloud:b', 'other-name:a', '--delete')).code, 0);
    assert.equal(await keys(), 3);
  });

  it('mv copies nothing from where nothing can be removed', async () => {
    await rig.store('cp', 'src/a.txt', 'cloud:a b.txt');
    const url = `${dav.url}/cloud/a%20b.txt`;
    const moved = await rig.store('mv', url, 'there.txt');
    assert.equal(moved.code, 2);
    assert.match(moved.stderr, /cannot remove/);
    assert.equal(existsSync(join(rig.dir, 'there.txt')), false);
    assert.equal((await rig.store('cp', url, 'there.txt')).code, 0);
    assert.equal((await rig.store('cat', 'there.txt')).stdout, 'one');
  });

  it('name extra files that no request may name, and let rm remove the others', async () => {
    await rig.store('sync', 'src', 'copy');
    rig.write('copy/back\\slash', 'odd');
    rig.write('src/new.txt', 'new');
    const synced = await rig.report('sync', 'src', 'copy', '--delete');
    assert.deepEqual([synced.code, synced['copied'], synced['removed'], codesOf(synced)], [1, 1, 0, ['store.key']]);
    assert.match((await rig.store('rm', 'copy', '--recursive', '--dry-run')).stdout, /Would remove 4 files/);
    const { code, stdout, stderr } = await rig.store('rm', 'copy', '--recursive');
    assert.deepEqual([code, stdout], [2, 'Removed 4 files.\n']);
    assert.match(stderr, /back\\\\slash.*\n.*1 file with such names cannot be removed here/);
    assert.deepEqual(rig.files('copy'), { 'back\\slash': 'odd' });
  });

  it('say that a folder lies where a file goes, and a file where a folder goes', async () => {
    await using rig = new StoreRig();
    rig.write('one/a/b', 'a file');
    rig.write('two/a/b/c', 'a file deeper');
    for (const [from, to, says] of [
      ['one', 'two', /a\/b in \.\/two cannot be written: a folder of this name lies there/],
      ['two', 'one', /a\/b\/c in \.\/one cannot be written: a file lies where one of its folders would be/],
    ] as const) {
      const { code, stderr } = await rig.store('sync', from, to);
      assert.equal(code, 1);
      assert.match(stderr, says);
      assert.doesNotMatch(stderr, /--overwrite/);
    }
    assert.deepEqual(rig.files('one'), { 'a/b': 'a file' });
    assert.deepEqual(rig.files('two'), { 'a/b/c': 'a file deeper' });
  });

  it('say the same of a service that has folders, and are no more at a loss when told to overwrite', async () => {
    await rig.store('cp', 'src/a.txt', 'cloud:a/folder/file.txt');
    const folder = /cannot be written: a folder of this name lies\s+there/;
    const file = /cannot be written: a file lies where one\s+of its folders would be/;
    for (const [line, says] of [
      [['cp', 'src/deep/b.txt', 'cloud:a/folder'], folder],
      [['cp', 'src/deep/b.txt', 'cloud:a/folder', '--overwrite'], folder],
      [['cp', 'src/deep/b.txt', 'cloud:a/folder/file.txt/b.txt'], file],
      [['cp', 'src/deep/b.txt', 'cloud:a/folder/file.txt/b.txt', '--overwrite'], file],
      [['cp', 'src/deep', 'cloud:a/folder/file.txt'], file],
      [['sync', 'src/deep', 'cloud:a/folder/file.txt'], file],
    ] as const) {
      const { code, stderr } = await rig.store(...line);
      assert.equal(code, 1, line.join(' '));
      assert.match(stderr, says, line.join(' '));
      assert.doesNotMatch(stderr, /--overwrite|Another program/);
    }
    assert.equal((await rig.store('cat', 'cloud:a/folder/file.txt')).stdout, 'one');
    assert.match((await rig.store('check-access', 'cloud:a/folder/file.txt')).stdout, /✗ write .*a file lies where/);
  });

  it('say that a file has been reached where a folder of this machine must be', async () => {
    const { code, stderr } = await rig.store('cp', 'src/deep', 'src/a.txt');
    assert.equal(code, 1);
    assert.match(stderr, /\.\/src\/a\.txt cannot be written: a file lies where/);
    assert.equal(rig.files('src')['a.txt'], 'one');
  });

  it('name the folder that may not be listed, and have copied nothing', async () => {
    await rig.store('cp', 'src', 'cloud:a');
    dav.fault = ({ method, url }) =>
      method === 'PROPFIND' && /\/deep\/?$/.test(url ?? '') ? { status: 403 } : undefined;
    const { code, stderr } = await rig.store('ls', 'cloud:a');
    assert.equal(code, 3);
    assert.match(stderr, /cloud:a may not be accessed: the folder a\/deep may not be listed/);
  });

  it('name the folder of this machine that may not be listed, and how that is mended', async function () {
    if (process.getuid?.() === 0 || process.platform === 'win32') return skip(this, 'root may read everything');
    rig.write('src/closed/c.txt', 'c');
    chmodSync(join(rig.dir, 'src/closed'), 0o000);
    const { code, stderr } = await rig.store('sync', 'src', 'copy');
    chmodSync(join(rig.dir, 'src/closed'), 0o755);
    assert.equal(code, 3);
    assert.match(stderr, /\.\/src may not be accessed: the folder closed may not be listed/);
    assert.match(stderr, /Change its rights/);
  });

  it('say that a folder of the target lies on another disk', async function () {
    const far = existsSync('/dev/shm') ? mkdtempSync('/dev/shm/runner-far-') : rig.dir;
    try {
      if (statSync(far).dev === statSync(rig.dir).dev) return skip(this, 'there is no other disk here');
      mkdirSync(join(rig.dir, 'copy'));
      symlinkSync(far, join(rig.dir, 'copy/deep'));
      const { code, stderr } = await rig.store('sync', 'src', 'copy');
      assert.equal(code, 1);
      assert.match(stderr, /\.\/copy\/deep\/b\.txt cannot be written: its folder lies on another disk/);
      assert.match(stderr, /give that folder as a place/);
      assert.deepEqual([readdirSync(far), Object.keys(rig.files('copy'))], [[], ['a.txt']]);
    } finally {
      if (far !== rig.dir) rmSync(far, { recursive: true });
    }
  });

  it('sync says that its source is a file, and rm --recursive removes one', async () => {
    await rig.store('cp', 'src', 'cloud:a');
    for (const place of ['src', 'cloud:a']) {
      const { code, stderr } = await rig.store('sync', `${place}/a.txt`, 'copy');
      assert.equal(code, 2);
      assert.match(stderr, /a\.txt is a file, where a folder is wanted/);
      assert.match((await rig.store('sync', `${place}/b.txt`, 'copy')).stderr, /b\.txt has no files/);
      assert.match((await rig.store('rm', `${place}/a.txt`, '-r', '--dry-run')).stdout, /Would remove 1 file\./);
      assert.match((await rig.store('rm', `${place}/a.txt`, '-r')).stdout, /^Removed 1 file\./);
      assert.match((await rig.store('rm', `${place}/a.txt`, '-r')).stderr, /a\.txt (does not exist|has no files)/);
      assert.match((await rig.store('du', place)).stdout, /2 files {2}in all/);
    }
  });

  it('tell in a dry run what the run would refuse', async () => {
    await using rig = new StoreRig();
    for (const name of ['ok', 'back\\slash', 'Case', 'case']) rig.write(`src/${name}`, 'x');
    for (const name of ['more', 'ex\\tra']) rig.write(`there/${name}`, 'x');
    const planned = await rig.store('sync', 'src', 'there', '--delete', '--dry-run');
    assert.equal(planned.code, 1);
    assert.match(planned.stdout, /Would copy 2 files, 2 B, to there.*; 3 would fail, and nothing be removed/);
    assert.doesNotMatch(planned.stdout, /^(copy|remove) .*(slash|ex)/m);
    assert.match(planned.stderr, /back\\\\slash.*store\.key[^]*output\.collision/);
    const ran = await rig.report('sync', 'src', 'there', '--delete');
    const dry = await rig.report('sync', 'src', 'there', '--delete', '--dry-run');
    assert.deepEqual([dry.code, dry['failureCount']], [ran.code, ran['failureCount']]);
    assert.deepEqual(codesOf(dry).sort(), codesOf(ran).sort());
  });

  it('cp tells in a dry run which files it would not replace, and names the one it copies', async () => {
    await rig.store('cp', 'src', 'cloud:a');
    rig.write('src/a.txt', 'longer');
    for (const [line, code, says] of [
      [
        ['cp', 'src', 'cloud:a', '--dry-run'],
        1,
        /differs .* a\.txt[^]*Would copy 0 files, 0 B, to cloud:a.*; 1 would fail/,
      ],
      [
        ['cp', 'src', 'cloud:a', '--dry-run', '--overwrite'],
        0,
        /replace .* a\.txt[^]*Would copy 1 file, 6 B, to cloud:a/,
      ],
      [
        ['cp', 'src/a.txt', 'cloud:b/new.txt', '--dry-run'],
        0,
        /copy .* new\.txt[^]*Would copy 1 file, 6 B, to cloud:b\/new\.txt/,
      ],
      [['cp', 'src/a.txt', 'cloud:b/new.txt'], 0, /Copied 1 file, 6 B, to cloud:b\/new\.txt/],
      [['mv', 'src/a.txt', 'cloud:b/'], 0, /Moved 1 file to cloud:b\/a\.txt/],
    ] as const) {
      const ended = await rig.store(...line);
      assert.equal(ended.code, code, line.join(' '));
      assert.match(ended.stdout, says);
    }
  });

  it('tell of nothing to remove where the source has no files', async () => {
    mkdirSync(join(rig.dir, 'none'));
    for (const more of [[], ['--dry-run']]) {
      const { code, stdout, stderr } = await rig.store('sync', 'none', 'src', '--delete', ...more);
      assert.deepEqual([code, stdout], [1, '']);
      assert.match(stderr, /none has no files/);
    }
    assert.equal(Object.keys(rig.files('src')).length, 3);
  });

  it('mv says that all is copied where the source cannot be removed', async () => {
    await rig.store('cp', 'src', 'cloud:a');
    dav.fault = ({ method, url }) =>
      method === 'DELETE' && url?.includes('/a/') === true ? { status: 403 } : undefined;
    const { code, stderr } = await rig.store('mv', 'cloud:a', 'back');
    assert.equal(code, 3);
    assert.match(stderr, /cloud:a\S* may not be accessed/);
    assert.match(stderr, /All of cloud:a is copied to back; what was to be removed is not all gone/);
    assert.equal(Object.keys(rig.files('back')).length, 3);
    dav.fault = () => undefined;
    assert.match((await rig.store('mv', 'cloud:a', 'back')).stdout, /Moved 3 files/);
  });

  it('cp and mv name the file that both ends are', async () => {
    for (const how of ['cp', 'mv']) {
      const { code, stderr } = await rig.store(how, 'src/a.txt', './src/a.txt');
      assert.equal(code, 2);
      assert.match(stderr, /src\/a\.txt and \.\/src\/a\.txt are the same file/);
    }
  });

  it('cp puts a file into the URL of a folder under the name it has', async () => {
    rig.write('src/50%20?.txt', 'odd');
    assert.equal((await rig.store('cp', 'src/50%20?.txt', `webdav+${dav.url}/cloud/`)).code, 0);
    assert.match((await rig.store('ls', 'cloud:')).stdout, /50%20\?\.txt/);
  });
});
