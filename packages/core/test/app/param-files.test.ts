import assert from 'node:assert/strict';
import { createRig } from '../../src/testing/project-rig.ts';

const plugin = `import { definePlugin, defineTask, fileRef, source, z } from '@dataset-runner/core/plugin';
const look = defineTask({ summary: 'Looks.', steps: {},
  params: z.object({ model: fileRef().optional(), labels: source(z.array(z.string())).default([]) }),
  async run({ params }) { return params; } });
export default definePlugin({ name: 'p', api: 1, tasks: { look } });
`;

describe('a param that is a file', function () {
  this.timeout(60_000);

  for (const flag of ['--model', '--labels']) {
    it(`says of a folder that it is one: ${flag}`, async () => {
      await using rig = await createRig({
        config: 'plugins: [./p.ts]\n',
        files: { 'p.ts': plugin, 'full/a.json': '["a"]' },
      });
      for (const given of ['./full', 'full', './full/']) {
        const { stderr } = await rig.runner('run', 'p:look', flag, given);
        assert.match(stderr, /full\/? is a folder, where a file is wanted {2}\[store\.missing\]\n.*Name a file in it/);
      }
      const { stderr } = await rig.runner('run', 'p:look', flag, './nothing');
      assert.match(stderr, /\.\/nothing does not exist/);
      assert.equal((await rig.runner('run', 'p:look', flag, './full/a.json')).code, 0);
    });
  }
});
