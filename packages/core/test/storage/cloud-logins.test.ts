import assert from 'node:assert/strict';
import { createHash, generateKeyPairSync, verify } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { StoreSettings } from '../../src/storage/open-store.ts';
import { createStoreOpener } from '../../src/storage/open-store.ts';
import { failureFrom } from '../../src/testing/failure-from.ts';
import { startGcsServer } from '../../src/testing/gcs-server.ts';
import { loopback, temporaryFolder } from './support.ts';

const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const key = {
  type: 'service_account',
  project_id: 'lab',
  client_email: 'runner@lab.iam.gserviceaccount.com',
  private_key: privateKey.export({ type: 'pkcs8', format: 'pem' }),
};

function opener(settings: StoreSettings, projectDir = '/', allowHosts: readonly string[] = []) {
  const retry = { attempts: 1, baseMs: 1, capMs: 1 };
  return createStoreOpener({ projectDir, workDir: '/nowhere', allowHosts, stores: { cloud: settings }, retry });
}

/** A service that refuses every request. */
function refusing(headers: { readonly [name: string]: string }) {
  return loopback((_, response) => void response.writeHead(403, headers).end());
}

describe('logins to Google Cloud Storage', () => {
  it('sign a URL that only the key of the service account can have signed', async () => {
    using folder = temporaryFolder();
    writeFileSync(join(folder.path, 'key.json'), JSON.stringify(key));
    const ways = [{ credentials: JSON.stringify(key) }, { keyFile: 'key.json' }];
    for (const way of ways) {
      const stores = opener({ url: 'gs://plankton/sets', ...way }, folder.path);
      const store = await stores.open('cloud:');
      const url = new URL(await store.signedUrl('ä +%.txt', { expiresMs: 60_000 }));
      assert.equal(url.origin + url.pathname, 'https://storage.googleapis.com/plankton/sets/%C3%A4%20%2B%25.txt');
      assert.ok(isSigned(url));
      await assertTooLong(() => store.signedUrl('a', { expiresMs: 8 * 24 * 3_600_000 }));
      await stores.close();
    }
  });

  async function assertTooLong(work: () => Promise<unknown>): Promise<void> {
    assert.partialDeepStrictEqual(await failureFrom(work), {
      code: 'store.limit',
      limit: 'signed URLs hold for seven days at most',
    });
  }

  // https://cloud.google.com/storage/docs/authentication/canonical-requests
  function isSigned(url: URL): boolean {
    const signature = Buffer.from(url.searchParams.get('X-Goog-Signature') ?? '', 'hex');
    const query = url.search
      .slice(1)
      .split('&')
      .filter((pair) => !pair.startsWith('X-Goog-Signature'))
      .sort()
      .join('&');
    const request = ['GET', url.pathname, query, `host:${url.host}\n`, 'host', 'UNSIGNED-PAYLOAD'].join('\n');
    const date = url.searchParams.get('X-Goog-Date') ?? '';
    const scope = `${date.slice(0, 8)}/auto/storage/goog4_request`;
    const hash = createHash('sha256').update(request).digest('hex');
    const text = ['GOOG4-RSA-SHA256', date, scope, hash].join('\n');
    return verify('RSA-SHA256', Buffer.from(text), publicKey, signature);
  }

  it('are refused by name when they are none, and never repeated in the words', async () => {
    using folder = temporaryFolder();
    writeFileSync(join(folder.path, 'key.json'), 'hunter2');
    const wrong = [{ credentials: 'hunter2' }, { keyFile: 'key.json' }, { keyFile: 'gone.json' }];
    for (const way of wrong) {
      const failure = await failureFrom(() => opener({ url: 'gs://plankton', ...way }, folder.path).open('cloud:'));
      assert.equal(failure.code, 'usage.invalid');
      assert.doesNotMatch(JSON.stringify(failure), /hunter2/);
      assert.match(JSON.stringify(failure), /credentials|keyFile/);
    }
  });

  it('of this machine are denied when they are none, and never repeated in the words', async () => {
    using folder = temporaryFolder();
    const path = join(folder.path, 'key.json');
    process.env['GOOGLE_APPLICATION_CREDENTIALS'] = path;
    try {
      for (const content of [undefined, 'hunter2', '{"type":"service_account","private_key":"hunter2"}']) {
        if (content !== undefined) writeFileSync(path, content);
        const stores = opener({ url: 'gs://plankton', projectId: 'lab' });
        const store = await stores.open('cloud:');
        const failure = await failureFrom(() => store.stat('a'));
        assert.equal(failure.code, 'store.denied', content);
        assert.match(JSON.stringify(failure), /"reason":"(no token|there is no login)/);
        assert.doesNotMatch(JSON.stringify(failure), /hunter2/);
        await stores.close();
      }
    } finally {
      delete process.env['GOOGLE_APPLICATION_CREDENTIALS'];
    }
  });

  it('are not needed for an emulator, whose address the environment may tell', async () => {
    const server = await startGcsServer();
    server.objects.createBucket('plankton');
    process.env['STORAGE_EMULATOR_HOST'] = server.url.replace('http://', '');
    try {
      const stores = createStoreOpener({ projectDir: '/', workDir: '/nowhere', allowHosts: ['127.0.0.1'] });
      const store = await stores.open('gs://plankton/sets');
      await store.write('a', Buffer.from('x'));
      assert.equal((await store.stat('a'))?.size, 1);
      assert.equal((await failureFrom(() => store.signedUrl('a', { expiresMs: 1000 }))).code, 'store.read-only');
      await stores.close();
    } finally {
      delete process.env['STORAGE_EMULATOR_HOST'];
      await server.close();
    }
  });

  it('do not open private addresses', async () => {
    const stores = opener({ url: 'gs://plankton', endpoint: 'http://127.0.0.1:9', anonymous: true });
    const store = await stores.open('cloud:');
    assert.equal((await failureFrom(() => store.stat('a'))).code, 'store.address');
    await stores.close();
  });
});

describe('logins to Azure', () => {
  it('are refused by name when they are none, and never repeated in the words', async () => {
    const wrong = [{}, { connectionString: 'AccountKey=hunter2' }, { accountKey: 'hunter2' }];
    for (const way of wrong) {
      const failure = await failureFrom(() => opener({ url: 'az://plankton', ...way }).open('cloud:'));
      assert.equal(failure.code, 'usage.invalid', JSON.stringify(way));
      assert.doesNotMatch(JSON.stringify(failure), /hunter2/);
    }
  });

  it('do not open private addresses', async () => {
    const settings = {
      url: 'az://plankton',
      endpoint: 'http://127.0.0.1:9/lab',
      accountName: 'lab',
      accountKey: 'a2V5',
    };
    for (const way of [settings, { ...settings, accountKey: '', anonymous: true }]) {
      const stores = opener(way);
      const store = await stores.open('cloud:');
      assert.equal((await failureFrom(() => store.stat('a'))).code, 'store.address');
      await stores.close();
    }
  });

  it('say when a shared access signature has ended, and never repeat it', async () => {
    await using service = await refusing({ 'x-ms-error-code': 'AuthenticationFailed' });
    for (const [end, says] of [
      ['2020-01-01T00:00:00Z', /signature ended at 2020-01-01T00:00:00Z/],
      ['2999-01-01T00:00:00Z', /the signature or its time is wrong/],
    ] as const) {
      const sasToken = `sv=2024-11-04&se=${encodeURIComponent(end)}&sr=c&sp=rl&sig=hunter2`;
      const settings = { url: 'az://plankton', endpoint: `${service.url}/lab`, sasToken };
      const stores = opener(settings, '/', ['127.0.0.1']);
      const store = await stores.open('cloud:');
      for (const work of [() => store.stat('a'), () => Array.fromAsync(store.list())]) {
        const failure = await failureFrom(work);
        assert.equal(failure.code, 'store.denied');
        assert.match(JSON.stringify(failure), says);
        assert.doesNotMatch(JSON.stringify(failure), /hunter2/);
      }
      await stores.close();
    }
  });

  it('say that nobody is logged in on this machine', async () => {
    // Only the environment is asked, and it has nothing: no network is needed to find that out.
    process.env['AZURE_TOKEN_CREDENTIALS'] = 'EnvironmentCredential';
    try {
      const stores = opener({ url: 'az://plankton', accountName: 'lab' });
      const store = await stores.open('cloud:');
      const failure = await failureFrom(() => store.stat('a'));
      assert.equal(failure.code, 'store.denied');
      assert.match(JSON.stringify(failure), /no login of this machine/);
      await stores.close();
    } finally {
      delete process.env['AZURE_TOKEN_CREDENTIALS'];
    }
  });
});
