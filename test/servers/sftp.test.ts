import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { readdirSync, readFileSync, symlinkSync } from 'node:fs';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { join } from 'node:path';
import { driverContract } from '@dataset-runner/core/testing';
import { failureOf } from '../../packages/core/src/model/failure.ts';
import { createStoreOpener } from '../../packages/core/src/storage/open-store.ts';
import { findSshd, startSshd, type Sshd } from '../../scripts/servers/sshd.ts';
import { recordContract } from '../support/record-contract.ts';
import { skip } from '../support/skip.ts';
import { tempFolder } from '../support/temp-folder.ts';

describe('OpenSSH, a real server', function () {
  this.timeout(60_000);
  let server: Sshd;
  let places = 0;

  before(async function () {
    const program = findSshd();
    if (program === undefined) skip(this, 'sshd is not installed');
    server = await startSshd(program);
  });

  after(() => server?.[Symbol.asyncDispose]());

  const notes: string[] = [];

  function open({ port, ...options }: { readonly port?: number; readonly [name: string]: unknown } = {}) {
    return createStoreOpener({
      projectDir: '/',
      workDir: '/nowhere',
      allowHosts: ['127.0.0.1'],
      stores: {
        far: {
          url: `sftp://${server.user}@127.0.0.1:${port ?? server.port}${join(server.dir, `place-${places++}`, 'a folder ä')}`,
          key: server.key,
          knownHosts: server.knownHosts,
          ...options,
        },
      },
      retry: { attempts: 2, baseMs: 10, capMs: 50 },
      note: (message) => notes.push(message),
    });
  }

  async function openStore(options?: Parameters<typeof open>[0]) {
    const opener = open(options);
    return { store: await opener.open('far:sets/2026'), dispose: () => opener.close() };
  }

  driverContract('SFTP', {
    open: () => openStore(),
    onResult: recordContract('sftp', 'OpenSSH 9.2'),
    troubled: { 'store.denied': () => openStore({ hostKey: 'SHA256:AAAA' }) },
  });

  it('believes a host only by its key', async () => {
    const key = readFileSync(join(server.dir, 'host.pub'), 'utf8').split(' ').slice(0, 2).join(' ');
    await using folder = await tempFolder({ empty: '', revoked: `@revoked * ${key}\n`, stranger: `* ${otherKey()}\n` });
    for (const good of [{ hostKey: key }, { hostKey: fingerprintOf(key) }, {}]) {
      const { store, dispose } = await openStore(good);
      assert.equal(await store.stat('a'), undefined);
      await dispose();
    }
    for (const [name, words] of [
      ['empty', /is not in .*empty; check it and add it/],
      ['revoked', /is revoked/],
      ['stranger', /has another one: the host may not be the one it was/],
    ] as const) {
      const { store, dispose } = await openStore({ knownHosts: join(folder.path, name) });
      const failure = failureOf(await store.stat('a').catch((error: unknown) => error));
      assert.equal(failure?.code, 'store.denied', name);
      assert.match(JSON.stringify(failure), words);
      await dispose();
    }
  });

  it('says that no key was accepted', async () => {
    await using folder = await tempFolder();
    const key = join(folder.path, 'id');
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', key]);
    const { store, dispose } = await openStore({ key });
    const failure = failureOf(await store.stat('a').catch((error: unknown) => error));
    assert.equal(failure?.code, 'store.denied');
    assert.match(JSON.stringify(failure), /no key or password was accepted/);
    await dispose();
  });

  it('goes on over a new connection when one is lost, also in the middle of a file', async () => {
    await using proxy = await cuttingProxy(server.port);
    const hostKey = readFileSync(join(server.dir, 'host.pub'), 'utf8');
    const { store, dispose } = await openStore({ hostKey, port: proxy.port });
    const bytes = randomBytes(20_000_000);
    await store.write('large', bytes);
    proxy.cut();
    await store.write('after', Buffer.from('x'));
    let cuts = 0;
    const hash = createHash('sha256');
    for await (const piece of await store.read('large')) {
      hash.update(piece);
      if (cuts++ % 40 === 5) proxy.cut();
    }
    assert.equal(hash.digest('hex'), createHash('sha256').update(bytes).digest('hex'));
    assert.ok(proxy.connections > 3, `${proxy.connections} connections`);
    await dispose();
  });

  it('tells two writes of one second apart', async () => {
    const { store, dispose } = await openStore();
    const versions = new Set<string | undefined>();
    for (const text of ['one', 'two', 'six', 'ten'])
      versions.add((await store.write('same', Buffer.from(text))).version);
    assert.equal(versions.size, 4);
    assert.ok(versions.has((await store.stat('same'))?.version));
    await dispose();
  });

  it('leaves nothing of its own behind', async () => {
    const { store, dispose } = await openStore();
    const root = join(server.dir, `place-${places - 1}`, 'a folder ä');
    await store.write('a/b', Buffer.from('x'), { ifAbsent: true });
    await assert.rejects(store.write('a/b', Buffer.from('x'), { ifAbsent: true }));
    await dispose();
    assert.deepEqual(readdirSync(root, { recursive: true, encoding: 'utf8' }).sort(), [
      'sets',
      'sets/2026',
      'sets/2026/a',
      'sets/2026/a/b',
    ]);
  });

  it('lists links to files, and does not enter linked folders', async () => {
    const { store, dispose } = await openStore();
    await store.write('folder/file', Buffer.from('x'));
    const folder = join(server.dir, `place-${places - 1}`, 'a folder ä', 'sets', '2026', 'folder');
    symlinkSync('file', join(folder, 'link'));
    symlinkSync('.', join(folder, 'circle'));
    symlinkSync('nowhere', join(folder, 'broken'));
    const keys = (await Array.fromAsync(store.list())).flat().map(({ key }) => key);
    assert.deepEqual(keys.sort(), ['folder/file', 'folder/link']);
    assert.deepEqual(
      notes.map((note) => /^Left out: .*\/sets\/2026\/folder\/circle is a link to a folder\. /.test(note)),
      [true],
    );
    // A link to nothing is no file, and yet nothing new can have its name.
    assert.equal(
      await store.write('folder/broken', Buffer.from('x'), { ifAbsent: true }).catch((error) => failureOf(error)?.code),
      'store.conflict',
    );
    assert.equal((await store.write('folder/broken', Buffer.from('x'))).size, 1);
    await dispose();
  });
});

