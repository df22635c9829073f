import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRig, type ProjectRig } from '@dataset-runner/core/testing';
import { pictures, zip } from '../../packages/plugin-diatom/test/support/pictures.ts';
import { buildArgs, entry, filesIn } from '../../packages/plugin-diatom/test/support/project.ts';
import { openSite, type Site } from '../../packages/plugin-diatom/test/support/site.ts';
import { prepareAzurite, startAzurite, type AzuriteServer } from '../../scripts/servers/azurite.ts';
import { prepareFakeGcs, startFakeGcs, type FakeGcsServer } from '../../scripts/servers/fake-gcs.ts';
import { skip } from '../support/skip.ts';

const labels = ['amphora', 'navicula'];

// Reads from one service and writes to the other, as any task may.
const carry = `
import { definePlugin, defineStep, defineTask, listFiles, z } from '@dataset-runner/core/plugin';
const copy = defineStep({ name: 'copy', async work(file, { output }) { return output.copy(file.key, file); } });
const over = defineTask({ summary: 's', params: z.object({ from: z.string(), to: z.string() }), steps: { copy },
  async run({ params, map, store }) {
    await map(copy, await listFiles(await store(params.from)), { into: params.to, exact: true });
  } });
export default definePlugin({ name: 'carry', api: 1, tasks: { over } });
`;

describe('tasks on Azure Blob Storage and Google Cloud Storage', function () {
  // Installing takes its time where it is the first run.
  this.timeout(600_000);
  let azurite: AzuriteServer;
  let gcs: FakeGcsServer;
  let site: Site;

  before(async function () {
    const why = (await prepareAzurite()) ?? (await prepareFakeGcs());
    if (why !== undefined) skip(this, why);
    azurite = await startAzurite();
    gcs = await startFakeGcs();
    site = await openSite();
    for (const label of labels) {
      site.set(`${label}.zip`, await zip(pictures(label, 4)));
    }
  });

  after(async () => {
    await site?.[Symbol.asyncDispose]();
    await gcs?.stop();
    await azurite?.stop();
  });

  async function project(): Promise<ProjectRig> {
    const login = `accountName: ${azurite.accountName}, accountKey: env:AZURITE_KEY`;
    const rig = await createRig({
      packages: ['@dataset-runner/plugin-diatom', '@dataset-runner/kit'],
      config: [
        "plugins: ['@dataset-runner/plugin-diatom', ./carry.ts]",
        'network: { allowHosts: [127.0.0.1] }',
        'stores:',
        `  blobs: { url: 'az://plankton/a', endpoint: '${azurite.endpoint}', ${login}, createContainer: true }`,
        `  bucket: { url: 'gs://plankton/b', endpoint: '${gcs.endpoint}', projectId: lab, createBucket: true }`,
        '',
      ].join('\n'),
      files: { 'carry.ts': carry },
      env: { AZURITE_KEY: azurite.accountKey },
    });
    rig.write('species.json', JSON.stringify(labels.map((label) => entry(site.url, label))));
    return rig;
  }

  it('upload a set to either, and carry it from one to the other', async () => {
    await using rig = await project();
    const build = [...buildArgs, '--test-count', '1', '--small-class', 'all-train'];
    for (const place of ['blobs', 'bucket']) {
      const { code, stderr } = await rig.json(...build, '--upload', `${place}:sets`);
      assert.equal(code, 0, stderr);
    }
    const [zipName = ''] = filesIn(rig.dir).filter((name) => /diatom_set-[^/]*\.zip$/.test(name));
    const local = readFileSync(rig.path(zipName));
    const name = zipName.slice(zipName.lastIndexOf('/') + 1);
    const over = ['run', 'carry:over', '--from', 'blobs:sets', '--to', 'bucket:copies'];
    assert.equal((await rig.json(...over)).code, 0);
    for (const [n, place] of ['blobs:sets', 'bucket:sets', 'bucket:copies'].entries()) {
      const got = await rig.runner('store', 'cp', `${place}/${name}`, `./got-${n}.zip`);
      assert.equal(got.code, 0, got.stderr);
      assert.ok(readFileSync(rig.path(`got-${n}.zip`)).equals(local), place);
    }
    const again = await rig.json(...over);
    assert.equal(again.code, 0);
    const [map] = again.report['maps'] as readonly { readonly counts: Record<string, unknown> }[];
    assert.partialDeepStrictEqual(map?.counts, { reused: 1, done: 0 });
  });
});
