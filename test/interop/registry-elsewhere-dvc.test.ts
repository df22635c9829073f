import assert from 'node:assert/strict';
import { once } from 'node:events';
import { chmodSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { ProjectRig } from '@dataset-runner/core/testing';
import { done, emptyProject, registry, textsIn } from '../../packages/plugin-registry/test/support/registry.ts';
import { skip } from '../support/skip.ts';
import { type Dvc, dvcOf, git } from './dvc.ts';

describe('registry and data from elsewhere, beside stock dvc 3.67.1', function () {
  this.timeout(300_000);
  let dvc: Dvc;
  let source: ProjectRig;
  before(async function () {
    this.timeout(600_000);
    const found = dvcOf('3.67.1', 'dvc[s3]==3.67.1');
    if (typeof found === 'string') skip(this, found);
    dvc = found;
    source = await registry({ 'raw/a': 'a', 'raw/sub/b': 'b', 'run.sh': '#!/bin/sh\n', 'notes/read.me': 'r' });
    chmodSync(source.path('run.sh'), 0o755);
    await done(source, 'add', 'raw', 'run.sh');
    await done(source, 'push');
    git(source.dir, 'add', '.');
    git(source.dir, 'commit', '-qm', 'one');
  });
  after(async () => source?.[Symbol.asyncDispose]());

  it('list says what dvc list says', async () => {
    await using rig = await registry();
    type Line = {
      readonly path: string;
      readonly isdir: boolean;
      readonly isout: boolean;
      readonly md5: string | null;
    };
    for (const args of [[], ['-R'], ['raw'], ['raw/sub', '-R'], ['-R', '--dvc-only']]) {
      // Without a revision dvc lists what lies in the folder of a local repository, committed or not.
      const asked = [source.dir, ...args, '--rev', 'main'];
      const theirs = JSON.parse(dvc.run(rig.dir, 'list', ...asked, '--json')) as Line[];
      const { files } = await done<{ files: readonly Line[] }>(rig, 'list', ...asked);
      // Sizes of folders are those of inodes there, some are known to one of us only, and of a revision it forgets isexec.
      const known = ({ path, isdir, isout, md5 }: Line) => ({ path, isdir, isout, md5 });
      const sorted = (lines: readonly Line[]) => lines.map(known).sort((a, b) => (a.path < b.path ? -1 : 1));
      assert.deepEqual(sorted(files), sorted(theirs), args.join(' '));
    }
  });

  it('get brings what dvc get brings', async () => {
    await using rig = await registry();
    for (const path of ['raw', 'notes']) {
      dvc.run(rig.dir, 'get', source.dir, path, '-o', `theirs-${path}`);
      await done(rig, 'get', source.dir, path, '-o', `ours-${path}`);
      assert.deepEqual(textsIn(rig, `ours-${path}`), textsIn(rig, `theirs-${path}`));
    }
  });

  it('import-url writes the files that dvc import-url writes', async () => {
    const server = createServer((_request, response) => {
      response.setHeader('etag', '"v1"').setHeader('content-length', '3').end('web');
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const web = `http://127.0.0.1:${(server.address() as AddressInfo).port}/lab/web.txt`;
    try {
      await using away = await emptyProject({ 'w.txt': 'w', 'run.sh': '#!/bin/sh\n', 'set/a': 'a', 'set/sub/b': 'b' });
      chmodSync(away.path('run.sh'), 0o755);
      await using rig = await registry({ 'own/x': 'x' });
      const sources = ['w.txt', 'run.sh', 'set'].map((name) => away.path(name));
      for (const [at, url] of [...sources, 'own/x', web].entries()) {
        for (const more of [[], ['--no-download']]) {
          const [theirs, ours] = [`theirs-${at}${more.length}`, `ours-${at}${more.length}`];
          // In a child of its own: this process answers for the web.
          await dvc.start(rig.dir, 'import-url', url, theirs, ...more);
          await done(rig, 'import-url', url, ours, ...more);
          const neutral = (name: string): string =>
            rig
              .read(`${name}.dvc`)
              .replace(/^md5: .*\n/, '')
              .replace(/  path: (?:ours|theirs)-.*\n$/, '');
          assert.equal(neutral(ours), neutral(theirs), url);
        }
      }
      await done(rig, 'push');
      assert.equal(
        dvc.status(rig.dir, ...['w.txt', 'run.sh', 'set', 'x', 'web'].map((_, at) => `ours-${at}0.dvc`)),
        '',
      );
      await dvc.start(rig.dir, 'update', 'ours-40.dvc');
    } finally {
      server.close();
      server.closeAllConnections();
    }
  });

  it('add --to-remote and --out leave what dvc leaves', async () => {
    await using away = await emptyProject({ 'run.sh': '#!/bin/sh\n', 'set/a': 'a', 'set/sub/b': 'b' });
    chmodSync(away.path('run.sh'), 0o755);
    await using rig = await registry();
    for (const name of ['run.sh', 'set']) {
      for (const more of [['--to-remote'], []]) {
        const [theirs, ours] = [`theirs-${name}${more.length}`, `ours-${name}${more.length}`];
        dvc.run(rig.dir, 'add', away.path(name), '-o', theirs, ...more);
        await done(rig, 'add', away.path(name), '-o', ours, ...more);
        const neutral = (path: string): string => rig.read(`${path}.dvc`).replace(/ {2}path: .*\n$/, '');
        assert.equal(neutral(ours), neutral(theirs), ours);
      }
    }
    await done(rig, 'pull');
    assert.equal(dvc.status(rig.dir), '');
    assert.equal(dvc.status(rig.dir, '-c'), '');
  });
});
