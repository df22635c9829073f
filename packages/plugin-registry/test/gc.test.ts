import assert from 'node:assert/strict';
import { renameSync, rmSync } from 'node:fs';
import { startGcsServer } from '@dataset-runner/core/testing';
import { done, failed, git, registry, textsBelow, textsIn } from './support/registry.ts';

describe('registry:gc', function () {
  this.timeout(60_000);

  it('keeps what is named by what is to be kept, in the cache and in a remote that is a folder', async () => {
    await using rig = await registry({ 'set/a': 'a', 'set/b': 'b' });
    await done(rig, 'add', 'set');
    git(rig, 'add', '.');
    git(rig, 'commit', '-qm', 'one');
    rig.write('set/a', 'other');
    await done(rig, 'commit');
    git(rig, 'commit', '-qam', 'two');
    await done(rig, 'push');
    assert.equal((await failed(rig, 'gc')).code, 'registry.word-missing');
    assert.equal((await done(rig, 'gc', '--all-commits'))['removed'], 0);
    const { removed } = await done(rig, 'gc', '--workspace');
    assert.equal(removed, 2);
    assert.equal((await done(rig, 'gc', '--workspace', '--cloud'))['removedFar'], 0);
    git(rig, 'checkout', '-q', 'HEAD~1');
    assert.equal((await failed(rig, 'checkout')).code, 'registry.object-missing');
    assert.equal(rig.read('set/a'), 'other');
  });

  it('removes nothing when what commits name cannot be known', async () => {
    await using rig = await registry({ a: 'one' });
    await done(rig, 'add', 'a');
    git(rig, 'add', '.');
    git(rig, 'commit', '-qm', 'one', '--date', '2020-01-01T00:00:00Z');
    rig.write('a', 'two');
    await done(rig, 'add', 'a');
    git(rig, 'commit', '-qam', 'two');
    const objects = Object.keys(textsIn(rig, '.dvc/cache'));
    assert.equal(objects.length, 2);
    for (const date of ['31.01.2020', '2020-11-31', '2020-13-01', 'yesterdey', ''])
      assert.equal((await failed(rig, 'gc', '--date', date)).code, 'registry.word-missing', date);
    renameSync(rig.path('.git'), rig.path('storage'));
    for (const scope of ['--all-branches', '--all-tags', '--all-commits', '--date=2020-01-01'])
      assert.equal((await failed(rig, 'gc', scope)).code, 'registry.no-git', scope);
    assert.deepEqual(Object.keys(textsIn(rig, '.dvc/cache')), objects);
    renameSync(rig.path('storage'), rig.path('.git'));
    assert.equal((await done(rig, 'gc', '--all-branches', '--num', '2'))['removed'], 0);
    assert.equal((await done(rig, 'gc', '--date', '2020-01-01'))['removed'], 0);
    assert.equal((await done(rig, 'gc', '--all-branches', '--all-tags'))['removed'], 1);
  });

  it('keeps what other repositories with the same cache name, in the workspace or in commits', async () => {
    await using other = await registry({ 'theirs/a': 'one', 'theirs/b': 'same' });
    await using rig = await registry({ mine: 'mine', 'no-repo/x': '' });
    const shared = other.path('shared');
    for (const each of [rig, other]) each.write('.dvc/config', `[cache]\n    dir = ${shared}\n`);
    const objects = (): number =>
      Object.keys(textsBelow(shared)).filter((key) => /^files.[^]*[0-9a-f]{30}/.test(key)).length;
    await done(rig, 'add', 'mine');
    await done(other, 'add', 'theirs');
    git(other, 'add', '-A');
    git(other, 'commit', '-qm', 'one');
    other.write('theirs/a', 'two');
    await done(other, 'add', 'theirs');
    assert.equal(objects(), 1 + 3 + 2);
    // A path that means no other repository keeps nothing; that is no reason to remove.
    assert.equal((await failed(rig, 'gc', '--workspace', '-p', '../nowhere')).code, 'registry.path-missing');
    assert.equal((await failed(rig, 'gc', '--workspace', '-p', 'no-repo')).code, 'registry.word-missing');
    assert.equal((await failed(rig, 'gc', '-p', other.dir)).code, 'registry.word-missing');
    assert.equal((await done(rig, 'gc', '--all-commits', '--projects', other.dir))['removed'], 0);
    // Of the commit before only the folder and the file that changed are named by nothing that is kept.
    assert.equal((await done(rig, 'gc', '--workspace', '--projects', other.dir))['removed'], 2);
    assert.equal(objects(), 1 + 3);
    assert.equal((await done(other, 'status'))['isClean'], true);
    assert.equal((await done(rig, 'gc', '--workspace'))['removed'], 3);
  });

  it('knows what a commit of many thousand files names', async () => {
    const folder = 'x'.repeat(200);
    const code = Object.fromEntries(
      Array.from({ length: 1800 }, (_, at) => [`src/${folder}/${folder}/${folder}/${at}`, '']),
    );
    await using rig = await registry({ 'a[1]': 'one', ...code });
    await done(rig, 'add', 'a[1]');
    git(rig, 'add', '.');
    git(rig, 'commit', '-qm', 'one', '--quiet');
    rig.write('a[1]', 'two');
    rig.write('a1', 'in git');
    await done(rig, 'add', 'a[1]');
    git(rig, 'add', '.');
    git(rig, 'commit', '-qm', 'two', '--quiet');
    assert.equal(((await done(rig, 'diff', 'HEAD~1', 'HEAD'))['modified'] as unknown[]).length, 1);
    assert.equal((await failed(rig, 'add', 'src', '--dry-run')).code, 'registry.git-tracked');
    git(rig, 'rm', '-q', '-r', '--cached', '.');
    rmSync(rig.path('src'), { recursive: true });
    assert.equal((await done(rig, 'gc', '--all-commits'))['removed'], 0);
  });

  it('cleans a remote in a bucket, where a folder that the cache knows nothing of keeps its files', async () => {
    const gcs = await startGcsServer();
    gcs.objects.createBucket('data');
    const names = (): string[] => [...gcs.objects.bucket('data').keys()].sort();
    const trees = (): string[] => names().filter((name) => name.endsWith('.dir'));
    try {
      await using rig = await registry({ 'set/a': 'a', 'set/b': 'b' }, { remote: 'gs://data/lab' });
      await done(rig, 'remote', 'modify', 'storage', 'endpointurl', gcs.url);
      await done(rig, 'remote', 'modify', 'storage', 'allow_anonymous_login', 'true');
      gcs.objects.put('data', 'lab/files/md5/notes.txt', Buffer.from('ours'), { query: new URLSearchParams() });
      for (const text of ['one', 'two', 'three']) {
        rig.write('set/a', text);
        await done(rig, 'add', 'set');
        await done(rig, 'push');
        if (text === 'two') continue;
        git(rig, 'add', '.');
        git(rig, 'commit', '-qm', text);
      }
      // The first version and the last are committed; b is in all, so three folders and four files lie there.
      assert.equal(names().length, 1 + 3 + 4);
      rmSync(rig.path('.dvc/cache'), { recursive: true });
      await done(rig, 'commit');
      const before = names();
      assert.equal((await rig.json('run', 'registry:gc', '--all-commits', '--cloud', '--dry-run')).code, 0);
      assert.deepEqual(names(), before);
      assert.equal((await done(rig, 'gc', '--all-commits', '--cloud'))['removedFar'], 2);
      assert.equal(names().length, 1 + 2 + 3);
      git(rig, 'checkout', '-q', 'HEAD~1');
      await done(rig, 'pull', '--force');
      assert.equal(rig.read('set/a'), 'one');
      git(rig, 'checkout', '-q', 'main');
      await done(rig, 'checkout', '--force');
      // A .dir that tells lies is no reason to remove what it may have named.
      const [broken] = trees().filter((name) => !rig.read('set.dvc').includes(name.slice(-34, -4)));
      rmSync(rig.path('.dvc/cache'), { recursive: true });
      await done(rig, 'commit');
      gcs.objects.put('data', broken!, Buffer.from('[]'), { query: new URLSearchParams() });
      assert.equal((await failed(rig, 'gc', '--all-commits', '--cloud')).code, 'registry.object-corrupt');
      assert.equal(names().length, 1 + 2 + 3);
      assert.equal((await done(rig, 'gc', '--workspace', '--cloud'))['removedFar'], 2);
      assert.deepEqual([names().length, trees().length], [1 + 1 + 2, 1]);
      assert.equal((await done(rig, 'status', '--cloud'))['isClean'], true);
    } finally {
      await gcs.close();
    }
  });
});
