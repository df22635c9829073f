import assert from 'node:assert/strict';
import { type DavServer, startDavServer } from '../../src/testing/dav-server.ts';
import { createRig, type ProjectRig } from '../../src/testing/project-rig.ts';
import { countsOf } from './support.ts';

const plugin = `
import { definePlugin, defineStep, defineTask, z } from '@dataset-runner/core/plugin';
const folder = defineStep({ name: 'folder', async work(item, { output }) {
  const made = await output.folder('bin');
  for (const name of item.names) await made.write(name, name);
  return made.close();
} });
const file = defineStep({ name: 'file', async work(item, { output }) { return output.write('deep/' + item.key + '.txt', item.key); } });
const keep = defineStep({ name: 'keep', cache: false, async work({ file, ...more }, { output }) { return output.copy('objects/ab', file, more); } });
const kept = defineTask({ summary: 's', params: z.object({ file: z.string(), any: z.boolean().default(false) }), steps: { keep },
  async run({ params, map, store }) {
    const { key, size } = await (await store('.')).stat(params.file);
    const file = { $type: 'file', store: '.', key, size };
    await map(keep, [{ key: 'ab', file, ...(params.any ? { replaces: 'any' } : {}) }], { into: 'cloud:registry' });
  } });
const send = defineTask({ summary: 's', params: z.object({ names: z.array(z.string()).default(['a', 'b']), item: z.string().default('bin'), n: z.int().default(20) }), steps: { folder, file },
  async run({ params, map, publish }) {
    await map(folder, [{ key: params.item, names: params.names }], { into: 'cloud:bins', exact: true });
    await map(file, Array.from({ length: params.n }, (_, i) => ({ key: 'f' + i })), { into: 'cloud:files', exact: true });
    await publish('cloud:files', { name: 'files' });
  } });
export default definePlugin({ name: 'remote', api: 1, tasks: { send, kept } });
`;

async function remoteRig(server: DavServer): Promise<ProjectRig> {
  const config = `plugins: [./remote.ts]\nstores:\n  cloud: { url: 'webdav+${server.url}/lab', username: env:DAV_USER, password: env:DAV_PASSWORD }\nnetwork: { allowHosts: [127.0.0.1] }\n`;
  return createRig({ config, files: { 'remote.ts': plugin }, env: { DAV_USER: 'alice', DAV_PASSWORD: 's3cret-word' } });
}

const login = { kind: 'basic', username: 'alice', password: 's3cret-word' } as const;

