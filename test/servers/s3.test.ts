import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { driverContract } from '@dataset-runner/core/testing';
import { createStoreOpener } from '../../packages/core/src/storage/open-store.ts';
import { prepareCeph, startCeph, type CephServer } from '../../scripts/servers/ceph.ts';
import { skip } from '../support/skip.ts';

const bucket = 'plankton';

describe('Ceph, a real server of S3', function () {
  // Installing takes its time where it is the first run.
  this.timeout(300_000);
  let server: CephServer;
  let places = 0;

  before(async function () {
    const why = await prepareCeph();
    if (why !== undefined) skip(this, why);
    server = await startCeph();
    await makeBucket(server, bucket);
  });

  after(() => server?.stop());

  async function openStore(more: { readonly [option: string]: unknown } = {}) {
    const { url, accessKeyId, secretAccessKey } = server;
    const entry = { url: `s3://${bucket}/place ä-${places++}`, endpoint: url, accessKeyId, secretAccessKey };
    const opener = createStoreOpener({
      projectDir: '/',
      workDir: '/nowhere',
      allowHosts: ['127.0.0.1'],
      stores: { cloud: { ...entry, conditionalPut: true, partBytes: 200_000, copyBytes: 1_000_000, ...more } },
      retry: { attempts: 2, baseMs: 10, capMs: 50 },
    });
    return { store: await opener.open('cloud:sets/2026'), dispose: () => opener.close() };
  }

  driverContract('s3 on Ceph', {
    open: () => openStore(),
    timeoutMs: 60_000,
    listFiles: 2_100,
    troubled: {
      'store.denied': () => openStore({ secretAccessKey: 'wrong' }),
    },
  });

  driverContract('s3 on Ceph without conditional writes', {
    open: () => openStore({ conditionalPut: false }),
    timeoutMs: 60_000,
  });
});

async function makeBucket(server: CephServer, name: string): Promise<void> {
  const { url, accessKeyId, secretAccessKey } = server;
  const client = new S3Client({
    endpoint: url,
    region: 'us-east-1',
    forcePathStyle: true,
    credentials: { accessKeyId, secretAccessKey },
  });
  await client.send(new CreateBucketCommand({ Bucket: name }));
  client.destroy();
}
