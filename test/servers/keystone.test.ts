import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';
import { driverContract } from '@dataset-runner/core/testing';
import { failureOf } from '../../packages/core/src/model/failure.ts';
import { createStoreOpener } from '../../packages/core/src/storage/open-store.ts';
import { prepareKeystone, startKeystone } from '../../scripts/servers/keystone.ts';
import { recordContract } from '../support/record-contract.ts';
import { skip } from '../support/skip.ts';

describe('Swift behind Keystone, real servers', function () {
  // Installing takes its time where it is the first run, and Keystone makes its tables.
  this.timeout(300_000);
  let server: Awaited<ReturnType<typeof startKeystone>>;
  let places = 0;

  before(async function () {
    const why = await prepareKeystone();
    if (why !== undefined) skip(this, why);
    server = await startKeystone({ shortTokenSeconds: 15 });
  });

  after(() => server?.stop());

  function open(options: { readonly [name: string]: unknown }) {
    const url = `swift://keystone-${places++}`;
    return createStoreOpener({
      projectDir: '/',
      workDir: '/nowhere',
      allowHosts: ['127.0.0.1'],
      stores: { cloud: { url, ...common(), ...options } },
      retry: { attempts: 3, baseMs: 50, capMs: 200 },
    });
  }

  // Swift asks Keystone about each new token once for every request that comes with it before the answer.
  const common = () => ({ authUrl: server.authUrl, region: server.region, createContainer: true, maxParallel: 4 });

  const asMember = () => ({ ...server.member, projectName: server.project });

  async function asApplication() {
    const { id, secret } = await server.applicationCredential();
    return { authUrl: server.shortAuthUrl, applicationCredentialId: id, applicationCredentialSecret: secret };
  }

  async function openStore(options: { readonly [name: string]: unknown }) {
    const opener = open(options);
    return { store: await opener.open('cloud:sets'), dispose: () => opener.close() };
  }

  driverContract('Swift with a Keystone password', {
    open: () => openStore(asMember()),
    timeoutMs: 120_000,
    listFiles: 20,
    onResult: recordContract('swift', 'OpenStack Swift 2.30 with Keystone 22'),
    troubled: { 'store.denied': () => openStore({ ...asMember(), password: 'wrong' }) },
  });

  it('goes on with an application credential when its tokens end, as often as they do', async () => {
    const { store, dispose } = await openStore(await asApplication());
    try {
      const startedMs = Date.now();
      let written = 0;
      // Two and a half lives of a token.
      while (Date.now() - startedMs < 38_000) {
        await store.write(`file-${written}`, Buffer.from(`content ${written}`));
        written++;
        await delay(200);
      }
      const keys: string[] = [];
      for await (const page of store.list()) keys.push(...page.map(({ key }) => key));
      assert.equal(keys.length, written);
    } finally {
      await dispose();
    }
  });

  it('lets a reader list, and says that it may not write', async () => {
    const writer = open(asMember());
    await (await writer.open('cloud:sets')).write('there', Buffer.from('x'));
    await writer.close();
    places--;
    const { store, dispose } = await openStore({
      ...server.reader,
      projectName: server.project,
      createContainer: false,
    });
    try {
      const pages = await Array.fromAsync(store.list());
      assert.deepEqual(
        pages.flat().map(({ key }) => key),
        ['there'],
      );
      const write = store.write('mine', Buffer.from('x'));
      const code = await write.then(
        () => 'written',
        (error: unknown) => failureOf(error)?.code,
      );
      assert.equal(code, 'store.denied');
    } finally {
      await dispose();
    }
  });

  it('says which region has no Swift', async () => {
    const { store, dispose } = await openStore({ ...asMember(), region: 'Elsewhere' });
    try {
      const failure = failureOf(await store.stat('x').catch((error: unknown) => error));
      assert.equal(failure?.code, 'store.broken');
      assert.match(JSON.stringify(failure), /no public object-store in region Elsewhere/);
    } finally {
      await dispose();
    }
  });
});
