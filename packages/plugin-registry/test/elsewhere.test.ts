import assert from 'node:assert/strict';
import { chmodSync, statSync } from 'node:fs';
import type { ProjectRig } from '@dataset-runner/core/testing';
import { done, emptyProject, failed, git, registry, textsIn } from './support/registry.ts';

interface Listed {
  readonly files: readonly { readonly path: string; readonly isout: boolean; readonly isdir: boolean }[];
}

describe('data of another repository, tracked nowhere', function () {
  this.timeout(60_000);
  let source: ProjectRig;
  before(async () => {
    source = await registry({ 'raw/a': 'a', 'raw/sub/b': 'b', 'run.sh': '#!/bin/sh\n', 'notes/read.me': 'r' });
    chmodSync(source.path('run.sh'), 0o755);
    await done(source, 'add', 'raw', 'run.sh');
    await done(source, 'push');
    git(source, 'add', '.');
    git(source, 'commit', '-qm', 'one');
    git(source, 'tag', 'v1');
    source.write('raw/a', 'another');
    source.write('late/x', 'x');
    await done(source, 'add', 'raw', 'late');
    await done(source, 'push', 'raw');
    git(source, 'add', '.');
    git(source, 'commit', '-qm', 'two');
  });
  after(async () => source[Symbol.asyncDispose]());

  it('list tells what git and DVC keep, level by level or whole, and asks for no data', async () => {
    await using rig = await emptyProject();
    const paths = async (...args: readonly string[]): Promise<string[]> =>
      (await done<Listed>(rig, 'list', source.dir, ...args)).files.map(({ path, isdir }) =>
        isdir ? `${path}/` : path,
      );
    const top = await paths();
    assert.deepEqual(
      top.filter((name) => !/^\.|\.dvc$|yaml$|json$/.test(name)),
      ['late/', 'notes/', 'raw/', 'run.sh'],
    );
    assert.deepEqual(await paths('raw/sub/b'), ['b']);
    // Nobody pushed `late`, so its folder stays closed.
    assert.deepEqual(await paths('-R', '--dvc-only'), ['late/', 'raw/a', 'raw/sub/b', 'run.sh']);
    assert.deepEqual(await paths('-R', '--dvc-only', '--rev', 'v1'), ['raw/a', 'raw/sub/b', 'run.sh']);
    assert.deepEqual(
      Object.keys(textsIn(rig, '.runner/registry/.dvc/cache')).filter((key) => !key.endsWith('.dir')),
      [],
    );
    assert.equal((await failed(rig, 'list', source.dir, 'nowhere')).code, 'registry.path-missing');
  });

  it('get brings folders, files in them and files of git, at a commit, and tracks nothing', async () => {
    await using rig = await emptyProject();
    await done(rig, 'get', source.dir, 'raw');
    assert.deepEqual(textsIn(rig, 'raw'), { a: 'another', 'sub/b': 'b' });
    assert.deepEqual((await done(rig, 'get', source.dir, 'raw'))['nfiles'], 2, 'again is nothing to do');
    await done(rig, 'get', source.dir, 'raw', '--out', 'old/raw', '--rev', 'v1');
    assert.equal(rig.read('old/raw/a'), 'a');
    await done(rig, 'get', source.dir, 'raw/sub/b', '-o', 'b.txt');
    await done(rig, 'get', source.dir, 'notes');
    await done(rig, 'get', source.dir, 'run.sh');
    assert.deepEqual([rig.read('b.txt'), rig.read('notes/read.me')], ['b', 'r']);
    assert.deepEqual(
      [statSync(rig.path('b.txt')).mode & 0o700, statSync(rig.path('run.sh')).mode & 0o700],
      [0o600, 0o700],
    );
    assert.deepEqual([rig.exists('raw.dvc'), rig.exists('.gitignore')], [false, false]);
    assert.equal((await failed(rig, 'get', source.dir, 'nowhere')).code, 'registry.path-missing');
    assert.equal((await failed(rig, 'get', source.dir, '.')).code, 'registry.word-missing');
  });

  it('get leaves what lies in its way alone', async () => {
    await using rig = await emptyProject({ 'raw/a': 'mine', 'run.sh': 'mine', 'full/raw/other': 'mine' });
    const refused = async (...args: readonly string[]): Promise<string> => {
      const { code, message } = await failed(rig, 'get', source.dir, ...args);
      return `${code} ${message.replace(`${rig.dir}/`, '')}`;
    };
    assert.equal(await refused('raw'), 'registry.path-there raw/a is there already');
    assert.equal(await refused('run.sh'), 'registry.path-there run.sh is there already');
    assert.equal(await refused('raw', '--out', 'run.sh', '--discard'), 'registry.path-there run.sh is there already');
    assert.equal(await refused('raw', '--out', 'full'), 'registry.path-there full/raw/other is there already');
    assert.deepEqual([rig.read('raw/a'), rig.read('run.sh')], ['mine', 'mine']);
    // What an earlier one brought is its reader's, who may have changed it.
    await done(rig, 'get', source.dir, 'notes');
    rig.write('notes/read.me', 'noted');
    assert.equal(await refused('notes'), 'registry.path-there notes/read.me is there already');
    assert.equal(rig.read('notes/read.me'), 'noted');
  });

  it('get puts data into a folder that is there, and with --discard over other files', async () => {
    await using rig = await emptyProject({ 'there/a': 'mine', 'there/raw/a': 'old', 'there/raw/other': 'mine' });
    assert.equal((await done(rig, 'get', source.dir, 'run.sh', '-o', 'there'))['out'], 'there/run.sh');
    await done(rig, 'get', source.dir, 'raw', '--out', 'there', '-f');
    const { 'run.sh': script, ...others } = textsIn(rig, 'there');
    assert.equal(script, '#!/bin/sh\n');
    assert.deepEqual(others, { a: 'mine', 'raw/a': 'another', 'raw/other': 'mine', 'raw/sub/b': 'b' });
    rig.write('there/run.sh', 'mine');
    await done(rig, 'get', source.dir, 'run.sh', '-o', 'there', '--discard');
    assert.equal(rig.read('there/run.sh'), '#!/bin/sh\n');
  });
});
