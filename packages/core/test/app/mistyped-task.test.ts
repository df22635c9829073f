import assert from 'node:assert/strict';
import { createRig, type ProjectRig } from '../../src/testing/project-rig.ts';

const plugin = `
import { definePlugin, defineTask, z } from '@dataset-runner/core/plugin';
const build = defineTask({
  summary: 'Builds.',
  params: z.object({ count: z.number().default(1).describe('How many') }),
  steps: {},
  run: async () => undefined,
});
export default definePlugin({ name: 'ours', api: 1, tasks: { build } });
`;

function rigWith(config: string): Promise<ProjectRig> {
  return createRig({ config, files: { 'ours.ts': plugin } });
}

describe('a mistyped name under tasks:', function () {
  this.timeout(30_000);
  const config = 'plugins: [./ours.ts]\ntasks:\n  ours:biuld: { count: 3 }\npipelines: { all: [ours:build] }\n';

  for (const command of ['run ours:build', 'run all', 'why ours:build']) {
    it(`is refused by ${command}, with its line and the name that was meant`, async () => {
      await using rig = await rigWith(config);
      const { code, stderr } = await rig.runner(...command.split(' '));
      assert.equal(code, 2, stderr);
      assert.match(stderr, /\[config\.invalid\]\n {2}runner\.yaml:3:15 {2}tasks\.ours:biuld\n/);
      assert.match(stderr, /there is no task ours:biuld; did you mean ours:build\?/);
    });
  }

  it('is told beside the list of tasks, also when that comes from the cache', async () => {
    await using rig = await rigWith(config);
    for (const time of ['first', 'second']) {
      const { code, stdout } = await rig.runner('tasks');
      assert.equal(code, 0, time);
      assert.match(stdout, /runner\.yaml:3:15 +there is no task ours:biuld; did you mean ours:build\?/, time);
    }
    assert.match((await rig.runner('tasks', '--json')).stdout, /"unknownTasks": \[[^\]]*"line": 3,/);
  });

  it('may be one of a plugin that is off', async () => {
    await using rig = await rigWith(config.replace('[./ours.ts]', '[./ours.ts, plugin-absent]'));
    const { code, stderr } = await rig.runner('run', 'ours:build');
    assert.equal(code, 0, stderr);
  });
});

describe('explain', function () {
  this.timeout(30_000);

  it('refuses what a run would refuse, and shows no default in its stead', async () => {
    await using rig = await rigWith('plugins: [./ours.ts]\n');
    for (const command of ['run', 'explain']) {
      const { code, stdout, stderr } = await rig.runner(command, 'ours:build', '--count', 'many');
      assert.deepEqual([code, stdout], [2, ''], command);
      assert.match(stderr, /\[params\.invalid\]\n {2}--count {2}must be a number/, command);
    }
  });
});
