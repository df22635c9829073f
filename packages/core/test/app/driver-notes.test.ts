import assert from 'node:assert/strict';
import { createRig } from '../../src/testing/project-rig.ts';

const plugin = `import { isMainThread } from 'node:worker_threads';
import { defineDriver, definePlugin, defineStep, defineTask, listFiles, z } from '@dataset-runner/core/plugin';
const tape = defineDriver({
  schemes: ['tape'],
  summary: 'Files on a tape',
  examples: [{ url: 'tape:///a', about: 'a tape' }],
  guarantees: { conditionalPut: false, versions: true },
  open: async ({ context: { note } }) => ({
    stat: async (key) => ({ key, size: 1, version: '1' }),
    async *list() { yield ['a', 'b', 'c', 'd'].map((key) => ({ key, size: 1, version: '1' })); },
    async read() {
      note(\`The tape is old (\${isMainThread ? 'coordinator' : 'worker'}).\`);
      return (async function* () { yield Buffer.from('x'); })();
    },
  }),
});
const read = defineStep({ name: 'read', needs: { cpu: true }, work: async ({ file }, { bytes }) => (await bytes(file)).length });
const count = defineTask({ summary: 'Counts.', params: z.object({}), steps: { read },
  async run({ map, store }) {
    const files = await listFiles(await store('tape:///a'));
    await map(read, files.map((file) => ({ key: file.key, file }))).toArray();
  } });
export default definePlugin({ name: 'p', api: 1, tasks: { count }, stores: [tape] });
`;

describe('what a driver has to say', function () {
  this.timeout(60_000);

  it('is heard from workers too, once', async () => {
    await using rig = await createRig({ config: 'plugins: [./p.ts]\n', files: { 'p.ts': plugin } });
    const { code, stdout, stderr } = await rig.runner('run', 'p:count', '--jobs', '2');
    assert.equal(code, 0, stdout + stderr);
    assert.equal(`${stdout}${stderr}`.split('The tape is old (worker).').length, 2, stdout + stderr);
  });
});
