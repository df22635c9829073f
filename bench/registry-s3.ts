import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CreateBucketCommand, GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { prepareCeph, startCeph } from '../scripts/servers/ceph.ts';
import type { Dvc } from '../test/interop/dvc.ts';
import type { Scene } from './support/bench.ts';
import type { Row } from './support/row.ts';
import { moveAside, ourRepo, rowsOf, theirRepo, writeFiles } from './support/registry-repos.ts';

const atOnce = 64;
const beside = { gain: 5, floor: `${atOnce} bare requests at once`, floorRatio: 1 / 0.8 };

/** Push and pull of small files over S3 from a real server, beside dvc and a loop of bare requests. */
export async function overS3(scene: Scene, dvc: Dvc | undefined): Promise<Row[]> {
  const why = await prepareCeph();
  if (why !== undefined) {
    scene.say(`S3 is left out: ${why}`);
    return [];
  }
  const server = await startCeph();
  try {
    const set = { what: '5,000 x 2 kB over S3', count: scene.items(5_000), bytes: 2_000 };
    scene.say(set.what);
    const credentials = { accessKeyId: server.accessKeyId, secretAccessKey: server.secretAccessKey };
    const client = new S3Client({ endpoint: server.url, region: 'us-east-1', forcePathStyle: true, credentials });
    for (const Bucket of ['ours', 'theirs', 'bare']) await client.send(new CreateBucketCommand({ Bucket }));
    const config = (bucket: string): string =>
      `[core]\n    remote = storage\n['remote "storage"']\n    url = s3://${bucket}/registry\n    endpointurl = ${server.url}\n    region = us-east-1\n    access_key_id = ${credentials.accessKeyId}\n    secret_access_key = ${credentials.secretAccessKey}\n`;
    const ours = ourRepo(scene, 'ours-s3');
    writeFileSync(ours.path('.dvc', 'config'), config('ours'));
    writeFileSync(
      ours.path('runner.yaml'),
      "plugins: ['@dataset-runner/plugin-registry']\nnetwork: { allowHosts: [127.0.0.1] }\n",
    );
    const theirs = dvc === undefined ? undefined : theirRepo(scene, dvc, 'dvc-s3');
    if (theirs !== undefined) writeFileSync(join(theirs.dir, '.dvc', 'config'), config('theirs'));
    for (const root of [ours.dir, theirs?.dir]) if (root !== undefined) writeFiles(join(root, 'set'), set);
    const run = async (...args: readonly string[]): Promise<number> => (await ours.runner(['run', ...args])).wallMs;
    await run('registry:add', 'set');
    theirs?.time('add', '-q', 'set');
    const keys = Array.from({ length: set.count }, (_, at) => `registry/${at}`);
    const put = (Key: string) =>
      client.send(new PutObjectCommand({ Bucket: 'bare', Key, Body: Buffer.alloc(set.bytes) }));
    const get = async (Key: string) =>
      (await client.send(new GetObjectCommand({ Bucket: 'bare', Key }))).Body?.transformToByteArray();
    const push = {
      ours: await run('registry:push'),
      floor: await parallel(keys, put),
      rival: theirs?.time('push', '-q'),
    };
    for (const root of [ours.dir, theirs?.dir]) {
      for (const gone of ['set', '.dvc/cache']) if (root !== undefined) moveAside(root, gone);
    }
    const pull = {
      ours: await run('registry:pull'),
      floor: await parallel(keys, get),
      rival: theirs?.time('pull', '-q'),
    };
    client.destroy();
    return [...rowsOf(`${set.what}, push`, push, beside), ...rowsOf(`${set.what}, pull`, pull, beside)];
  } finally {
    await server.stop();
  }
}

async function parallel(keys: readonly string[], request: (key: string) => Promise<unknown>): Promise<number> {
  const startMs = performance.now();
  const left = keys.values();
  const work = async (): Promise<void> => {
    for (const key of left) await request(key);
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  return performance.now() - startMs;
}
