import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createRig, type ProjectRig } from '@dataset-runner/core/testing';
import { openArchive } from '@dataset-runner/kit/extract';
import { zip } from '../../packages/plugin-diatom/test/support/pictures.ts';
import { buildArgs, entry, filesIn } from '../../packages/plugin-diatom/test/support/project.ts';
import { openSite, type Site } from '../../packages/plugin-diatom/test/support/site.ts';
import { ensurePackages } from '../../scripts/servers/packages.ts';
import { prepareWebdav, startWebdav, type WebdavServer } from '../../scripts/servers/webdav.ts';
import { skip } from '../support/skip.ts';
import { unkindProxy } from '../support/unkind-proxy.ts';

const images = join(process.env['RUNNER_TEST_DATA'] ?? '', 'ifcb', 'pivot', 'images');
const build = [...buildArgs, '--test-count', '1', '--small-class', 'all-train'];
const upload = ['--upload', 'cloud:sets'];

for (const kind of ['apache-basic', 'apache-digest'] as const) {
  describe(`a set of real pictures on its way to ${kind}`, function () {
    // Installing takes its time where it is the first run.
    this.timeout(300_000);
    let server: WebdavServer;
    let site: Site;
    let labels: readonly string[];

    before(async function () {
      if (process.env['RUNNER_TEST_DATA'] === undefined) skip(this, 'RUNNER_TEST_DATA is not set');
      if (!existsSync(images)) skip(this, `${images} does not exist`);
      const curl = { path: '/usr/bin/curl', package: 'curl' };
      const why = (await prepareWebdav(kind)) ?? (await ensurePackages([curl]));
      if (why !== undefined) skip(this, why);
      server = await startWebdav(kind);
      site = await openSite();
      labels = await serveImages(site);
    });

    after(async () => {
      await site?.[Symbol.asyncDispose]();
      await server?.stop();
    });

    /** A project that uploads into one folder of the server, which is `folder` below the server's data. */
    async function project(folder: string, more: { url?: string; password?: string } = {}): Promise<ProjectRig> {
      const url = `webdav+${more.url ?? server.url}/${folder}`;
      const rig = await createRig({
        packages: ['@dataset-runner/plugin-diatom', '@dataset-runner/kit'],
        config: [
          "plugins: ['@dataset-runner/plugin-diatom']",
          'network: { allowHosts: [127.0.0.1] }',
          `stores: { cloud: { url: '${url}', username: env:DAV_USER, password: env:DAV_PASSWORD } }`,
          '',
        ].join('\n'),
        env: { DAV_USER: server.username, DAV_PASSWORD: more.password ?? server.password },
      });
      rig.write('species.json', JSON.stringify(labels.map((label) => entry(site.url, label))));
      return rig;
    }

    const folderOf = (name: string): string => join(server.root, 'data', name);
    // Apache keeps its locks and properties in files of its own.
    const filesAt = (name: string): string[] => filesIn(folderOf(name)).filter((file) => !file.includes('.DAV/'));

    /** Fails as named and leaves the local zip, whole; returns its name. */
    async function refused(rig: ProjectRig, code: string, ...args: string[]): Promise<string> {
      const { code: exit, report, stderr } = await rig.json(...build, ...upload, ...args);
      // The surroundings are to blame for all but wrong bytes.
      assert.equal(exit, code === 'store.corrupt' ? 1 : 3, stderr);
      assert.deepEqual([...new Set(codesOf(report))], [code], JSON.stringify(report['failures']));
      const [name = '', ...more] = setsIn(rig.dir);
      assert.deepEqual(more, []);
      assert.deepEqual(await membersOf(rig.path(name)), resultsIn(rig));
      return name;
    }

    async function arrives(rig: ProjectRig, folder: string, ...args: string[]): Promise<Buffer> {
      const { code, stderr } = await rig.json(...build, ...upload, ...args);
      assert.equal(code, 0, stderr);
      const [name = '', ...more] = filesAt(folder);
      // Nothing beside it: no half file, no staging left.
      assert.deepEqual(more, []);
      assert.match(name, /^sets\/diatom_set-[-\d]+\.zip$/);
      assert.deepEqual(await membersOf(join(folderOf(folder), name)), resultsIn(rig));
      return readFileSync(join(folderOf(folder), name));
    }

    it('arrives byte by byte', async () => {
      await using rig = await project('whole');
      const sent = await arrives(rig, 'whole');
      const [name = ''] = setsIn(rig.dir);
      assert.ok(sent.equals(readFileSync(rig.path(name))));
      for (const file of resultsIn(rig))
        assert.ok(readFileSync(rig.path('set', file)).equals(readFileSync(join(images, pictureName(file)))));
    });

    it('names a wrong password and keeps the local zip', async () => {
      await using rig = await project('secret', { password: 'wrong' });
      await refused(rig, 'store.denied');
      assert.deepEqual(filesAt('secret'), []);
    });

    it('names a folder the server may not write into', async function () {
      mkdirSync(folderOf('readonly'));
      // As root it is the server's other user who is denied; else the server is us, and the mode denies it.
      chmodSync(folderOf('readonly'), 0o555);
      await using rig = await project('readonly');
      await refused(rig, 'store.denied');
      assert.deepEqual(readdirSync(folderOf('readonly')), []);
    });

    it('names a full disk, shows nothing half, and goes on when there is room', async function () {
      mkdirSync(folderOf('full'));
      try {
        execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=24k,mode=0777', 'tmpfs', folderOf('full')]);
      } catch {
        skip(this, 'a small disk cannot be mounted here (needs root)');
      }
      try {
        await using rig = await project('full');
        const name = await refused(rig, 'store.full');
        assert.deepEqual(filesAt('full'), []);
        execFileSync('mount', ['-o', 'remount,size=16m', folderOf('full')]);
        assert.ok((await arrives(rig, 'full')).equals(readFileSync(rig.path(name))));
      } finally {
        // Lazily: the server may still hold it.
        execFileSync('umount', ['-l', folderOf('full')]);
      }
    });

    it('tries again while another client holds a lock, then names it', async () => {
      await using proxy = await unkindProxy(server.url);
      await using rig = await project('held', { url: proxy.url });
      assert.equal((await rig.json(...build)).code, 0);
      const path = `sets/${pictureName(setsIn(rig.dir)[0] ?? '')}`;
      for (const folder of ['held/', 'held/sets/']) await dav(server, 'MKCOL', folder);
      // What a desktop client does with a file somebody has open.
      const token = await dav(server, 'LOCK', `held/${path}`);
      const name = await refused(rig, 'store.locked');
      assert.ok(proxy.puts > 1, `tried ${proxy.puts} times`);
      assert.deepEqual(filesAt('held'), []);
      await dav(server, 'UNLOCK', `held/${path}`, token);
      assert.ok((await arrives(rig, 'held')).equals(readFileSync(rig.path(name))));
    });

    it('sends again what was cut in the middle', async () => {
      await using proxy = await unkindProxy(server.url);
      proxy.cuts = 1;
      await using rig = await project('cut-once', { url: proxy.url });
      await arrives(rig, 'cut-once');
      assert.equal(proxy.cuts, 0);
      assert.ok(proxy.puts > 1, `tried ${proxy.puts} times`);
    });

    // Half a minute of patience; with digest the case of --move, the harder one, has to do.
    if (kind === 'apache-basic') {
      it('names a connection that is always cut; the same command goes on where it ended', async () => {
        await using proxy = await unkindProxy(server.url);
        proxy.cuts = Infinity;
        await using rig = await project('cut', { url: proxy.url });
        const name = await refused(rig, 'store.unavailable');
        assert.deepEqual(filesAt('cut'), []);
        proxy.cuts = 0;
        assert.ok((await arrives(rig, 'cut')).equals(readFileSync(rig.path(name))));
        assert.deepEqual(setsIn(rig.dir), [name]);
      });
    }

    it('with --move keeps the zip through every cut, and none once it has arrived', async () => {
      await using proxy = await unkindProxy(server.url);
      proxy.cuts = Infinity;
      await using rig = await project('moved', { url: proxy.url });
      const kept = readFileSync(rig.path(await refused(rig, 'store.unavailable', '--move')));
      proxy.cuts = 0;
      assert.ok((await arrives(rig, 'moved', '--move')).equals(kept));
      assert.deepEqual(setsIn(rig.dir), []);
    });

    it('with --move keeps the zip when the other side has other bytes', async () => {
      await using proxy = await unkindProxy(server.url);
      proxy.wrongUploads = Infinity;
      await using rig = await project('wrong', { url: proxy.url });
      const kept = readFileSync(rig.path(await refused(rig, 'store.corrupt', '--move')));
      assert.deepEqual(filesAt('wrong'), []);
      proxy.wrongUploads = 0;
      assert.ok((await arrives(rig, 'wrong', '--move')).equals(kept));
      assert.deepEqual(setsIn(rig.dir), []);
    });

    it('diatom:upload --move removes the local zip only after the other one was read back right', async () => {
      await using proxy = await unkindProxy(server.url);
      await using rig = await project('read-back', { url: proxy.url });
      assert.equal((await rig.json(...build)).code, 0);
      const [name = ''] = setsIn(rig.dir);
      const kept = readFileSync(rig.path(name));
      const move = ['run', 'diatom:upload', '--set', './set', '--to', 'cloud:sets', '--move'];
      proxy.flips = true;
      const { code, report } = await rig.json(...move);
      assert.equal(code, 1);
      assert.deepEqual(codesOf(report), ['store.corrupt'], JSON.stringify(report['failures']));
      assert.deepEqual(setsIn(rig.dir), [name]);
      proxy.flips = false;
      const again = await rig.json(...move);
      assert.equal(again.code, 0, again.stderr);
      assert.deepEqual(setsIn(rig.dir), []);
      const [sent = ''] = filesAt('read-back');
      assert.ok(readFileSync(join(folderOf('read-back'), sent)).equals(kept));
    });

    // By curl, which answers either kind of challenge.
    async function dav(at: WebdavServer, method: string, path: string, token = ''): Promise<string> {
      const url = `${at.url}/${path}`;
      const login = [
        '-s',
        '--anyauth',
        '-u',
        `${at.username}:${at.password}`,
        '-X',
        method,
        '-D',
        '-',
        '-o',
        '/dev/null',
      ];
      const headers = token === '' ? [] : ['-H', `Lock-Token: ${token}`];
      const body = method === 'LOCK' ? ['--data', lockInfo, '-H', 'Content-Type: application/xml'] : [];
      const answer = execFileSync('curl', [...login, ...headers, ...body, url], { encoding: 'utf8' });
      assert.match(answer.slice(answer.lastIndexOf('HTTP/')), /^HTTP\/1\.1 20\d/, `${method} ${path}`);
      return /^lock-token: (.*?)\r?$/im.exec(answer)?.[1] ?? '';
    }
  });
}

