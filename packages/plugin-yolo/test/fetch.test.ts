import assert from 'node:assert/strict';
import { statSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { packZip } from '@dataset-runner/kit/pack';
import { openKaggle } from './support/kaggle.ts';
import { counts, failureOfRun, filesIn, madeFiles, yoloProject } from './support/project.ts';

const name = 'someone/some-x-rays';
const secrets = 'secrets: { kaggle-user: "env:KAGGLE_USERNAME", kaggle-key: "env:KAGGLE_KEY" }\n';

async function zipOf(files: { readonly [path: string]: string | Uint8Array }): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  const entries = Object.entries(files)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, content]) => ({ key, bytes: Buffer.from(content) }));
  for await (const piece of packZip(entries)) pieces.push(piece);
  return Buffer.concat(pieces);
}

describe('yolo:fetch', function () {
  this.timeout(60_000);
  const env = { KAGGLE_USERNAME: 'ada-l', KAGGLE_KEY: '0123456789abcdef-key' };
  const from = (place: string): string[] => ['run', 'yolo:fetch', '--from', place, '--out', './data'];

  it('goes on with a cut Kaggle download, and shows user and key to Kaggle alone', async () => {
    const files = madeFiles(12);
    const zip = await zipOf(files);
    await using rig = await yoloProject({}, secrets, env);
    const arrived = async (bytes: number): Promise<void> => {
      const sizeOf = (file: string): number =>
        file.endsWith('.part') ? statSync(rig.path('.runner/work', file)).size : 0;
      while (!filesIn(rig.path('.runner/work')).some((file) => sizeOf(file) >= bytes)) await delay(10);
    };
    await using kaggle = await openKaggle({ name, user: env.KAGGLE_USERNAME, key: env.KAGGLE_KEY, zip, arrived });
    const args = [...from(`kaggle:${name}`), '--kaggle-api', kaggle.api];
    const { code, report, stderr } = await rig.json(...args);
    assert.equal(code, 0, stderr);
    assert.equal((report['result'] as { files: number }).files, 14);
    assert.deepEqual(filesIn(rig.path('data')), Object.keys(files).sort());
    assert.equal(rig.read('data/train.csv'), files['train.csv']);
    assert.equal(kaggle.apiAsked.length, 2);
    assert.ok(kaggle.apiAsked.every(({ authorization }) => authorization?.startsWith('Basic ')));
    assert.equal(kaggle.storageAsked.length, 2);
    assert.ok(kaggle.storageAsked.every(({ authorization }) => authorization === undefined));
    assert.match(kaggle.storageAsked[1]!.range ?? '', /^bytes=[1-9]\d*-$/);
    assert.ok(!JSON.stringify(report).includes(env.KAGGLE_KEY) && !stderr.includes(env.KAGGLE_KEY));
    const again = await rig.json(...args);
    assert.deepEqual(
      Object.values(counts(again.report)).map(({ done }) => done),
      [0, 0],
    );
    assert.equal(kaggle.apiAsked.length, 2);
  });

  it('names wrong credentials and missing ones', async () => {
    await using kaggle = await openKaggle({ name, user: 'ada-l', key: 'another key altogether', zip: Buffer.from('') });
    await using rig = await yoloProject({}, secrets, env);
    const args = [...from(`kaggle:${name}`), '--kaggle-api', kaggle.api];
    const { report } = await rig.json(...args);
    assert.equal(failureOfRun(report).code, 'kit.download-refused');
    await using bare = await yoloProject({});
    assert.equal(failureOfRun((await bare.json(...args)).report).code, 'secret.missing');
  });

  it('refuses to write into the folder that it takes, and what only begins like a dataset of Kaggle', async () => {
    await using rig = await yoloProject({ 'there/a.txt': 'a', 'sets/set.zip': await zipOf({ 'a.txt': 'a' }) });
    for (const out of ['./there/in', './there']) {
      const { code, stdout, stderr } = await rig.runner('run', 'yolo:fetch', '--from', './there', '--out', out);
      assert.match(stdout + stderr, /lies in \.\/there: the next run would take its own output for input/);
      assert.notEqual(code, 0);
    }
    assert.deepEqual(filesIn(rig.path('there')), ['a.txt']);
    // Of a folder with an archive in it nothing but the archive is read.
    assert.equal((await rig.runner('run', 'yolo:fetch', '--from', './sets/set.zip', '--out', './sets')).code, 0);
    assert.equal(failureOfRun((await rig.json(...from('kaggle:some-x-rays'))).report).code, 'yolo.source-unreadable');
  });

  it('takes an archive, or a folder, wherever it lies', async () => {
    const files = madeFiles(3);
    const inFolder = Object.fromEntries(Object.entries(files).map(([path, content]) => [`there/${path}`, content]));
    await using rig = await yoloProject({ 'sets/set.zip': await zipOf(files), ...inFolder });
    assert.equal((await rig.runner(...from('./sets/set.zip'))).code, 0);
    assert.deepEqual(filesIn(rig.path('data')), Object.keys(files).sort());
    rig.write('sets/newer.zip', await zipOf({ ...files, 'newer.txt': 'new' }));
    assert.equal((await rig.runner(...from('./sets/newer.zip'))).code, 0);
    assert.deepEqual(filesIn(rig.path('data')), [...Object.keys(files), 'newer.txt'].sort());
    assert.equal((await rig.runner('run', 'yolo:fetch', '--from', './there', '--out', './other')).code, 0);
    assert.deepEqual(filesIn(rig.path('other')), Object.keys(files).sort());
    for (const nothing of ['./sets/none.zip', './nowhere']) {
      assert.equal(failureOfRun((await rig.json(...from(nothing))).report).code, 'yolo.source-unreadable');
    }
  });
});
