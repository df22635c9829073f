import assert from 'node:assert/strict';
import { existsSync, linkSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { skip } from '../../../../test/support/skip.ts';
import { publishFile } from '../../src/engine/publish-local.ts';
import type { StagedFile } from '../../src/engine/work/staged.ts';
import { failureOf } from '../../src/model/failure.ts';
import { sha256 } from '../../src/lib/digest.ts';

const otherDisk = '/dev/shm';
const how = { ours: false, place: './set', key: 'a/b.txt' };

describe('publishing a file lent by work:', () => {
  let dir: string;
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'publish-'));
    mkdirSync(join(dir, 'set'));
  });
  afterEach(() => rmSync(dir, { recursive: true }));

  const target = (): string => join(dir, 'set', 'a', 'b.txt');
  const inode = (path: string): number => statSync(path).ino;

  function lend(lent: string): StagedFile {
    writeFileSync(lent, 'picture');
    const { size, mtimeMs } = statSync(lent);
    const path = join(dir, 'staged');
    return { kind: 'file', key: how.key, size, digest: sha256('picture'), path, version: String(mtimeMs), lent };
  }

  it('gives it a second name and leaves the first', () => {
    const staged = lend(join(dir, 'lent'));
    const version = publishFile(staged, target(), how);
    assert.equal(inode(target()), inode(join(dir, 'lent')));
    assert.equal(version, String(statSync(target()).mtimeMs));
    assert.ok(!existsSync(staged.path));
  });

  it('replaces our own file, also by the very same one', () => {
    mkdirSync(join(dir, 'set', 'a'));
    writeFileSync(target(), 'an older picture');
    const staged = lend(join(dir, 'lent'));
    for (let times = 0; times < 2; times++) {
      publishFile(staged, target(), { ...how, ours: true });
      assert.equal(inode(target()), inode(join(dir, 'lent')));
      assert.ok(!existsSync(staged.path));
    }
    assert.equal(readFileSync(join(dir, 'lent'), 'utf8'), 'picture');
  });

  it('never replaces a foreign file, and adopts one with the same bytes', () => {
    mkdirSync(join(dir, 'set', 'a'));
    writeFileSync(target(), 'somebody wrote this');
    const staged = lend(join(dir, 'lent'));
    assert.throws(
      () => publishFile(staged, target(), how),
      (error) => failureOf(error)?.code === 'output.foreign',
    );
    assert.equal(readFileSync(target(), 'utf8'), 'somebody wrote this');
    writeFileSync(target(), 'picture');
    const own = inode(target());
    publishFile(staged, target(), how);
    assert.equal(inode(target()), own);
    assert.equal(readFileSync(join(dir, 'lent'), 'utf8'), 'picture');
  });

  it('copies it where it cannot be linked', function () {
    if (!existsSync(otherDisk) || statSync(otherDisk).dev === statSync(dir).dev)
      return skip(this, `${otherDisk} is no other file system here`);
    const elsewhere = mkdtempSync(join(otherDisk, 'publish-'));
    try {
      for (const ours of [false, true]) {
        const staged = lend(join(elsewhere, 'lent'));
        const version = publishFile(staged, target(), { ...how, ours });
        assert.equal(readFileSync(target(), 'utf8'), 'picture');
        assert.equal(version, String(statSync(target()).mtimeMs));
        assert.equal(readFileSync(join(elsewhere, 'lent'), 'utf8'), 'picture');
        assert.ok(!existsSync(staged.path));
      }
    } finally {
      rmSync(elsewhere, { recursive: true });
    }
  });
});

describe('publishing a file without bytes', () => {
  let dir: string;
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'publish-'));
  });
  afterEach(() => rmSync(dir, { recursive: true }));

  const target = (): string => join(dir, 'set', 'a', 'b.txt');
  const staged = (): StagedFile => {
    const path = join(dir, 'staged');
    return { kind: 'file', key: how.key, size: 0, digest: sha256(''), path, version: '', isEmpty: true };
  };

  it('makes it where it belongs, and again as our own', () => {
    for (const ours of [false, true, true]) {
      const version = publishFile(staged(), target(), { ...how, ours });
      assert.equal(statSync(target()).size, 0);
      assert.equal(version, String(statSync(target()).mtimeMs));
      assert.ok(!existsSync(staged().path));
    }
  });

  it('puts it in the place of our own file by rename: other names of that file keep their bytes', () => {
    mkdirSync(join(dir, 'set', 'a'), { recursive: true });
    writeFileSync(target(), 'an older label');
    linkSync(target(), join(dir, 'other name'));
    publishFile(staged(), target(), { ...how, ours: true });
    assert.equal(statSync(target()).size, 0);
    assert.equal(readFileSync(join(dir, 'other name'), 'utf8'), 'an older label');
  });

  it('never replaces a foreign file, and adopts one that is empty too', () => {
    mkdirSync(join(dir, 'set', 'a'), { recursive: true });
    writeFileSync(target(), 'somebody wrote this');
    assert.throws(
      () => publishFile(staged(), target(), how),
      (error) => failureOf(error)?.code === 'output.foreign',
    );
    assert.equal(readFileSync(target(), 'utf8'), 'somebody wrote this');
    writeFileSync(target(), '');
    const own = statSync(target()).ino;
    assert.equal(publishFile(staged(), target(), how), String(statSync(target()).mtimeMs));
    assert.equal(statSync(target()).ino, own);
  });
});
