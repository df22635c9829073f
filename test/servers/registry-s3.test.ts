import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeProcessedSet } from '../../packages/plugin-registry/test/support/processed-set.ts';
import { createStoreOpener } from '../../packages/core/src/storage/open-store.ts';
import { type CephServer, prepareCeph, startCeph } from '../../scripts/servers/ceph.ts';
import { makeBucket } from '../../scripts/servers/s3-bucket.ts';
import { skip } from '../support/skip.ts';

describe('a registry whose remote is S3', function () {
  // Installing takes its time where it is the first run.
  this.timeout(600_000);
  let server: CephServer;

  before(async function () {
    const why = await prepareCeph();
    if (why !== undefined) skip(this, why);
    server = await startCeph();
    await makeBucket(server, 'registry');
  });

  after(() => server?.stop());

  it('keeps raw images, intermediate and processed sets under the names that DVC gives them', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'registry-s3-'));
    const { url, accessKeyId, secretAccessKey } = server;
    try {
      const env = { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey, AWS_REGION: 'us-east-1' };
      await makeProcessedSet(folder, { remote: ['s3://registry/data', url], env });
      const keys = await keysIn('s3://registry/data');
      // Two collections, the inputs' images again in each set: equal bytes are one object.
      assert.ok(
        keys.every((key) => /^files\/md5\/[0-9a-f]{2}\/[0-9a-f]{30}(?:\.dir)?$/.test(key)),
        keys.join('\n'),
      );
      assert.equal(keys.filter((key) => key.endsWith('.dir')).length, 2 + 2 * 3);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }

    async function keysIn(place: string): Promise<string[]> {
      const cloud = { url: place, endpoint: url, accessKeyId, secretAccessKey };
      const opener = createStoreOpener({
        projectDir: '/',
        workDir: '/nowhere',
        allowHosts: ['127.0.0.1'],
        stores: { cloud },
        retry: { attempts: 4, baseMs: 10, capMs: 50 },
      });
      const store = await opener.open('cloud:');
      const keys: string[] = [];
      for await (const page of store.list()) for (const { key } of page) keys.push(key);
      await opener.close();
      return keys;
    }
  });
});
