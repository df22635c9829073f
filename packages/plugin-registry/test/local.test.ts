import assert from 'node:assert/strict';
import { chmodSync, existsSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ProjectRig } from '@dataset-runner/core/testing';
import { objectKey } from '../src/objects/object-path.ts';
import { hashFile } from '../src/objects/cache-file.ts';
import { done, failed, registry, textsIn } from './support/registry.ts';

const pictures = { 'raw/one/a.jpg': 'aaa', 'raw/one/sub/b.jpg': 'bb', 'raw/one/sub/empty': '' };

interface Status {
  readonly isClean: boolean;
  readonly changes: readonly { readonly path: string; readonly state: string; readonly [count: string]: unknown }[];
}

describe('a registry on one machine', function () {
  this.timeout(60_000);

  it('add, push, lose everything, pull: the data is back and both status say so', async () => {
    await using rig = await registry(pictures);
    await done(rig, 'add', 'raw/one');
    assert.match(
      rig.read('raw/one.dvc'),
      /^outs:\n- md5: [0-9a-f]{32}\.dir\n {2}size: 5\n {2}nfiles: 3\n {2}hash: md5\n {2}path: one\n$/,
    );
    assert.equal(rig.read('raw/.gitignore'), '/one\n');
    assert.deepEqual(await done(rig, 'push'), { pushed: 4 });
    assert.deepEqual(await done(rig, 'push'), { pushed: 0 });
    for (const gone of ['raw/one', '.dvc/cache', '.dvc/tmp']) rmSync(rig.path(gone), { recursive: true });
    assert.equal((await changesOf(rig))[0]?.state, 'not in cache');
    assert.deepEqual(await done(rig, 'pull'), { fetched: 4, added: 3, modified: 0, deleted: 0 });
    assert.deepEqual(textsIn(rig, 'raw/one'), { 'a.jpg': 'aaa', 'sub/b.jpg': 'bb', 'sub/empty': '' });
    assert.deepEqual(await changesOf(rig), []);
    assert.deepEqual(await changesOf(rig, '--cloud'), []);
  });

  it('status names what was modified, added, deleted, lost, and what no remote has', async () => {
    await using rig = await registry({ ...pictures, 'labels.csv': 'x', 'gone.csv': 'y' });
    await done(rig, 'add', 'raw/one', 'labels.csv', 'gone.csv');
    rig.write('raw/one/a.jpg', 'new');
    rig.write('raw/one/more.jpg', 'm');
    rmSync(rig.path('raw/one/sub/b.jpg'));
    rmSync(rig.path('gone.csv'));
    const [gone, one] = await changesOf(rig);
    assert.deepEqual([gone?.path, gone?.state], ['gone.csv', 'deleted']);
    assert.deepEqual(one, {
      file: 'raw/one.dvc',
      path: 'raw/one',
      state: 'modified',
      added: 1,
      deleted: 1,
      modified: 1,
      objects: 0,
    });
    const cloud = await changesOf(rig, '--cloud');
    assert.deepEqual(
      cloud.map(({ path, state, objects }) => [path, state, objects]),
      [
        ['gone.csv', 'new', 1],
        ['labels.csv', 'new', 1],
        ['raw/one', 'new', 4],
      ],
    );
  });

  it('commit takes changes over, and checkout goes back to what the .dvc files say', async () => {
    await using rig = await registry(pictures);
    await done(rig, 'add', 'raw/one');
    const before = rig.read('raw/one.dvc');
    rig.write('raw/one/a.jpg', 'other');
    rig.write('raw/one/new.jpg', 'n');
    await done(rig, 'commit');
    assert.notEqual(rig.read('raw/one.dvc'), before);
    assert.deepEqual(await changesOf(rig), []);
    rig.write('raw/one.dvc', before);
    assert.deepEqual(await done(rig, 'checkout'), { added: 0, modified: 1, deleted: 1 });
    assert.deepEqual(textsIn(rig, 'raw/one'), { 'a.jpg': 'aaa', 'sub/b.jpg': 'bb', 'sub/empty': '' });
    assert.deepEqual(await done(rig, 'checkout'), { added: 0, modified: 0, deleted: 0 });
  });

  it('commit takes over what pipelines made and read, whole stages, and none that lacks an output', async () => {
    const yaml =
      'stages:\n  a: {cmd: cp raw a1, deps: [raw], outs: [a1]}\n  n: {cmd: cp raw n1, deps: [raw], outs: [n1]}\n';
    await using rig = await registry({ 'dvc.yaml': yaml, raw: '1', 'labels.csv': 'x' });
    const committed = async (...args: readonly string[]): Promise<string[]> =>
      (await done<{ stages: { stage: string; why: string[] }[] }>(rig, 'commit', ...args)).stages.map(
        ({ stage, why }) => `${stage}: ${why.join(', ')}`,
      );
    await done(rig, 'add', 'raw', 'labels.csv');
    await done(rig, 'repro', 'a');
    assert.deepEqual(await committed(), []);
    for (const path of ['raw', 'a1', 'labels.csv']) rig.write(path, `other ${path}`);
    const dry = await rig.json('run', 'registry:commit', '--dry-run');
    assert.match(JSON.stringify(dry.report['maps']), /keep a: dep raw is modified, out a1 is modified/);
    assert.deepEqual(await committed('a1'), ['a: dep raw is modified, out a1 is modified']);
    assert.deepEqual(
      (await changesOf(rig)).map(({ path }) => path),
      ['labels.csv', 'raw'],
    );
    rig.write('n1', 'by hand');
    assert.deepEqual(await committed(), ['n: it never ran']);
    assert.deepEqual(await changesOf(rig), []);
    rig.write('a1', 'named');
    rig.write('n1', 'not named');
    // By its name, in all tasks; what is no name of a stage is said to be none.
    assert.deepEqual(await committed('a'), ['a: out a1 is modified']);
    assert.deepEqual(
      (await done<{ changes: { path: string }[] }>(rig, 'status', 'n')).changes.map(({ path }) => path),
      ['n1'],
    );
    assert.equal((await failed(rig, 'commit', 'b')).code, 'registry.target-unknown');
    rig.write('a1', 'other a1');
    rig.write('n1', 'by hand');
    assert.deepEqual(await committed('a', 'dvc.yaml:n'), ['a: out a1 is modified']);
    rig.write('n1', 'second');
    assert.deepEqual(await committed('dvc.yaml:n'), ['n: out n1 is modified']);
    rig.write('n1', 'by hand');
    await committed('n');
    rmSync(rig.path('a1'));
    await done(rig, 'checkout', 'a');
    assert.deepEqual([rig.read('a1'), rig.read('n1')], ['other a1', 'by hand']);
    assert.match((await rig.runner('run', 'registry:repro')).stdout, /up to date/);
  });

  it('files that are nowhere else are never overwritten or removed without --discard', async () => {
    await using rig = await registry(pictures);
    await done(rig, 'add', 'raw/one');
    rig.write('raw/one/a.jpg', 'precious');
    rig.write('raw/one/sub/mine.jpg', 'mine');
    for (const task of ['checkout', 'pull']) {
      const { code, exit } = await failed(rig, task);
      assert.deepEqual([code, exit], ['registry.unsaved', 1]);
    }
    assert.equal(rig.read('raw/one/a.jpg'), 'precious');
    assert.equal(rig.read('raw/one/sub/mine.jpg'), 'mine');
    assert.deepEqual(await done(rig, 'checkout', '--discard'), { added: 0, modified: 1, deleted: 1 });
    assert.equal(rig.read('raw/one/a.jpg'), 'aaa');
  });

  it('a file becomes a folder and a folder a file, with the tracked one coming back', async () => {
    await using rig = await registry({ ...pictures, 'labels.csv': 'x' });
    await done(rig, 'add', 'raw/one', 'labels.csv');
    rmSync(rig.path('raw/one'), { recursive: true });
    rig.write('raw/one', 'aaa');
    rmSync(rig.path('labels.csv'));
    rig.write('labels.csv/sub/x', 'x');
    assert.deepEqual(
      (await changesOf(rig)).map(({ state }) => state),
      ['modified', 'modified'],
    );
    await done(rig, 'checkout');
    assert.equal(rig.read('labels.csv'), 'x');
    assert.equal(rig.read('raw/one/a.jpg'), 'aaa');
    assert.deepEqual(await changesOf(rig), []);
  });

  it('a flipped byte in the cache is found when the object is placed, and a pull repairs it', async () => {
    await using rig = await registry(pictures);
    await done(rig, 'add', 'raw/one');
    await done(rig, 'push');
    const object = rig.path('.dvc/cache', objectKey(hashFile(rig.path('raw/one/a.jpg'))));
    chmodSync(object, 0o644);
    writeFileSync(object, 'aab');
    chmodSync(object, 0o444);
    rmSync(rig.path('raw/one'), { recursive: true });
    assert.equal((await failed(rig, 'pull')).code, 'registry.object-corrupt');
    assert.equal(existsSync(object), false);
    await done(rig, 'pull');
    assert.equal(rig.read('raw/one/a.jpg'), 'aaa');
  });

  it('a flipped byte in the remote is named, and nothing of it is kept', async () => {
    await using rig = await registry(pictures);
    await done(rig, 'add', 'raw/one');
    await done(rig, 'push');
    const key = objectKey(hashFile(rig.path('raw/one/a.jpg')));
    const far = rig.path('storage', key);
    chmodSync(far, 0o644);
    writeFileSync(far, 'aab');
    for (const gone of ['raw/one', '.dvc/cache']) rmSync(rig.path(gone), { recursive: true });
    assert.equal((await failed(rig, 'pull')).code, 'registry.object-corrupt');
    assert.equal(rig.exists(join('.dvc/cache', key)), false);
  });

  it('a folder goes into a remote only when all its files can', async () => {
    await using rig = await registry(pictures);
    await done(rig, 'add', 'raw/one');
    rmSync(rig.path('.dvc/cache', objectKey(hashFile(rig.path('raw/one/a.jpg')))));
    const { code, message } = await failed(rig, 'push');
    assert.equal(code, 'registry.object-missing');
    assert.match(message, /raw\/one: files\/md5/);
    assert.equal(rig.exists('storage'), false);
  });

  it('a path in a tracked folder is added to that folder, alone', async () => {
    await using rig = await registry(pictures);
    await done(rig, 'add', 'raw/one');
    rig.write('raw/one/late.jpg', 'late');
    rig.write('raw/one/a.jpg', 'changed');
    await done(rig, 'add', 'raw/one/late.jpg');
    assert.match(rig.read('raw/one.dvc'), /size: 9\n {2}nfiles: 4\n/);
    const [one] = await changesOf(rig);
    assert.deepEqual([one?.['added'], one?.['modified']], [0, 1]);
    const { added } = await done<{ added: object[] }>(rig, 'add', 'raw/one/a.jpg');
    // Nor is a size said that nobody knows.
    assert.deepEqual(added.map(Object.keys), [['file', 'md5', 'nfiles', 'changed']]);
    assert.deepEqual(await changesOf(rig), []);
    assert.doesNotMatch(rig.read('raw/one.dvc'), /size/);
  });

  it('a path that is gone from a tracked folder is taken out of that folder, alone', async () => {
    await using rig = await registry(pictures);
    await done(rig, 'add', 'raw/one');
    rig.write('raw/one/a.jpg', 'changed');
    for (const gone of ['raw/one/sub/empty', 'raw/one/sub']) {
      rmSync(rig.path(gone), { recursive: true });
      await done(rig, 'add', gone);
    }
    const [one] = await changesOf(rig);
    assert.deepEqual([one?.['deleted'], one?.['modified']], [0, 1]);
    assert.match(rig.read('raw/one.dvc'), /dir\n {2}nfiles: 1\n/);
    assert.equal((await failed(rig, 'add', 'raw/one/never')).code, 'registry.path-missing');
    rmSync(rig.path('raw/one'), { recursive: true });
    assert.equal((await failed(rig, 'add', 'raw/one/a.jpg')).code, 'registry.path-missing');
  });

  it('pull of a path in a folder brings that path only', async () => {
    await using rig = await registry(pictures);
    await done(rig, 'add', 'raw/one');
    await done(rig, 'push');
    for (const gone of ['raw/one', '.dvc/cache']) rmSync(rig.path(gone), { recursive: true });
    assert.deepEqual(await done(rig, 'pull', 'raw/one/sub'), { fetched: 3, added: 2, modified: 0, deleted: 0 });
    assert.deepEqual(textsIn(rig, 'raw/one'), { 'sub/b.jpg': 'bb', 'sub/empty': '' });
  });
});

async function changesOf(rig: ProjectRig, ...args: readonly string[]): Promise<Status['changes']> {
  const { changes } = await done<Status>(rig, 'status', ...args);
  return [...changes].sort((a, b) => (a.path < b.path ? -1 : 1));
}
