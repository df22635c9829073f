import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { done, emptyProject, failed, registry, textsIn } from './support/registry.ts';

describe('registry:add of data that lies elsewhere', function () {
  this.timeout(60_000);

  it('--to-remote keeps nothing here, and pull brings it', async () => {
    await using away = await emptyProject({ 'set/a': 'same', 'set/b': 'same', 'set/sub/c': 'c', 'w.txt': 'w' });
    await using rig = await registry();
    await done(rig, 'add', away.path('set'), '--to-remote', '--out', 'raw/set');
    await done(rig, 'add', away.path('w.txt'), '--to-remote');
    assert.match(
      rig.read('raw/set.dvc'),
      /^outs:\n- md5: \w{32}\.dir\n {2}size: 9\n {2}nfiles: 3\n {2}hash: md5\n {2}path: set\n$/,
    );
    assert.deepEqual([rig.exists('raw/set'), rig.exists('.dvc/cache'), rig.exists('w.txt')], [false, false, false]);
    assert.deepEqual([rig.read('raw/.gitignore'), rig.exists('w.txt.dvc')], ['/set\n', true]);
    await done(rig, 'pull');
    assert.deepEqual(textsIn(rig, 'raw/set'), { a: 'same', b: 'same', 'sub/c': 'c' });
    assert.equal((await done(rig, 'status', '--cloud'))['isClean'], true);
    const two = await failed(rig, 'add', away.path('set'), away.path('w.txt'), '--to-remote');
    assert.equal(two.code, 'registry.word-missing');
    assert.equal((await failed(rig, 'add', away.path('w.txt'), '-o', 'raw/set/w')).code, 'registry.outs-overlap');
  });

  it('--out takes a copy into the cache and the workspace, never over files of yours', async () => {
    await using away = await emptyProject({ 'set/a': 'a', 'w.txt': 'w' });
    await using rig = await registry({ 'mine.txt': 'mine' });
    await done(rig, 'add', away.path('set'), '--out', 'raw/set');
    rmSync(away.path('set'), { recursive: true });
    assert.deepEqual(textsIn(rig, 'raw/set'), { a: 'a' });
    assert.equal((await done(rig, 'status'))['isClean'], true);
    assert.equal((await failed(rig, 'add', away.path('w.txt'), '--out', 'mine.txt')).code, 'registry.unsaved');
    assert.equal(rig.read('mine.txt'), 'mine');
  });
});
