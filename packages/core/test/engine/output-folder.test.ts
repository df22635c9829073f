import { deepEqual, equal } from 'node:assert/strict';
import { mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { StagingFolder } from '../../src/engine/work/output-folder.ts';
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
});
