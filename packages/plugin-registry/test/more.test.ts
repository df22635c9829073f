import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { stageMd5 } from '../src/formats/stage-file.ts';
import { isMap } from '../src/formats/value.ts';
import { valueOf } from '../src/formats/yaml-node.ts';
import { readYaml } from '../src/formats/yaml-read.ts';
import { done, failed, git, registry, textsIn } from './support/registry.ts';

describe('a registry and git', function () {
  this.timeout(60_000);

  it('diff lists what was added, changed, renamed and deleted, against the workspace and between commits', async () => {
    await using rig = await registry({ 'set/a': 'a', 'set/b': 'b', 'set/c': 'c', 'labels.csv': 'x' });
    await done(rig, 'add', 'set', 'labels.csv');
    const first = /md5: (..)(.*\.dir)/.exec(rig.read('set.dvc')) ?? [];
    git(rig, 'add', '.');
    git(rig, 'commit', '-qm', 'one');
    rig.write('set/a', 'other');
    rig.write('set/sub/b2', 'b');
    rmSync(rig.path('set/b'));
    rmSync(rig.path('set/c'));
    rig.write('set/new', 'n');
    const paths = (list: unknown): unknown[] => (list as { path: unknown }[]).map(({ path }) => path);
    const wanted = {
      added: ['set/new'],
      deleted: ['set/c'],
      modified: ['set/', 'set/a'],
      renamed: [{ old: 'set/b', new: 'set/sub/b2' }],
    };
    const check = async (...args: readonly string[]): Promise<void> => {
      const found = await done(rig, 'diff', ...args);
      assert.deepEqual(Object.fromEntries(Object.keys(wanted).map((word) => [word, paths(found[word])])), wanted);
    };
    await check();
    await done(rig, 'commit');
    git(rig, 'commit', '-qam', 'two');
    await check('HEAD~1', 'HEAD');
    // A folder whose files of then nobody can tell: it changed, and that is all.
    rmSync(rig.path('.dvc/cache/files/md5', first[1] ?? '', first[2] ?? ''));
    const { modified, 'not in cache': lacking, ...others } = await done(rig, 'diff', 'HEAD~1', 'HEAD');
    assert.deepEqual(
      [paths(modified), paths(lacking), others],
      [['set/'], ['set/'], { added: [], deleted: [], renamed: [] }],
    );
    assert.match((await rig.runner('run', 'registry:diff', 'HEAD~1', 'HEAD')).stdout, /not in cache {2}set\/ as /);
    assert.equal((await failed(rig, 'diff', 'nowhere')).code, 'registry.revision-unknown');
  });

  it('move and remove keep git and the .dvc files in step', async () => {
    await using rig = await registry({ 'raw/one/a': 'a', 'keep/x': 'x' });
    await done(rig, 'add', 'raw/one');
    assert.deepEqual(await done(rig, 'move', 'raw/one', 'keep'), { file: 'keep/one.dvc' });
    assert.deepEqual(
      [rig.exists('raw/.gitignore'), rig.exists('raw/one.dvc'), rig.exists('raw/one')],
      [false, false, false],
    );
    assert.equal(rig.read('keep/.gitignore'), '/one\n');
    assert.equal((await done(rig, 'status'))['isClean'], true);
    assert.equal((await failed(rig, 'move', 'keep/one', 'keep/x')).code, 'registry.path-there');
    await done(rig, 'remove', 'keep/one.dvc');
    assert.deepEqual([rig.exists('keep/.gitignore'), rig.exists('keep/one.dvc')], [false, false]);
    assert.deepEqual(textsIn(rig, 'keep'), { 'one/a': 'a', x: 'x' });
  });

  it('git sees no byte of tracked data, whatever its name is', async () => {
    const names = ['back\\slash', 'two\nlines', 'space ', ' space', '#hash', '!not', '[a]*?', 'é', '🐶', '-dash'];
    await using rig = await registry(Object.fromEntries(names.map((name) => [`odd/${name}`, name])));
    await done(rig, 'add', 'odd/*', '--glob');
    git(rig, 'add', '.');
    const inGit = git(rig, 'ls-files', '-z', 'odd')
      .split('\0')
      .filter((name) => name !== '');
    assert.deepEqual(inGit.sort(), ['odd/.gitignore', ...names.map((name) => `odd/${name}.dvc`)].sort());
    for (const name of ['back\\slash', 'two\nlines', '[a]*?']) await done(rig, 'remove', `odd/${name}`);
    assert.deepEqual(rig.read('odd/.gitignore').split('\n').sort(), [
      '',
      '/ space',
      '/-dash',
      '/\\!not',
      '/\\#hash',
      '/space\\ ',
      '/é',
      '/🐶',
    ]);
  });

  it('import takes data, parts of data and folders above data, and update follows the source', async () => {
    await using source = await registry({ 'raw/a': 'a', 'raw/sub/b': 'b', 'set/read.me': 'r', 'set/day/x': 'x' });
    await done(source, 'add', 'raw', 'set/day');
    await done(source, 'push');
    git(source, 'add', '.');
    git(source, 'commit', '-qm', 'one');
    await using rig = await registry();
    await done(rig, 'import', source.dir, 'raw', 'in/raw');
    rig.write('there/own', '');
    await done(rig, 'import', source.dir, 'raw', 'there');
    assert.deepEqual(textsIn(rig, 'there/raw'), { a: 'a', 'sub/b': 'b' });
    assert.equal((await failed(rig, 'import', source.dir, 'raw', 'there')).code, 'registry.path-there');
    await done(rig, 'remove', 'there/raw.dvc', '--outs');
    await done(rig, 'import', source.dir, 'raw/sub/b');
    await done(rig, 'import', source.dir, 'set');
    assert.deepEqual(textsIn(rig, 'in/raw'), { a: 'a', 'sub/b': 'b' });
    assert.deepEqual(textsIn(rig, 'set'), { '.gitignore': '/day\n', 'day/x': 'x', 'read.me': 'r' });
    assert.equal(rig.read('b'), 'b');
    assert.match(rig.read('in/raw.dvc'), /^md5: [0-9a-f]{32}\nfrozen: true\ndeps:\n- path: raw\n {2}repo:\n {4}url: /);
    // A change by hand changes the digest that an import has on top.
    rig.write('in/raw/a', 'mine');
    await done(rig, 'commit', 'in/raw');
    const value = valueOf(readYaml(rig.read('in/raw.dvc')).root);
    assert.ok(isMap(value));
    assert.equal(value.get('md5'), stageMd5(value));
    source.write('raw/c', 'c');
    rmSync(source.path('raw/a'));
    await done(source, 'add', 'raw');
    await done(source, 'push');
    git(source, 'commit', '-qam', 'two');
    const { updated } = await done<{ updated: { file: string; isNew: boolean }[] }>(rig, 'update');
    assert.deepEqual(
      updated.map(({ file, isNew }) => [file, isNew]),
      [
        ['b.dvc', false],
        ['in/raw.dvc', true],
        ['set.dvc', false],
      ],
    );
    assert.deepEqual(textsIn(rig, 'in/raw'), { 'sub/b': 'b', c: 'c' });
    // DVC writes paths as they were typed, and `.` for the whole repository.
    const raw = rig.read('in/raw.dvc').replace('path: raw\n  repo', 'path: ./raw/\n  repo');
    rig.write('in/raw.dvc', raw);
    rmSync(rig.path('.dvc/cache'), { recursive: true });
    rmSync(rig.path('in/raw'), { recursive: true });
    await done(rig, 'pull', 'in/raw');
    assert.deepEqual(textsIn(rig, 'in/raw'), { 'sub/b': 'b', c: 'c' });
    await done(rig, 'import', source.dir, '.', 'all');
    const all = textsIn(rig, 'all');
    assert.deepEqual([all['raw/c'], all['set/day/x'], all['set/read.me']], ['c', 'x', 'r']);
    assert.match(rig.read('all.dvc'), /^- path: \.$/m);
    for (const path of ['all', 'in/raw']) {
      const again = await done<{ updated: { isNew: boolean }[] }>(rig, 'update', path);
      assert.deepEqual(
        again.updated.map(({ isNew }) => isNew),
        [false],
        path,
      );
    }
    assert.deepEqual(textsIn(rig, 'all'), all);
    assert.equal((await failed(rig, 'import', source.dir, 'nowhere')).code, 'registry.path-missing');
    assert.equal((await failed(rig, 'import', `${source.dir}/none`, 'raw')).code, 'registry.clone-failed');
    const noRevision = await failed(rig, 'import', source.dir, 'raw', 'other', '--rev', 'v9');
    assert.deepEqual([noRevision.code, noRevision.details['root']], ['registry.revision-unknown', source.dir]);
  });

  it('a folder in a work tree names it: paths start at the DVC repository around it, else at the folder', async () => {
    await using rig = await registry({ 'sub/deep/g': 'g', 'raw/a': 'a', 'plain/sub/t': 't', 'own/set/x': 'x' });
    await done(rig, 'add', 'raw');
    git(rig, 'add', 'sub', 'raw.dvc', '.gitignore', '.dvc');
    git(rig, 'commit', '-qm', 'one');
    const plain = (...args: readonly string[]): void => {
      execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@example.org', ...args], { cwd: rig.path('plain') });
    };
    plain('init', '-q');
    plain('add', '.');
    plain('commit', '-qm', 'one');
    await done(rig, 'import', 'sub', 'raw', 'of-sub');
    await done(rig, 'import', '.', 'raw', 'of-self');
    await done(rig, 'import', 'plain/sub', 't');
    const urls = ['of-sub', 'of-self', 't'].map((name) => /(?<=url: ).*/.exec(rig.read(`${name}.dvc`))?.[0]);
    assert.deepEqual(urls, ['sub', '.', 'plain/sub']);
    assert.deepEqual(textsIn(rig, 'of-self'), { a: 'a' });
    await done(rig, 'update');
    await done(rig, 'get', 'sub', 'sub/deep/g', '--out', 'g');
    assert.deepEqual([rig.read('g'), rig.read('t')], ['g', 't']);
    const { files } = await done<{ files: { path: string; md5: string }[] }>(rig, 'list', 'sub/deep', '--dvc-only');
    assert.deepEqual(files, [{ path: 'raw', isout: true, isdir: true, isexec: false, size: 1, md5: files[0]?.md5 }]);
    assert.deepEqual((await done<{ files: { path: string }[] }>(rig, 'list', 'plain/sub')).files[0]?.path, 't');
    // Git has no such folder, although one is there.
    rig.write('plain/late/x', 'x');
    assert.equal((await failed(rig, 'list', 'plain/late')).code, 'registry.path-missing');
  });

  it('pull finds imports at their source when neither cache nor remote has them', async () => {
    await using source = await registry({ 'raw/a': 'a', 'raw/b': 'b' });
    await done(source, 'add', 'raw');
    await done(source, 'push');
    git(source, 'add', '.');
    git(source, 'commit', '-qm', 'one');
    await using rig = await registry({ 'own.txt': 'own' });
    await done(rig, 'add', 'own.txt');
    await done(rig, 'push', 'own.txt');
    await done(rig, 'import', source.dir, 'raw');
    // The source goes on; what was imported is the commit that the file names.
    source.write('raw/a', 'another');
    await done(source, 'add', 'raw');
    await done(source, 'push');
    git(source, 'commit', '-qam', 'two');
    for (const lost of ['.dvc/cache', 'raw', 'own.txt']) rmSync(rig.path(lost), { recursive: true });
    const { fetched } = await done<{ fetched: number }>(rig, 'pull');
    assert.ok(fetched >= 2, `${fetched} fetched`);
    assert.deepEqual(textsIn(rig, 'raw'), { a: 'a', b: 'b' });
    assert.equal(rig.read('own.txt'), 'own');
    assert.equal((await done<{ fetched: number }>(rig, 'fetch')).fetched, 0);
  });
});