/** As known_hosts has it, of a host that is not there. */
function otherKey(): string {
  return `ssh-ed25519 ${Buffer.concat([Buffer.from('0000000b7373682d6564323535313900000020', 'hex'), randomBytes(32)]).toString('base64')}`;
}

function fingerprintOf(key: string): string {
  const bytes = Buffer.from(key.split(' ')[1] ?? '', 'base64');
  return `SHA256:${createHash('sha256').update(bytes).digest('base64').replace(/=+$/, '')}`;
}

/** A TCP proxy whose connections can be cut. */
async function cuttingProxy(target: number) {
  const open = new Set<Socket>();
  const state = { connections: 0 };
  const proxy = createServer((client) => {
    state.connections++;
    const far = connect(target, '127.0.0.1');
    for (const [one, other] of [
      [client, far],
      [far, client],
    ] as const) {
      open.add(one);
      one.pipe(other);
      one.on('error', () => other.destroy());
      one.on('close', () => {
        open.delete(one);
        other.destroy();
      });
    }
  });
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  return Object.assign(state, {
    port: (proxy.address() as AddressInfo).port,
    cut() {
      for (const socket of open) socket.destroy();
    },
    async [Symbol.asyncDispose]() {
      for (const socket of open) socket.destroy();
      await new Promise((resolve) => proxy.close(resolve));
    },
  });
}
