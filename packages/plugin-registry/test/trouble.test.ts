import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  appendFileSync,
  chmodSync,
  existsSync,
  mkdtempSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { skip } from '../../../test/support/skip.ts';
import { done, emptyProject, failed, git, registry } from './support/registry.ts';

describe('a registry and bad input', function () {
  this.timeout(60_000);

  it('names what cannot be tracked, and leaves no trace of it', async () => {
    await using rig = await registry({ 'set/a': 'a', 'kept/a': 'a' });
    execFileSync('mkfifo', [rig.path('set/pipe')]);
    assert.equal((await failed(rig, 'add', 'set')).code, 'registry.not-a-file');
    rmSync(rig.path('set/pipe'));
    writeFileSync(Buffer.concat([Buffer.from(rig.path('set/')), Buffer.from([0xe9])]), 'x');
    assert.equal((await failed(rig, 'add', 'set')).code, 'registry.name-not-utf8');
    rmSync(Buffer.concat([Buffer.from(rig.path('set/')), Buffer.from([0xe9])]));
    symlinkSync('nowhere', rig.path('link'));
    assert.equal((await failed(rig, 'add', 'link')).code, 'registry.link-broken');
    symlinkSync('ring', rig.path('set/ring'));
    for (const path of ['set', 'set/ring']) assert.equal((await failed(rig, 'add', path)).code, 'registry.link-broken');
    rmSync(rig.path('set/ring'));
    assert.equal((await failed(rig, 'add', 'nothing')).code, 'registry.path-missing');
    assert.equal((await failed(rig, 'add', '../outside')).code, 'registry.path-outside');
    rig.write('set/.dvcignore', 'x');
    assert.equal((await failed(rig, 'add', 'set')).code, 'registry.ignore-inside');
    git(rig, 'add', 'kept');
    assert.equal((await failed(rig, 'add', 'kept')).code, 'registry.git-tracked');
    assert.deepEqual([rig.exists('set.dvc'), rig.exists('.dvc/cache')], [false, false]);
  });

  it('tracks nothing under the name of a file that DVC or git reads', async () => {
    await using rig = await registry({ kept: 'k', aside: 'a', 'set/.gitignore': 'x', 'dvc.lock': '' });
    await done(rig, 'add', 'aside');
    for (const [task, ...args] of [
      ['add', 'dvc.lock'],
      ['add', 'set/.gitignore'],
      ['add', './kept', '--out', 'b/dvc.yaml'],
      ['import-url', './kept', 'kept.dvc'],
      ['import', '.', 'aside', 'dvc.yaml'],
      ['move', 'aside', 'other.dvc'],
      ['stage-add', 'true', '--name', 'make', '-o', 'made.dvc'],
    ] as const)
      assert.equal((await failed(rig, task, ...args)).code, 'registry.path-reserved', args.join(' '));
    assert.deepEqual([rig.exists('dvc.lock.dvc'), rig.exists('dvc.yaml'), rig.read('aside')], [false, false, 'a']);
    // In a tracked folder they are data.
    await done(rig, 'add', 'set');
    rig.write('set/.gitignore', 'y');
    await done(rig, 'add', 'set/.gitignore');
  });

  it('tracks nothing behind a link to a folder, as DVC', async () => {
    await using rig = await registry({ 'real/a': 'a', 'real/sub/b': 'b', kept: 'k' });
    symlinkSync('real', rig.path('link'));
    symlinkSync('kept', rig.path('same'));
    for (const [task, ...args] of [
      ['add', 'link'],
      ['add', 'link/a'],
      ['add', 'link/sub/b'],
      ['add', './kept', '--out', 'link/kept'],
      ['import-url', './kept', 'link/kept'],
      ['import', '.', 'kept', 'link/kept'],
    ] as const)
      assert.equal((await failed(rig, task, ...args)).code, 'registry.path-linked', args.join(' '));
    await done(rig, 'add', 'real');
    assert.equal((await failed(rig, 'add', 'link/a')).code, 'registry.path-linked');
    // A link to a file is that file.
    await done(rig, 'add', 'same');
    assert.deepEqual(
      [rig.exists('link.dvc'), rig.exists('real/a.dvc'), rig.exists('.dvc/cache')],
      [false, false, true],
    );
  });

  it('tracks nothing that a .dvcignore hides, for DVC refuses every command of such a repository', async () => {
    await using rig = await registry({ '.dvcignore': '*.tmp\n/hidden/\n', 'sub/.dvcignore': '!b.tmp\n' });
    for (const path of ['a.tmp', 'sub/b.tmp', 'hidden/deep/a', 'kept']) rig.write(path, path);
    for (const [task, ...args] of [
      ['add', 'a.tmp'],
      ['add', 'hidden/deep/a'],
      ['add', './kept', '--out', 'hidden/kept'],
      ['import-url', './kept', 'kept.tmp'],
      ['stage-add', 'true', '--name', 'make', '-o', 'hidden/made'],
    ] as const)
      assert.equal((await failed(rig, task, ...args)).code, 'registry.path-ignored', args.join(' '));
    // A later rule lets it in again.
    await done(rig, 'add', 'sub/b.tmp', 'kept');
    assert.equal((await failed(rig, 'move', 'kept', 'kept.tmp')).code, 'registry.path-ignored');
    assert.deepEqual([rig.exists('a.tmp.dvc'), rig.exists('dvc.yaml'), rig.read('kept')], [false, false, 'kept']);
  });

  it('names broken files of DVC with their line or key', async () => {
    await using rig = await registry({ 'set/a': 'a' });
    await done(rig, 'add', 'set');
    const before = rig.read('set.dvc');
    rig.write('set.dvc', `${before}colour: red\n`);
    const unknown = await failed(rig, 'status');
    assert.deepEqual([unknown.code, unknown.details['key']], ['registry.key-unknown', 'colour']);
    rig.write('set.dvc', 'outs:\n- md5: [\n');
    assert.equal((await failed(rig, 'status')).code, 'registry.file-broken');
    rig.write('set.dvc', before.replace(/md5: .*/, 'md5: ../../../../secret.dir'));
    assert.equal((await failed(rig, 'push')).code, 'registry.file-broken');
    // A place outside is no other place inside.
    rig.write('mine', 'mine');
    for (const [path, task, ...args] of [
      ['../mine', 'remove', 'set.dvc', '--outs'],
      ['/mine', 'checkout', '--discard'],
      ['s3://lab/mine', 'status'],
    ] as const) {
      rig.write('set.dvc', before.replace(/path: set/, `path: ${path}`));
      assert.equal((await failed(rig, task, ...args)).code, 'registry.path-outside', path);
    }
    assert.equal(rig.read('mine'), 'mine');
    rig.write('set.dvc', before);
    appendFileSync(rig.path('.dvc/config'), '[core]\n    colour = red\n');
    assert.equal((await failed(rig, 'status')).code, 'registry.key-unknown');
    rig.write('.dvc/config', '; remark\n');
    assert.equal((await failed(rig, 'status')).code, 'registry.file-broken');
  });

  it('names remotes that are not there, not reachable or not allowed', async () => {
    await using rig = await registry({ 'set/a': 'a', 'set/b': 'b' }, { remote: false });
    await done(rig, 'add', 'set');
    assert.equal((await failed(rig, 'push')).code, 'registry.remote-none');
    // Also where the cache lacks nothing, and nothing is to be asked.
    for (const task of ['push', 'fetch', 'pull', 'status'])
      assert.equal((await failed(rig, task, '--remote', 'x')).code, 'registry.remote-unknown', task);
    await done(rig, 'remote', 'add', 'x', 'gdrive://folder');
    assert.equal((await failed(rig, 'push', '--remote', 'x')).code, 'registry.remote-url');
    await done(rig, 'remote', 'add', 'cloud', 's3://lab/registry');
    for (const secret of ['plain', 'env:NOT_SET'])
      assert.equal(
        (await failed(rig, 'remote', 'modify', 'cloud', 'secret_access_key', secret, '--local')).code,
        'registry.secret-missing',
      );
    await done(rig, 'remote', 'add', 'f', './storage', '-d');
    assert.equal((await failed(rig, 'remote', 'add', 'f', './else')).code, 'registry.remote-there');
    await done(rig, 'push');
    rmSync(rig.path('.dvc/cache'), { recursive: true });
    rmSync(rig.path('storage/files'), { recursive: true });
    assert.equal((await failed(rig, 'fetch')).code, 'registry.object-lost');
    assert.equal((await failed(rig, 'checkout', 'nowhere')).code, 'registry.target-unknown');
    assert.equal((await failed(rig, 'gc', '--workspace')).code, 'registry.object-missing');
  });

  it('writes no config that DVC refuses, and no default that leads nowhere', async () => {
    await using rig = await registry();
    await done(rig, 'remote', 'add', 'cloud', 's3://lab/registry');
    // DVC would refuse every command in a repository with such a config.
    for (const [key, value] of [
      ['jobs', 'many'],
      ['jobs', '0'],
      ['use_ssl', 'perhaps'],
      ['read_timeout', '1m'],
    ] as const)
      assert.equal((await failed(rig, 'remote', 'modify', 'cloud', key, value)).code, 'registry.key-unknown', key);
    await done(rig, 'remote', 'modify', 'cloud', 'use_ssl', 'True');
    await done(rig, 'remote', 'default', 'cloud', '--local');
    // A default leads nowhere once its remote is gone, also where .dvc/config.local hides it.
    await done(rig, 'remote', 'remove', 'storage');
    assert.doesNotMatch(rig.read('.dvc/config'), /remote = storage/);
    assert.match(rig.read('.dvc/config.local'), /remote = cloud/);
    await done(rig, 'remote', 'remove', 'cloud');
    assert.doesNotMatch(rig.read('.dvc/config.local'), /remote = cloud/);
    // What only this machine knows is no default for all, and is only removed where it stands.
    await done(rig, 'remote', 'add', 'mine', './mine', '--local');
    for (const action of ['default', 'remove', 'modify'])
      assert.equal((await failed(rig, 'remote', action, 'mine', 'jobs', '2')).code, 'registry.remote-unknown', action);
    await done(rig, 'remote', 'remove', 'mine', '--local');
    assert.deepEqual(await done(rig, 'remote'), { remotes: [] });
  });

  it('a remote is renamed with all that names it: defaults, its local options, urls below it', async () => {
    await using rig = await registry({}, { remote: 's3://lab/registry' });
    await done(rig, 'remote', 'modify', 'storage', 'region', 'eu');
    await done(rig, 'remote', 'add', 'below', 'remote://Storage/part');
    await done(rig, 'remote', 'add', 'beside', 'remote://storage-2/part');
    await done(rig, 'remote', 'modify', 'storage', 'profile', 'mine', '--local');
    await done(rig, 'remote', 'default', 'storage', '--local');
    const code = async (...args: string[]): Promise<string> => (await failed(rig, 'remote', 'rename', ...args)).code;
    const before = rig.read('.dvc/config');
    assert.equal(await code('storage', 'below'), 'registry.remote-there');
    assert.equal(await code('storage', 'STORAGE'), 'registry.remote-there');
    assert.equal(await code('nowhere', 'x'), 'registry.remote-unknown');
    assert.equal(await code('storage'), 'registry.word-missing');
    assert.equal(rig.read('.dvc/config'), before);
    await done(rig, 'remote', 'rename', 'storage', 'Archive');
    assert.equal(
      rig.read('.dvc/config'),
      `[core]
    remote = archive
['remote "below"']
    url = remote://archive/part
['remote "beside"']
    url = remote://storage-2/part
['remote "archive"']
    url = s3://lab/registry
    region = eu
`,
    );
    assert.equal(
      rig.read('.dvc/config.local'),
      `[core]\n    remote = archive\n['remote "archive"']\n    profile = mine\n`,
    );
    await done(rig, 'remote', 'rename', 'archive', 'here', '--local');
    assert.equal(rig.read('.dvc/config.local'), `[core]\n    remote = here\n['remote "here"']\n    profile = mine\n`);
    assert.match(rig.read('.dvc/config'), /remote = archive/);
  });

  it('remotes are told with where they lead, and the default one alone', async () => {
    await using rig = await registry();
    await done(rig, 'remote', 'add', 'cloud', 's3://lab/registry');
    const storage = { name: 'storage', url: rig.path('storage'), default: true };
    const cloud = { name: 'cloud', url: 's3://lab/registry', default: false };
    assert.deepEqual(await done(rig, 'remote', 'list'), { remotes: [storage, cloud] });
    assert.deepEqual(await done(rig, 'remote', 'default'), { remotes: [storage] });
    await done(rig, 'remote', 'default', '--unset');
    assert.doesNotMatch(rig.read('.dvc/config'), /core/);
    assert.equal((await failed(rig, 'remote', 'default')).code, 'registry.remote-none');
    // The same name, on this machine elsewhere.
    await done(rig, 'remote', 'add', 'storage', './else', '--local');
    assert.match(rig.read('.dvc/config.local'), /url = \.\.\/else/);
  });

  it('names links that cache.type asks for and nobody knows, or the file system has not', async function () {
    const far = '/dev/shm';
    if (statSync(far, { throwIfNoEntry: false })?.dev === statSync(tmpdir()).dev || !existsSync(far))
      skip(this, `${far} is no second file system here`);
    const cache = mkdtempSync(join(far, 'registry-'));
    try {
      await using rig = await registry({ a: 'a' });
      const config = rig.read('.dvc/config');
      const withType = (type: string): void =>
        rig.write('.dvc/config', `${config}[cache]\n    dir = ${cache}\n    type = ${type}\n`);
      withType('hardlink');
      await done(rig, 'add', 'a');
      rmSync(rig.path('a'));
      assert.equal((await failed(rig, 'checkout')).code, 'registry.link-impossible');
      withType('hardlink,copy');
      await done(rig, 'checkout');
      assert.equal(rig.read('a'), 'a');
      for (const type of ['hardlnk', 'copy, Hardlink', '']) {
        withType(type);
        assert.equal((await failed(rig, 'checkout')).code, 'registry.key-unknown', type);
      }
    } finally {
      rmSync(cache, { recursive: true });
    }
  });

  it('a damaged .dir object is never taken for an empty folder', async () => {
    await using rig = await registry({ 'set/a': 'a' });
    await done(rig, 'add', 'set');
    const oid = /md5: (\S+)/.exec(rig.read('set.dvc'))?.[1] ?? '';
    const object = rig.path('.dvc/cache/files/md5', oid.slice(0, 2), oid.slice(2));
    chmodSync(object, 0o644);
    writeFileSync(object, '[{"md5": "x"');
    assert.equal((await failed(rig, 'status')).code, 'registry.tree-broken');
  });

  it('says where it is not at home', async () => {
    await using rig = await emptyProject();
    const { code, exit, details } = await failed(rig, 'status');
    assert.deepEqual([code, exit, details['dvcExit']], ['registry.no-repo', 1, 253]);
    assert.equal((await failed(rig, 'init')).code, 'registry.no-git');
    await done(rig, 'init', '--no-git');
    assert.equal((await failed(rig, 'init', '--no-git')).code, 'registry.repo-there');
  });

  it('waits for whoever holds the lock of DVC, and goes on when that one is killed', async () => {
    await using rig = await registry({ 'set/a': 'a' });
    const holder = spawn('flock', [rig.path('.dvc/tmp/lock'), 'sh', '-c', 'echo held; exec sleep 60'], {
      stdio: ['ignore', 'pipe', 'inherit'],
      detached: true,
    });
    await once(holder.stdout, 'data');
    const adding = rig.start('run', 'registry:add', 'set');
    await adding.printed('registry:add');
    assert.equal(rig.exists('set.dvc'), false);
    process.kill(-(holder.pid ?? 0), 'SIGKILL');
    assert.equal((await adding.ended).code, 0);
    assert.ok(rig.exists('set.dvc'));
  });
});
