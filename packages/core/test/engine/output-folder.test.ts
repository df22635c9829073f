import { deepEqual, equal, rejects } from 'node:assert/strict';
import { linkSync, mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { listFiles, StagingFolder } from '../../src/engine/work/output-folder.ts';
import { sha256 } from '../../src/lib/digest.ts';

describe('a folder that is being filled', () => {
  let path: string;
  beforeEach(() => {
    path = mkdtempSync(join(tmpdir(), 'folder-'));
  });
  afterEach(() => rmSync(path, { recursive: true, force: true }));

  it('is sealed with what lies in it, also where a program wrote over a file or beside it', async () => {
    const folder = new StagingFolder(path);
    await folder.write('kept.txt', 'first');
    equal(folder.path, path);
    await folder.write('deep/changed.txt', 'first');
    writeFileSync(join(path, 'deep', 'changed.txt'), 'other');
    utimesSync(join(path, 'deep', 'changed.txt'), 1, 1);
    writeFileSync(join(path, 'foreign.txt'), 'beside');
    const { files, count, size } = folder.seal('set');
    deepEqual(files, [
      ['deep/changed.txt', 5, sha256('other')],
      ['foreign.txt', 6, sha256('beside')],
      ['kept.txt', 5, sha256('first')],
    ]);
    equal(count, 3);
    equal(size, 16);
  });

  it('is sealed without a look while nobody else knows where it lies', async () => {
    const folder = new StagingFolder(path);
    await folder.write('b.txt', 'second');
    await folder.write('a/b/c.txt', Buffer.from('first'));
    await folder.write(
      'B.txt',
      (async function* () {
        yield Buffer.from('third');
      })(),
    );
    const { files, digest } = folder.seal('set');
    deepEqual(files, [
      ['B.txt', 5, sha256('third')],
      ['a/b/c.txt', 5, sha256('first')],
      ['b.txt', 6, sha256('second')],
    ]);
    // What a look finds is the same.
    equal(folder.path, path);
    equal(folder.seal('set').digest, digest);
  });

  for (const name of ['../out.txt', 'deep/../../out.txt', '/out.txt', '..']) {
    it(`is not left by a file named ${name}`, async () => {
      await rejects(new StagingFolder(path).write(name, ''), /store\.key/);
    });
  }

  it('is looked through however many files lie in a folder of it', () => {
    mkdirSync(join(path, 'deep'));
    // More than a call takes arguments. Links are made sooner than files; an inode takes 65,000 at the most.
    const count = 130_000;
    let file = '';
    for (let n = 0; n < count; n++) {
      const name = join(path, 'deep', `${n}`);
      if (n % 60_000 > 0) linkSync(file, name);
      else writeFileSync((file = name), '');
    }
    equal(listFiles(path).length, count);
  }).timeout(60_000);

  it('refuses a second file of the same name', async () => {
    const folder = new StagingFolder(path);
    await folder.write('a.txt', 'first');
    await rejects(folder.write('a.txt', 'second'), { code: 'EEXIST' });
    deepEqual(folder.seal('set').files, [['a.txt', 5, sha256('first')]]);
  });
});
