import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { createRig, type ProjectRig } from '../../src/testing/project-rig.ts';

function wrongRig(config = ''): Promise<ProjectRig> {
  const plugin = readFileSync(new URL('./fixtures/wrong.ts', import.meta.url), 'utf8');
  return createRig({ config: `plugins: [./wrong.ts]\n${config}`, files: { 'wrong.ts': plugin } });
}

function codesOf(report: Record<string, unknown>): string[] {
  const failures = report['failures'] as { code: string }[] | undefined;
  assert.ok(failures !== undefined, `the run ended without a report: ${JSON.stringify(report)}`);
  return failures.map(({ code }) => code);
}

describe('a failure', function () {
  this.timeout(60_000);

  for (const [how, code] of [
    ['case', 'output.collision'],
    ['same', 'output.collision'],
    ['step', 'output.claimed'],
  ] as const) {
    it(`names two writers of one file: ${how} is ${code}`, async () => {
      await using rig = await wrongRig();
      const ended = await rig.json('run', 'wrong:clash', '--how', how);
      assert.equal(ended.code, 1);
      assert.deepEqual(codesOf(ended.report), [code]);
    });
  }

  it("publishes none of an item's files when one of them is another step's", async () => {
    await using rig = await wrongRig();
    const ended = await rig.json('run', 'wrong:clash', '--how', 'many');
    assert.deepEqual(codesOf(ended.report), ['output.claimed']);
    assert.deepEqual(readdirSync(rig.path('clash')), ['mine.txt']);
  });

  it('names an output that was promised and never written: output.missing', async () => {
    await using rig = await wrongRig();
    assert.deepEqual(codesOf((await rig.json('run', 'wrong:missing')).report), ['output.missing']);
  });

  it('names outputs of another shape than declared: task.outputs', async () => {
    await using rig = await wrongRig();
    assert.deepEqual(codesOf((await rig.json('run', 'wrong:shape')).report), ['task.outputs']);
    const logs = (await rig.runner('logs')).stdout;
    assert.match(logs, /task\.outputs/, 'what is of no item is kept as well');
    assert.doesNotMatch(logs, /more failure/);
    assert.doesNotMatch((await rig.runner('logs', '--item', 'nobody')).stdout, /more failure/);
  });

  it("has nothing of a plugin's words that a terminal would obey, neither log nor result", async () => {
    await using rig = await createRig({
      config: 'plugins: [./loud.ts]\n',
      files: {
        'loud.ts': `
          import { definePlugin, defineStep, defineTask, z } from '@dataset-runner/core/plugin';
          const words = 'red \\u001b[31m\\r\\n\\ttwo\\u0007\\u202e';
          const say = defineStep({ name: 'say', async work(_item: string, { log }) { log(words); return words; } });
          const talk = defineTask({
            summary: 'Talks',
            params: z.object({}),
            outputs: z.object({ words: z.string() }),
            steps: { say },
            run: async ({ once }) => ({ words: await once(say, 'a') }),
            render: ({ words }) => words,
          });
          export default definePlugin({ name: 'loud', api: 1, tasks: { talk } });
        `,
      },
    });
    const shown = 'red \\x1b[31m\n\ttwo\\x07\\u202e\n';
    const ended = await rig.runner('run', 'loud:talk');
    assert.ok(ended.stdout.includes(`\n${shown}`), JSON.stringify(ended));
    assert.ok((await rig.runner('logs')).stdout.includes(` ${shown}`));
    const { lines } = JSON.parse((await rig.runner('logs', '--json')).stdout) as { lines: { message: string }[] };
    assert.deepEqual(
      lines.map(({ message }) => message),
      ['red \u001b[31m\r\n\ttwo\u0007\u202e'],
    );
  });

  it('reaches a plan that catches it: step.incomplete', async () => {
    await using rig = await wrongRig();
    const { code, report } = await rig.json('run', 'wrong:caught');
    assert.equal(code, 1);
    assert.deepEqual(codesOf(report), ['step.failed'], 'the item itself is what is reported');
    assert.match((await rig.runner('logs')).stdout, /caught step\.incomplete/);
  });

  it('ends one of two runs that wait for each other: state.deadlock', async () => {
    await using rig = await wrongRig();
    const [one, two] = await Promise.all([
      rig.json('run', 'wrong:ring', '--first', './x', '--second', './y'),
      rig.json('run', 'wrong:ring', '--first', './y', '--second', './x'),
    ]);
    const codes = [...codesOf(one.report), ...codesOf(two.report)];
    assert.ok(
      codes.length >= 1 && codes.every((code) => code === 'state.deadlock'),
      JSON.stringify([one.report, two.report]),
    );
  });

  it('refuses a state of a later version instead of guessing: state.newer', async () => {
    await using rig = await wrongRig();
    await rig.runner('run', 'wrong:caught');
    const db = new DatabaseSync(rig.path('.runner/state.db'));
    db.exec('PRAGMA user_version = 99');
    db.close();
    const ended = await rig.runner('run', 'wrong:caught');
    assert.equal(ended.code, 3);
    assert.match(ended.stderr, /state\.newer/);
  });

  it('says which run there is not: run.unknown', async () => {
    await using rig = await wrongRig();
    const ended = await rig.runner('logs', '99');
    assert.equal(ended.code, 2);
    assert.match(ended.stderr, /run\.unknown/);
  });

  it('says that a place holds no set: place.damaged', async () => {
    await using rig = await wrongRig();
    rig.write('set/dataset.json', 'not json');
    assert.match((await rig.runner('verify', './set')).stderr, /place\.damaged/);
  });

  it('points at the line of a config that is wrong: config.invalid', async () => {
    await using rig = await wrongRig('lanez: { network: 8 }\n');
    const ended = await rig.runner('run', 'wrong:shape');
    assert.equal(ended.code, 2);
    assert.match(ended.stderr, /config\.invalid/);
    assert.match(ended.stderr, /runner\.yaml:2:1/);
    assert.match(ended.stderr, /lanes/);
  });

  it('says that a run was interrupted, and exits 130: run.interrupted', async () => {
    await using rig = await wrongRig();
    const running = rig.start('run', 'wrong:ring', '--first', './x', '--second', './y', '--json');
    await running.printed('"map.started"');
    running.process.kill('SIGINT');
    const { code, stdout } = await running.ended;
    assert.equal(code, 130);
    assert.match(stdout, /run\.interrupted/);
  });

  it('names params that are wrong, all at once: params.invalid', async () => {
    await using rig = await wrongRig();
    const ended = await rig.runner('run', 'wrong:ring', '--first', './x');
    assert.equal(ended.code, 2);
    assert.match(ended.stderr, /params\.invalid/);
    assert.match(ended.stderr, /second/);
  });

  it('points into the pipeline that cannot be: pipeline.invalid', async () => {
    await using rig = await wrongRig(
      "pipelines:\n  all:\n    - wrong:shape\n    - wrong:clash: { how: '${{ shapes.count }}' }\n",
    );
    const ended = await rig.runner('run', 'all');
    assert.equal(ended.code, 2);
    assert.match(ended.stderr, /pipeline\.invalid/);
    assert.match(ended.stderr, /runner\.yaml:5/);
  });
});