const lockInfo =
  '<?xml version="1.0"?><D:lockinfo xmlns:D="DAV:"><D:lockscope><D:exclusive/></D:lockscope><D:locktype><D:write/></D:locktype></D:lockinfo>';

/** One zip for each label, which stands before the number in a picture's name. */
async function serveImages(site: Site): Promise<readonly string[]> {
  const names = readdirSync(images).filter((name) => name.endsWith('.png'));
  const byLabel = Map.groupBy(names, (name) => name.slice(0, name.lastIndexOf('_')));
  for (const [label, own] of byLabel) {
    const files = own.map((name) => [`${label}/${name}`, readFileSync(join(images, name))] as const);
    site.set(`${label}.zip`, await zip(Object.fromEntries(files)));
  }
  return [...byLabel.keys()];
}

function codesOf(report: Record<string, unknown>): string[] {
  return (report['failures'] as readonly { readonly code: string }[]).map(({ code }) => code);
}

/** Packed sets anywhere in a project, its scratch space included. */
function setsIn(dir: string): string[] {
  return filesIn(dir).filter((name) => /diatom_set-[^/]*\.zip$/.test(name));
}

function resultsIn(rig: ProjectRig): string[] {
  return filesIn(rig.path('set')).filter((name) => name.startsWith('results/'));
}

function pictureName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

async function membersOf(path: string): Promise<string[]> {
  await using archive = await openArchive(path);
  const members: string[] = [];
  for await (const member of archive.entries()) members.push(member.key);
  return members;
}
