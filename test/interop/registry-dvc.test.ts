import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { ProjectRig } from '@dataset-runner/core/testing';
import { done, emptyProject, registry, textsIn } from '../../packages/plugin-registry/test/support/registry.ts';
import { seeded } from '../../packages/kit/src/seeded.ts';
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { type CephServer, prepareCeph, startCeph } from '../../scripts/servers/ceph.ts';
import { skip } from '../support/skip.ts';
import { type Dvc, dvcOf, git } from './dvc.ts';

const upToDate = /Everything is up to date|Data and pipelines are up to date/;

describe('registry beside stock dvc 3.67.1', function () {
  // Dozens of commands, and dvc takes its second for each.
  this.timeout(600_000);
  let dvc: Dvc;
  before(function () {
    this.timeout(600_000);
    const found = dvcOf('3.67.1', 'dvc[s3]==3.67.1');
    if (typeof found === 'string') skip(this, found);
    dvc = found;
  });

  /** Both tools say that the workspace, the cache and the remote agree, and neither has anything to move. */
  async function allAgree(rig: ProjectRig, { execs = false } = {}): Promise<void> {
    assert.equal(dvc.status(rig.dir), '');
    assert.equal(dvc.status(rig.dir, '-c'), '');
    assert.match(dvc.run(rig.dir, 'push'), upToDate);
    const pulled = dvc.run(rig.dir, 'pull');
    // It says so of executable files in folders that it added itself, too, and every time.
    assert.ok(upToDate.test(pulled) || (execs && /^M\s+set\/\n12 files modified\n$/.test(pulled)), pulled);
    for (const cloud of [[], ['--cloud']]) {
      const { isClean, changes } = await done<{ isClean: boolean; changes: unknown }>(rig, 'status', ...cloud);
      assert.ok(isClean, JSON.stringify(changes));
    }
    assert.deepEqual(await done(rig, 'push'), { pushed: 0 });
    assert.deepEqual(await done(rig, 'pull'), { fetched: 0, added: 0, modified: 0, deleted: 0 });
  }

  for (const seed of [1, 2, 3]) {
    it(`a random tree of awkward names has the same digest, and both agree after each of our writes (${seed})`, async () => {
      await using rig = await registry();
      writeTree(rig.path('set'), seed);
      writeTree(rig.path('theirs/set'), seed);
      await done(rig, 'add', 'set');
      await done(rig, 'push');
      await allAgree(rig, { execs: true });
      dvc.run(rig.dir, 'add', 'theirs/set');
      assert.equal(rig.read('theirs/set.dvc'), rig.read('set.dvc'));
      const before = textsIn(rig, 'set');
      rmSync(rig.path('set'), { recursive: true });
      rmSync(rig.path('.dvc/cache'), { recursive: true });
      await done(rig, 'pull', 'set');
      assert.deepEqual(textsIn(rig, 'set'), before);
    });
  }

  it('what dvc added and pushed is up to date for us, byte by byte', async () => {
    await using rig = await emptyProject({ 'raw/one/a.jpg': 'aaa', 'raw/one/sub/b.jpg': 'b', 'run.sh': '#!/bin/sh\n' });
    git(rig.dir, 'init', '-q');
    chmodSync(rig.path('run.sh'), 0o755);
    dvc.run(rig.dir, 'init');
    dvc.run(rig.dir, 'remote', 'add', '-d', 'storage', '../storage');
    dvc.run(rig.dir, 'config', 'core.autostage', 'false');
    dvc.run(rig.dir, 'remote', 'modify', 'storage', 'url', rig.path('storage'));
    dvc.run(rig.dir, 'add', 'raw/one', 'run.sh');
    dvc.run(rig.dir, 'push');
    await allAgree(rig);
    const files = ['raw/one.dvc', 'run.sh.dvc', 'raw/.gitignore', '.gitignore'].map((name) => rig.read(name));
    await done(rig, 'add', 'raw/one', 'run.sh');
    assert.deepEqual(
      ['raw/one.dvc', 'run.sh.dvc', 'raw/.gitignore', '.gitignore'].map((name) => rig.read(name)),
      files,
    );
    rmSync(rig.path('.dvc/cache'), { recursive: true });
    rmSync(rig.path('run.sh'));
    await done(rig, 'pull');
    await allAgree(rig);
  });

  it('renames, removals, imports and updates leave dvc with nothing to say', async () => {
    await using source = await registry({
      'raw/a.jpg': 'a',
      'raw/sub/b.jpg': 'b',
      'model.onnx': 'm',
      'set/read.me': 'r',
    });
    await done(source, 'add', 'raw', 'model.onnx');
    source.write('set/day/x', 'x');
    await done(source, 'add', 'set/day');
    await done(source, 'push');
    git(source.dir, 'add', '.');
    git(source.dir, 'commit', '-qm', 'one');
    await using rig = await registry({ 'old/a': 'a', 'gone.csv': 'g' });
    await done(rig, 'add', 'old', 'gone.csv');
    await done(rig, 'move', 'old', 'new/name');
    await done(rig, 'remove', 'gone.csv', '--outs');
    await done(rig, 'import', source.dir, 'raw', 'in/ours');
    await done(rig, 'import', source.dir, 'model.onnx');
    await done(rig, 'import', source.dir, 'set', 'in/set');
    dvc.run(rig.dir, 'import', source.dir, 'raw', '-o', 'in/theirs', '-q');
    dvc.run(rig.dir, 'import', source.dir, 'set', '-o', 'in/theirset', '-q');
    const neutral = (name: string): string =>
      rig
        .read(name)
        .replace(/^md5: .*\n/, '')
        .replace(/^ {2}path: (?:ours|theirs|set|theirset)$/m, 'path: x');
    assert.equal(neutral('in/ours.dvc'), neutral('in/theirs.dvc'));
    assert.equal(neutral('in/set.dvc'), neutral('in/theirset.dvc'));
    await done(rig, 'push');
    await done(rig, 'gc', '--workspace');
    await allAgree(rig);
    source.write('raw/c.jpg', 'c');
    await done(source, 'add', 'raw');
    await done(source, 'push');
    git(source.dir, 'add', '.');
    git(source.dir, 'commit', '-qm', 'two');
    await done(rig, 'update', 'in/ours');
    assert.equal(rig.read('in/ours/c.jpg'), 'c');
    dvc.run(rig.dir, 'update', 'in/theirs', '-q');
    assert.equal(neutral('in/ours.dvc'), neutral('in/theirs.dvc'));
    for (const path of ['model.onnx', 'in/set', 'in/theirset']) await done(rig, 'update', path);
    await done(rig, 'push');
    await allAgree(rig);
  });

  it('changes, commits, parts of folders and both kinds of links leave dvc with nothing to say', async () => {
    await using rig = await registry({ 'set/a': 'a', 'set/sub/b': 'b', 'model.onnx': 'm' });
    await done(rig, 'add', 'set', 'model.onnx');
    rig.write('set/c', 'c');
    await done(rig, 'add', 'set/c');
    rig.write('set/a', 'changed');
    await done(rig, 'commit');
    await done(rig, 'push');
    await allAgree(rig);
    for (const type of ['hardlink', 'symlink', 'copy']) {
      dvc.run(rig.dir, 'config', 'cache.type', type);
      await done(rig, 'checkout', '--relink');
      await allAgree(rig);
    }
  });
});