describe('a place in a remote store', function () {
  this.timeout(60_000);

  it('is filled, found up to date by listing, verified, and repaired', async () => {
    const server = await startDavServer({ login });
    try {
      await using rig = await remoteRig(server);
      const first = await rig.json('run', 'remote:send');
      assert.equal(first.code, 0, JSON.stringify(first.report['failures']));
      const before = server.requests.length;
      const again = await rig.json('run', 'remote:send');
      assert.equal(countsOf(again.report, 'file')['reused'], 20);
      assert.equal(countsOf(again.report, 'folder')['reused'], 1);
      const asked = server.requests.slice(before).filter((line) => !line.startsWith('PROPFIND'));
      assert.deepEqual(asked, [], 'looking is listing');
      assert.ok(server.requests.length - before < 15, 'not one request for each file');
      assert.equal((await rig.runner('verify', 'cloud:files')).code, 0);
      server.tree.remove('/lab/files/deep/f3.txt');
      const repaired = await rig.json('run', 'remote:send');
      assert.equal(countsOf(repaired.report, 'file')['done'], 1);
      const fewer = await rig.json('run', 'remote:send', '--n', '5');
      assert.equal(fewer.code, 0);
      const left = await rig.runner('store', 'ls', 'cloud:files/deep');
      assert.equal(left.stdout.match(/f\d+\.txt/g)?.length, 5);
    } finally {
      await server.close();
    }
  });

  it('has its own folder files replaced and a foreign one among them left alone', async () => {
    const server = await startDavServer({ login });
    try {
      await using rig = await remoteRig(server);
      await rig.runner('run', 'remote:send', '--names', 'a,b');
      const changed = await rig.json('run', 'remote:send', '--names', 'a,c');
      assert.equal(changed.code, 0, JSON.stringify(changed.report['failures']));
      assert.doesNotMatch((await rig.runner('store', 'ls', 'cloud:bins/bin')).stdout, /\bb\b/);
      const copied = await rig.runner('store', 'cp', './runner.yaml', 'cloud:bins/bin/notes.yaml');
      assert.equal(copied.code, 0, copied.stderr);
      const other = await rig.runner('store', 'cp', './package.json', 'cloud:bins/bin/notes.yaml');
      assert.match(other.stderr, /output\.foreign/);
      const refused = await rig.json('run', 'remote:send', '--names', 'a,d');
      assert.equal(refused.code, 1);
      assert.match(JSON.stringify(refused.report['failures']), /output\.foreign/);
      assert.match((await rig.runner('store', 'ls', 'cloud:bins/bin')).stdout, /notes\.yaml/);
    } finally {
      await server.close();
    }
  });

  it('never has a file of somebody else overwritten that bears the name of one of its folder files', async () => {
    const server = await startDavServer({ login });
    try {
      await using rig = await remoteRig(server);
      await rig.runner('store', 'cp', './package.json', 'cloud:bins/bin/a');
      for (let i = 0; i < 2; i++) {
        const refused = await rig.json('run', 'remote:send');
        assert.match(JSON.stringify(refused.report['failures']), /output\.foreign.*bin\/a/);
        assert.equal((await rig.runner('store', 'cat', 'cloud:bins/bin/a')).stdout, rig.read('package.json'));
      }
    } finally {
      await server.close();
    }
  });

  it('takes a folder over from an item that does not make it any more', async () => {
    const server = await startDavServer({ login });
    try {
      await using rig = await remoteRig(server);
      await rig.runner('run', 'remote:send', '--item', 'one', '--names', 'a,b');
      for (const done of [1, 0]) {
        const { code, report } = await rig.json('run', 'remote:send', '--item', 'two', '--names', 'a,c');
        assert.deepEqual([code, countsOf(report, 'folder')['done']], [0, done], JSON.stringify(report['failures']));
      }
      const there = (await rig.runner('store', 'ls', 'cloud:bins/bin')).stdout;
      assert.deepEqual(
        [/\ba\b/, /\bb\b/, /\bc\b/].map((name) => name.test(there)),
        [true, false, true],
      );
    } finally {
      await server.close();
    }
  });

  it('keeps a foreign file from a copy, unless the step says that its key names the bytes', async () => {
    // Whose uploads appear whole: nothing is staged and moved there.
    const server = await startDavServer({ login, isApache: true });
    try {
      await using rig = await remoteRig(server);
      rig.write('mine.txt', 'mine');
      await rig.runner('store', 'cp', './package.json', 'cloud:registry/objects/ab');
      const refused = await rig.json('run', 'remote:kept', '--file', 'mine.txt');
      assert.match(JSON.stringify(refused.report['failures']), /output\.foreign/);
      const done = await rig.json('run', 'remote:kept', '--file', 'mine.txt', '--any');
      assert.equal(done.code, 0, JSON.stringify(done.report['failures']));
      assert.equal((await rig.runner('store', 'cat', 'cloud:registry/objects/ab')).stdout, 'mine');
    } finally {
      await server.close();
    }
  });

  it('that refuses, is full or answers nonsense loses nothing, and the same command goes on', async () => {
    const server = await startDavServer({ login });
    try {
      await using rig = await remoteRig(server);
      server.fault = (request) => (request.method === 'PUT' ? { status: 507 } : undefined);
      const full = await rig.json('run', 'remote:send');
      assert.notEqual(full.code, 0);
      assert.match(JSON.stringify(full.report['failures']), /store\.full/);
      server.fault = () => undefined;
      const { code, report } = await rig.json('run', 'remote:send');
      assert.equal(code, 0, JSON.stringify(report['failures']));
    } finally {
      await server.close();
    }
  });
});
