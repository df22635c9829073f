import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { done, failed, git, registry, textsIn } from '../support/registry.ts';

const template = `stages:
  each:
    foreach: \${sets}
    do:
      wdir: \${item}
      cmd: echo \${item} > o
      outs:
      - o:
          remote: other
`;

describe('outputs of pipelines', function () {
  this.timeout(60_000);

  it('lie in the folder their template names, go to the remote they name, and are nobody’s with their stage', async () => {
    await using rig = await registry({
      'dvc.yaml': template,
      'params.yaml': 'sets: [a, b]',
      'a/keep': '',
      'b/keep': '',
    });
    await done(rig, 'remote', 'add', 'other', './storage/other');
    await done(rig, 'repro');
    git(rig, 'add', '.');
    git(rig, 'commit', '-qm', 'one');
    await done(rig, 'push');
    assert.equal(Object.keys(textsIn(rig, 'storage/other/files')).length, 2);
    assert.equal(rig.exists('storage/files'), false);
    for (const path of ['a/o', 'b/o', '.dvc/cache']) rmSync(rig.path(path), { recursive: true });
    await done(rig, 'pull');
    assert.deepEqual([rig.read('a/o'), rig.read('b/o'), rig.exists('o')], ['a\n', 'b\n', false]);
    assert.equal((await done(rig, 'status'))['isClean'], true);
    assert.equal((await done(rig, 'status', '--cloud'))['isClean'], true);
    rig.write('params.yaml', 'sets: [a]');
    rmSync(rig.path('b/o'));
    assert.equal((await done(rig, 'status'))['isClean'], true);
    const { deleted } = await done<{ deleted: { path: string }[] }>(rig, 'diff');
    assert.deepEqual(
      deleted.map(({ path }) => path),
      ['b/o'],
    );
    rig.write('params.yaml', 'other: [a]');
    assert.equal((await failed(rig, 'checkout')).code, 'registry.file-broken');
  });
});