describe('registry and stock dvc on one S3 remote', function () {
  this.timeout(300_000);
  let dvc: Dvc;
  let server: CephServer;
  before(async function () {
    this.timeout(600_000);
    const found = dvcOf('3.67.1', 'dvc[s3]==3.67.1');
    if (typeof found === 'string') skip(this, found);
    const why = await prepareCeph();
    if (why !== undefined) skip(this, why);
    dvc = found;
    server = await startCeph();
  });
  after(async () => server?.stop());

  it('what either pushes is what the other has nothing to add to, and pulls', async () => {
    const { url, accessKeyId, secretAccessKey } = server;
    const credentials = { accessKeyId, secretAccessKey };
    const client = new S3Client({ endpoint: url, region: 'us-east-1', forcePathStyle: true, credentials });
    await client.send(new CreateBucketCommand({ Bucket: 'lab' }));
    client.destroy();
    await using rig = await registry(
      { 'ours/a': 'a', 'ours/sub/b': 'b', 'theirs/c': 'c' },
      { remote: 's3://lab/registry', env: { LAB_SECRET: secretAccessKey } },
    );
    await done(rig, 'remote', 'modify', 'storage', 'endpointurl', url);
    await done(rig, 'remote', 'modify', 'storage', 'region', 'us-east-1');
    await done(rig, 'remote', 'modify', 'storage', 'access_key_id', accessKeyId, '--local');
    await done(rig, 'remote', 'modify', 'storage', 'secret_access_key', 'env:LAB_SECRET', '--local');
    await done(rig, 'add', 'ours');
    await done(rig, 'push');
    assert.equal(dvc.status(rig.dir, '-c'), '');
    dvc.run(rig.dir, 'add', 'theirs');
    dvc.run(rig.dir, 'push');
    assert.equal((await done(rig, 'status', '--cloud'))['isClean'], true);
    const state = rig.read('.dvc/config') + JSON.stringify(textsIn(rig, '.runner'));
    assert.equal(state.includes(secretAccessKey), false, 'the secret is in no state and no log');
    const gone = (): void => {
      for (const path of ['ours', 'theirs', '.dvc/cache']) rmSync(rig.path(path), { recursive: true });
    };
    gone();
    await done(rig, 'pull');
    assert.deepEqual([rig.read('ours/sub/b'), rig.read('theirs/c')], ['b', 'c']);
    gone();
    dvc.run(rig.dir, 'pull');
    assert.equal((await done(rig, 'status'))['isClean'], true);
    // A new version of one file: its old bytes and the old .dir are named by nothing.
    rig.write('ours/a', 'other');
    await done(rig, 'add', 'ours');
    await done(rig, 'push');
    assert.equal((await done(rig, 'gc', '--workspace', '--cloud'))['removedFar'], 2);
    assert.match(dvc.run(rig.dir, 'gc', '-w', '-c', '-f'), /No unused '\w+' cache to remove/);
    assert.equal(dvc.status(rig.dir, '-c'), '');
    gone();
    dvc.run(rig.dir, 'pull');
    assert.deepEqual([rig.read('ours/a'), rig.read('ours/sub/b'), rig.read('theirs/c')], ['other', 'b', 'c']);
  });
});

