import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { createRig, type ProjectRig } from '../../src/testing/project-rig.ts';

const plugin = `
import { definePlugin, defineStep, defineTask, listFiles, storeUrl, z } from '@dataset-runner/core/plugin';
const copy = defineStep({ name: 'copy', async work(file, { output }) { return output.copy(file.key, file); } });
const place = defineStep({ name: 'place', async work(file, { output }) { return output.copy('placed/' + file.key, file); } });
const folder = defineStep({ name: 'folder', async work(file, { output }) {
  const made = await output.folder(file.key);
  await made.write('text.txt', 'text');
  return made.close();
} });
const task = (step) => defineTask({
  summary: 's',
  params: z.object({ from: storeUrl(), out: storeUrl(), prefix: z.string().default('') }),
  steps: { step },
  async run({ params: { from, out, prefix }, map, store }) {
    await map(step, await listFiles(await store(from), { prefix }), { into: out, exact: true });
  },
});
export default definePlugin({ name: 'ours', api: 1, tasks: { collect: task(copy), place: task(place), pack: task(folder) } });
`;

function freedRig(): Promise<ProjectRig> {
  const config = `plugins: [./ours.ts]
pipelines:
  all:
    - ours:collect: { from: ./raw, out: work:all }
    - ours:place: { from: work:all, out: ./set, prefix: a }
  packed:
    - ours:pack: { from: ./raw, out: work:packed }
    - ours:place: { from: work:packed, out: ./set }
`;
  return createRig({ config, files: { 'ours.ts': plugin, 'raw/a1': '1', 'raw/a2': '2', 'raw/b': '3' } });
}

describe('a task behind work: that clean has freed', function () {
  this.timeout(60_000);

  it('has its sources still, so nothing runs and nothing is removed', async () => {
    await using rig = await freedRig();
    await rig.runner('run', 'all');
    assert.equal((await rig.runner('clean')).code, 0);
    assert.equal(rig.exists('.runner/work/all/a1'), false);
    const { stdout, stderr } = await rig.runner('run', 'all');
    assert.match(stdout, /Nothing to do: 5 items up to date/, stderr);
    assert.ok(rig.exists('set/placed/a1') && rig.exists('set/placed/a2'));
  });

  it('says who makes the bytes again that it has to read', async () => {
    await using rig = await freedRig();
    await rig.runner('run', 'all');
    await rig.runner('clean');
    rmSync(rig.path('set/placed/a1'));
    const { code, stderr } = await rig.runner('run', 'all');
    assert.equal(code, 1);
    assert.match(stderr, /work:all\/a1 does not exist/);
    assert.match(stderr, /runner clean freed it\. Run with --force the task of ours that made it/);
    assert.equal((await rig.runner('run', 'all', '--force')).code, 0);
    assert.equal(rig.read('set/placed/a1'), '1');
  });

  it('is not told that a freed folder is empty', async () => {
    await using rig = await freedRig();
    await rig.runner('run', 'packed');
    await rig.runner('clean');
    const { code, stdout } = await rig.runner('run', 'packed');
    assert.equal(code, 1);
    assert.match(stdout, /work:packed\/a1 does not exist/);
    assert.match((await rig.runner('logs')).stdout, /runner clean freed it/);
    assert.ok(rig.exists('set/placed/a1/text.txt'));
    assert.equal((await rig.runner('run', 'packed', '--force')).code, 0);
  });
});
