import assert from 'node:assert/strict';
import { createRig } from '../../src/testing/project-rig.ts';

const plugin = `import { definePlugin, defineStep, defineTask, z } from '@dataset-runner/core/plugin';
const breaks = defineStep({ name: 'breaks', retries: 0, work() { throw new Error('it broke'); } });
const waits = defineStep({ name: 'waits', async work(ms: number) { await new Promise((done) => setTimeout(done, ms)); return ms; } });
const both = defineTask({ summary: 'Does two things.', params: z.object({}), outputs: z.object({}), steps: { breaks, waits },
  async run({ once }) {
    const broken = once(breaks, 0);
    await once(waits, 200);
    await broken;
    return {};
  } });
export default definePlugin({ name: 'two', api: 1, tasks: { both } });
`;

describe('a step done once that breaks while its task awaits another', () => {
  it('ends neither the other nor the program', async () => {
    await using rig = await createRig({ config: 'plugins: [./two.ts]\n', files: { 'two.ts': plugin } });
    const { code, stdout, stderr } = await rig.runner('run', 'two:both');
    assert.equal(code, 1, stderr);
    assert.match(stdout, /waits +done/);
    assert.match(stdout, /it broke/);
    assert.doesNotMatch(stdout + stderr, /unhandled|bug/i);
  });
});