describe('registry beside legacy dvc 2.58.2', function () {
  this.timeout(180_000);
  let old: Dvc;
  let dvc: Dvc;
  before(function () {
    this.timeout(600_000);
    // Its dependencies of the day: later ones broke it.
    const legacy = dvcOf('2.58.2', 'dvc==2.58.2', 'pathspec<0.12', 'dulwich<0.22', 'setuptools<81');
    const found = dvcOf('3.67.1', 'dvc[s3]==3.67.1');
    if (typeof legacy === 'string') skip(this, legacy);
    if (typeof found === 'string') skip(this, found);
    old = legacy;
    dvc = found;
  });

  it('a repository of dvc 2 is up to date for us, and what changes is written as dvc 3 does', async () => {
    await using rig = await emptyProject({ 'set/a.txt': 'a\r\nb\r\n', 'set/b.bin': '\0\r\n', 'labels.csv': 'x\r\n' });
    git(rig.dir, 'init', '-q');
    old.run(rig.dir, 'init');
    old.run(rig.dir, 'remote', 'add', '-d', 'storage', rig.path('storage'));
    old.run(rig.dir, 'add', 'set', 'labels.csv');
    old.run(rig.dir, 'push');
    const before = [rig.read('set.dvc'), rig.read('labels.csv.dvc')];
    assert.doesNotMatch(before.join(''), /hash:/);
    for (const cloud of [[], ['--cloud']]) {
      assert.deepEqual((await done<{ changes: unknown[] }>(rig, 'status', ...cloud)).changes, []);
    }
    assert.deepEqual(await done(rig, 'push'), { pushed: 0 });
    await done(rig, 'add', 'set', 'labels.csv');
    assert.deepEqual([rig.read('set.dvc'), rig.read('labels.csv.dvc')], before);
    for (const gone of ['set', 'labels.csv', '.dvc/cache']) rmSync(rig.path(gone), { recursive: true });
    await done(rig, 'pull');
    assert.equal(rig.read('set/a.txt'), 'a\r\nb\r\n');
    assert.equal(old.status(rig.dir), '');
    rig.write('labels.csv', 'y\r\n');
    await done(rig, 'add', 'labels.csv');
    await done(rig, 'push');
    assert.match(rig.read('labels.csv.dvc'), /hash: md5/);
    assert.equal(dvc.status(rig.dir), '');
    assert.equal(dvc.status(rig.dir, '-c'), '');
  });
});

const parts = [
  'a',
  'B b',
  'é',
  'e\u0301',
  '日本',
  '😀',
  '\ue000',
  'x\ny',
  'tab\tt',
  '#1',
  "it's",
  '"q"',
  '[1]*',
  '\u007f',
  '~',
  '-',
];

/** Some folders and files, empty ones, executable ones and links among them; the same for the same seed. */
function writeTree(root: string, seed: number): void {
  const random = seeded(seed);
  mkdirSync(root, { recursive: true });
  for (let at = 0; at < 60; at += 1) {
    const names = Array.from({ length: 1 + random.below(3) }, () => parts[random.below(parts.length)] ?? 'x');
    const path = join(root, ...names.map((name, depth) => (depth === names.length - 1 ? `${name}.${at}` : `${name}d`)));
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, at % 7 === 0 ? '' : `bytes of ${at % 20}`);
    if (at % 5 === 0) chmodSync(path, 0o755);
  }
  writeFileSync(join(root, 'target'), 'linked to');
  symlinkSync('target', join(root, 'link'));
}
