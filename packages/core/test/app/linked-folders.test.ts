import assert from 'node:assert/strict';
import { mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { createRig } from '../../src/testing/project-rig.ts';
import { StoreRig } from './transfer/rig.ts';

const plugin = `import { definePlugin, defineTask, listFiles, storeUrl, z } from '@dataset-runner/core/plugin';
const look = defineTask({ summary: 'Looks.', steps: {}, params: z.object({ images: storeUrl() }),
  async run({ params, store }) {
    await listFiles(await store(params.images));
    return { files: (await listFiles(await store(params.images))).length };
  } });
export default definePlugin({ name: 'p', api: 1, tasks: { look } });
`;

/** Two links to one folder, in another that has a file too. */
function link(dir: string): void {
  mkdirSync(join(dir, 'images'));
  mkdirSync(join(dir, 'far'));
  for (const name of ['raw', 'more']) symlinkSync('../far', join(dir, 'images', name));
}

describe('a linked folder that is left out', function () {
  this.timeout(60_000);

  it('is told by each command that lists, once, and beside its answer', async () => {
    await using rig = new StoreRig();
    link(rig.dir);
    rig.write('images/a.png', 'a');
    rig.write('far/b.png', 'b');
    const told = `• Left out: ${rig.dir}/images/more is a link to a folder (one of 2 in ${rig.dir}/images). Name where it leads as its own place.\n`;
    for (const [command = '', ...words] of [
      ['ls', './images', '--json'],
      ['du', './images'],
      ['sync', './images', './copy', '--dry-run'],
      ['sync', './images', './copy'],
      ['check', './images', './copy'],
    ]) {
      const { code, stdout, stderr } = await rig.store(command, ...words);
      assert.deepEqual([code, stderr.includes(told) ? 1 : stderr], [0, 1], command);
      assert.equal(`${stdout}${stderr}`.split('Left out').length, 2, command);
    }
    assert.deepEqual(rig.files('copy'), { 'a.png': 'a' });
    const { stdout } = await rig.store('sync', './images', './copy', '--json');
    assert.equal(JSON.parse(stdout.split('\n')[0] ?? '').type, 'note');
  });

  it('is told by a run, once', async () => {
    await using rig = await createRig({ config: 'plugins: [./p.ts]\n', files: { 'p.ts': plugin } });
    link(rig.dir);
    rig.write('images/a.png', 'a');
    const { code, stdout, stderr } = await rig.runner('run', 'p:look', '--images', './images');
    assert.equal(code, 0, stderr);
    assert.equal(`${stdout}${stderr}`.split('Left out: ').length, 2, stdout + stderr);
  });
});
