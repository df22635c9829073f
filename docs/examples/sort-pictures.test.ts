import assert from 'node:assert/strict';
import { createRig } from '@dataset-runner/core/testing';

const plugin = new URL('./sort-pictures.ts', import.meta.url).href;
const sort = ['run', 'pictures:sort', '--from', './raw', '--out', './set'];

// A temporary project that loads the plugin as a local file and runs the real command line.
function project(pictures: { readonly [path: string]: string }) {
  return createRig({
    config: 'plugins: [./plugin.ts]\n',
    files: { 'plugin.ts': `export { default } from '${plugin}';\n`, ...pictures },
  });
}

describe('pictures:sort', () => {
  it('puts each picture into the folder of its species', async () => {
    await using rig = await project({ 'raw/amphora_1.png': 'a', 'raw/navicula_1.png': 'n' });
    const { code, stderr } = await rig.runner(...sort);
    assert.equal(code, 0, stderr);
    assert.equal(rig.read('set/navicula/1.png'), 'n');
  });

  it('names a picture that names no species, and sorts the others', async () => {
    await using rig = await project({ 'raw/amphora_1.png': 'a', 'raw/plate.png': 'p' });
    const { code, report } = await rig.json(...sort);
    assert.equal(code, 1);
    assert.deepEqual(
      (report['failures'] as { at: { item: string } }[]).map(({ at }) => at.item),
      ['plate.png'],
    );
    assert.ok(rig.exists('set/amphora/1.png'));
  });

  it('does nothing when nothing changed', async () => {
    await using rig = await project({ 'raw/amphora_1.png': 'a' });
    await rig.runner(...sort);
    const { stdout } = await rig.runner(...sort);
    assert.match(stdout, /Nothing to do/);
  });
});
