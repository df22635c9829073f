import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { connect, createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { ProjectRig } from '@dataset-runner/core/testing';
import { buildArgs, diatomProject, entry, filesIn } from '../../packages/plugin-diatom/test/support/project.ts';
import { zip } from '../../packages/plugin-diatom/test/support/pictures.ts';
import { openSite, type Site } from '../../packages/plugin-diatom/test/support/site.ts';
import { prepareWebdav, startWebdav, type WebdavServer } from '../../scripts/servers/webdav.ts';
import { skip } from '../support/skip.ts';

const images = join(process.env['RUNNER_TEST_DATA'] ?? '', 'ifcb', 'pivot', 'images');

for (const kind of ['apache-basic', 'apache-digest'] as const) {
  // The server's workers run as www-data where the tests run as root: root would never be denied anything.
  describe(`diatom:build uploads real pictures to ${kind}`, function () {
    this.timeout(300_000);
    let server: WebdavServer;
    let site: Site;
    let labels: string[] = [];

    before(async function () {
      if (process.env['RUNNER_TEST_DATA'] === undefined || !existsSync(images))
        skip(this, 'RUNNER_TEST_DATA is not set');
      const why = await prepareWebdav(kind);
      if (why !== undefined) skip(this, why);
      server = await startWebdav(kind);
      const names = readdirSync(images).filter((name) => name.endsWith('.png'));
      labels = [...new Set(names.map(labelOf))];
      site = await openSite();
      for (const label of labels) {
        const own = names.filter((name) => labelOf(name) === label);
        const files = own.map((name) => [`${label}/${name}`, readFileSync(join(images, name))] as const);
        site.set(`${label}.zip`, await zip(Object.fromEntries(files)));
      }
    });

    after(async () => {
      await site?.[Symbol.asyncDispose]();
      await server?.stop();
    });

    const upload = ['--test-count', '1', '--small-class', 'all-train', '--upload', 'cloud:sets'] as const;

    function project(options: {
      readonly password?: string;
      readonly url?: string;
      readonly folder: string;
    }): Promise<ProjectRig> {
      process.env['DAV_PASSWORD'] = options.password ?? server.password;
      const store = `{ url: 'webdav+${options.url ?? server.url}/${options.folder}', username: ${server.username}, password: env:DAV_PASSWORD }`;
      return diatomProject(
        labels.map((label) => entry(site.url, label)),
        { config: `stores:\n  cloud: ${store}\n` },
      );
    }

    const remoteZips = (folder: string): string[] =>
      filesIn(join(server.root, 'data', folder, 'sets')).filter((name) => name.endsWith('.zip'));
    const localZips = (rig: ProjectRig): string[] => filesIn(rig.path('set')).filter((name) => name.endsWith('.zip'));
    const codes = (report: Record<string, unknown>): string => JSON.stringify(report['failures']);

    it('byte by byte, and with --move keeps no local zip once it is there', async () => {
      await using rig = await project({ folder: 'kept' });
      const { code, report } = await rig.json(...buildArgs, ...upload);
      assert.equal(code, 0, codes(report));
      const [name = ''] = localZips(rig);
      assert.deepEqual(remoteZips('kept'), [name]);
      assert.ok(readFileSync(join(server.root, 'data/kept/sets', name)).equals(readFileSync(rig.path('set', name))));
      const again = await rig.json(...buildArgs, ...upload);
      assert.match(JSON.stringify(again.report['maps']), /"done":0/);
      await using moved = await project({ folder: 'moved' });
      assert.equal((await moved.json(...buildArgs, ...upload, '--move')).code, 0);
      assert.equal(remoteZips('moved').length, 1);
      assert.deepEqual(localZips(moved), []);
    });

    it('a wrong password is named and costs nothing', async () => {
      await using rig = await project({ folder: 'denied', password: 'wrong-password' });
      const { code, report } = await rig.json(...buildArgs, ...upload);
      assert.notEqual(code, 0);
      assert.match(codes(report), /store\.denied/);
      assert.equal(localZips(rig).length, 1);
      process.env['DAV_PASSWORD'] = server.password;
      assert.equal((await rig.json(...buildArgs, ...upload)).code, 0);
      assert.deepEqual(remoteZips('denied'), localZips(rig));
    });

    it('a full disk behind the server is named, shows nothing half, and the same command goes on', async function () {
      const folder = join(server.root, 'data/full');
      mkdirSync(folder);
      try {
        execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=40k,mode=0777', 'tmpfs', folder], { stdio: 'pipe' });
      } catch {
        skip(this, 'this user may not mount a small file system');
      }
      try {
        await using rig = await project({ folder: 'full' });
        const { code, report } = await rig.json(...buildArgs, ...upload);
        assert.notEqual(code, 0);
        assert.match(codes(report), /store\.(full|broken)/);
        assert.deepEqual(remoteZips('full'), []);
        assert.equal(localZips(rig).length, 1);
        execFileSync('mount', ['-o', 'remount,size=64m', folder]);
        assert.equal((await rig.json(...buildArgs, ...upload)).code, 0);
        assert.deepEqual(remoteZips('full'), localZips(rig));
      } finally {
        execFileSync('umount', ['-l', folder]);
      }
    });

    it('a connection that is cut in the middle loses nothing', async () => {
      await using proxy = await cuttingProxy(Number(new URL(server.url).port), 30_000);
      await using rig = await project({ folder: 'cut', url: proxy.url });
      const first = await rig.json(...buildArgs, ...upload);
      assert.notEqual(first.code, 0, 'every upload is cut');
      assert.match(codes(first.report), /store\.(unavailable|broken)/);
      assert.deepEqual(remoteZips('cut'), []);
      assert.equal(localZips(rig).length, 1);
      proxy.heal();
      assert.equal((await rig.json(...buildArgs, ...upload)).code, 0);
      assert.deepEqual(remoteZips('cut'), localZips(rig));
    });

    if (kind === 'apache-basic') {
      it("another client's lock is named, and the same command goes on after it", async () => {
        await using rig = await project({ folder: 'locked' });
        assert.equal(
          (
            await rig.json(
              'run',
              'diatom:build',
              '--file-list',
              './species.json',
              '--out',
              './set',
              ...upload.slice(0, 4),
            )
          ).code,
          0,
        );
        const [name = ''] = localZips(rig);
        const token = await lockFile(server, `locked/sets/${name}`);
        const { code, report } = await rig.json(...buildArgs, ...upload);
        assert.notEqual(code, 0);
        assert.match(codes(report), /store\.locked/);
        assert.equal(localZips(rig).length, 1);
        await unlock(server, `locked/sets/${name}`, token);
        assert.equal((await rig.json(...buildArgs, ...upload, '--overwrite')).code, 0);
        assert.deepEqual(remoteZips('locked'), localZips(rig));
      });
    }
  });
}

function labelOf(name: string): string {
  return name.slice(0, name.lastIndexOf('_'));
}

function basic(server: WebdavServer): { readonly authorization: string } {
  return { authorization: `Basic ${Buffer.from(`${server.username}:${server.password}`).toString('base64')}` };
}

// What a desktop client does when somebody has the file open: locks the name, which makes an empty file.
async function lockFile(server: WebdavServer, path: string): Promise<string> {
  const parts = path.split('/');
  for (let i = 1; i < parts.length; i++) {
    await fetch(`${server.url}/${parts.slice(0, i).join('/')}/`, { method: 'MKCOL', headers: basic(server) });
  }
  const body =
    '<?xml version="1.0"?><D:lockinfo xmlns:D="DAV:"><D:lockscope><D:exclusive/></D:lockscope><D:locktype><D:write/></D:locktype></D:lockinfo>';
  const response = await fetch(`${server.url}/${path}`, {
    method: 'LOCK',
    headers: { ...basic(server), timeout: 'Second-600' },
    body,
  });
  assert.ok(response.ok, `LOCK answers ${response.status}`);
  await response.text();
  return response.headers.get('lock-token') ?? '';
}

async function unlock(server: WebdavServer, path: string, token: string): Promise<void> {
  const response = await fetch(`${server.url}/${path}`, {
    method: 'UNLOCK',
    headers: { ...basic(server), 'lock-token': token },
  });
  assert.equal(response.status, 204);
}

/** Passes everything on until a connection has sent so many bytes, then cuts it. */
async function cuttingProxy(
  port: number,
  limit: number,
): Promise<AsyncDisposable & { readonly url: string; heal(): void }> {
  let healed = false;
  const proxy = createServer((client) => {
    const far = connect(port, '127.0.0.1');
    let sent = 0;
    client.on('data', (piece) => {
      sent += piece.length;
      if (!healed && sent > limit) client.destroy();
      else far.write(piece);
    });
    far.on('data', (piece) => client.write(piece));
    for (const [one, other] of [
      [client, far],
      [far, client],
    ] as const) {
      one.on('error', () => other.destroy());
      one.on('close', () => other.destroy());
    }
  });
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`,
    heal: () => {
      healed = true;
    },
    async [Symbol.asyncDispose]() {
      await new Promise((resolve) => proxy.close(resolve));
    },
  };
}
