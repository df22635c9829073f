import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { failureOf } from '@dataset-runner/core/plugin';
import { cacheBytes, cacheFile, hashFile, isTrusted } from '../src/objects/cache-file.ts';
import { objectKey, oidOfKey } from '../src/objects/object-path.ts';
import { linkTypesOf, placeFile } from '../src/objects/place-file.ts';
import { StatIndex } from '../src/workspace/stat-index.ts';
import { walkFolder } from '../src/workspace/walk.ts';

describe('objects and the workspace', () => {
  let root: string;
  beforeEach(() => void (root = mkdtempSync(join(tmpdir(), 'registry-'))));
  afterEach(() => rmSync(root, { recursive: true, force: true }));
  const write = (path: string, text: string | Uint8Array): string => {
    mkdirSync(join(root, path, '..'), { recursive: true });
    writeFileSync(join(root, path), text);
    return join(root, path);
  };

  it('small and large files end in the cache under their md5, read-only, once', () => {
    const cache = join(root, 'cache');
    for (const size of [0, 10, 3_000_000]) {
      const bytes = Buffer.alloc(size, 'pixels');
      const path = write(`of-${size}`, bytes);
      const { md5 } = cacheFile(path, cache);
      assert.equal(md5, hashFile(path));
      const object = join(cache, objectKey(md5));
      assert.deepEqual(readFileSync(object), bytes);
      const { ino, mode } = statSync(object);
      assert.equal(mode & 0o777, 0o444);
      cacheFile(path, cache);
      assert.equal(statSync(object).ino, ino, 'a trusted object is left alone');
    }
    const left = readdirSync(cache, { recursive: true, encoding: 'utf8' }).filter((name) => name.includes('.tmp'));
    assert.deepEqual(left, []);
  });

  it('an object that is not trusted is written again', () => {
    const cache = join(root, 'cache');
    const { md5 } = cacheBytes(Buffer.from('right'), cache);
    const object = join(cache, objectKey(md5));
    chmodSync(object, 0o644);
    writeFileSync(object, 'wrong');
    cacheBytes(Buffer.from('right'), cache);
    assert.equal(readFileSync(object, 'utf8'), 'right');
    assert.ok(isTrusted(object));
  });

  it('keys of both layouts are told apart from other files', () => {
    const oid = 'd41d8cd98f00b204e9800998ecf8427e.dir';
    assert.deepEqual(oidOfKey(objectKey(oid)), { oid, layout: 'files/md5' });
    assert.deepEqual(oidOfKey(objectKey(oid, 'legacy')), { oid, layout: 'legacy' });
    assert.equal(oidOfKey('runs/ab/abcdef'), undefined);
    assert.equal(oidOfKey('files/md5/d4/.x.tmp'), undefined);
  });

  it('each kind of link puts the object in place of what is there', () => {
    const cache = join(root, 'cache');
    const { md5 } = cacheBytes(Buffer.from('new'), cache);
    const object = join(cache, objectKey(md5));
    const staging = join(root, 'placing');
    for (const type of ['copy', 'hardlink', 'symlink'] as const) {
      const target = write(`to/${type}`, 'old');
      assert.deepEqual(placeFile(object, target, { types: [type], staging, md5 }), { type, failed: [] });
      assert.equal(readFileSync(target, 'utf8'), 'new');
      placeFile(object, target, { types: [type], staging, md5 });
      assert.equal(
        readdirSync(join(root, 'to')).some((name) => name.endsWith('.tmp')),
        false,
      );
    }
    assert.equal(statSync(join(root, 'to/hardlink')).ino, statSync(object).ino);
    placeFile(object, join(root, 'to/run'), { types: linkTypesOf(undefined), isexec: true, staging, md5 });
    assert.ok((statSync(join(root, 'to/run')).mode & 0o100) !== 0);
  });

  it('an empty object is copied, which says nothing of the links that were wanted', () => {
    const cache = join(root, 'cache');
    const { md5 } = cacheBytes(Buffer.alloc(0), cache);
    const placing = { types: ['reflink', 'hardlink'], staging: join(root, 'placing'), md5 } as const;
    const placed = placeFile(join(cache, objectKey(md5)), join(root, 'to/empty'), placing);
    assert.deepEqual(placed, { type: 'copy', failed: [] });
  });

  it('a walk sees what DVC sees and names what DVC would choke on', () => {
    mkdirSync(join(root, '.dvc'));
    for (const path of ['set/a.png', 'set/sub/b.png', 'set/skip.tmp', 'set/.git/x', 'set/other/.dvc/config'])
      write(path, 'x');
    write('.dvcignore', '*.tmp\n');
    mkdirSync(join(root, 'away'));
    write('away/c.png', 'x');
    symlinkSync(join(root, 'away'), join(root, 'set/linked-folder'));
    symlinkSync(join(root, 'away/c.png'), join(root, 'set/linked.png'));
    const paths = (): string[] =>
      walkFolder(root, 'set')
        .map(({ relpath }) => relpath)
        .sort();
    assert.deepEqual(paths(), ['a.png', 'linked.png', 'sub/b.png']);
    // The character that unreadable names are shown with is a name like any other.
    write('set/\ufffd.png', 'x');
    assert.deepEqual(paths(), ['a.png', 'linked.png', 'sub/b.png', '\ufffd.png']);
    symlinkSync(join(root, 'nowhere'), join(root, 'set/broken'));
    assert.throws(paths, hasCode('registry.link-broken'));
    rmSync(join(root, 'set/broken'));
    execFileSync('mkfifo', [join(root, 'set/pipe')]);
    assert.throws(paths, hasCode('registry.not-a-file'));
    rmSync(join(root, 'set/pipe'));
    writeFileSync(Buffer.concat([Buffer.from(join(root, 'set/')), Buffer.from([0xe9, 0x2e])]), 'x');
    assert.throws(paths, hasCode('registry.name-not-utf8'));
  });

  it('the index knows a file until its size, times or inode change', () => {
    mkdirSync(join(root, '.dvc'));
    write('set/a', 'one');
    write('set/b', 'two');
    const old = new Date(Date.now() - 60_000);
    for (const name of ['a', 'b']) utimesSync(join(root, 'set', name), old, old);
    const index = new StatIndex(join(root, 'index.db'));
    const found = walkFolder(root, 'set');
    assert.equal(index.lookUp('set', found).unknown.length, 2);
    index.keep(
      'set',
      found.map((file) => [file, hashFile(join(root, 'set', file.relpath))] as const),
      Date.now() + 1000,
    );
    assert.equal(index.lookUp('set', walkFolder(root, 'set')).known.size, 2);
    write('set/a', 'six');
    utimesSync(join(root, 'set/a'), old, old);
    const after = index.lookUp('set', walkFolder(root, 'set'));
    assert.deepEqual(
      after.unknown.map(({ relpath }) => relpath),
      ['a'],
      'ctime tells even when mtime was set back',
    );
    index.keep(
      'set',
      after.unknown.map((file) => [file, 'x'] as const),
      Date.now(),
    );
    assert.equal(
      index.lookUp('set', walkFolder(root, 'set')).unknown.length,
      1,
      'a file touched just now is not trusted',
    );
    index.close();
  });
});

function hasCode(code: string): (error: unknown) => boolean {
  return (error) => failureOf(error)?.code === code;
}
