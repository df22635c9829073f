import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { createRig, type ProjectRig } from '../../src/testing/project-rig.ts';

const plugin = `import { appendFileSync, existsSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import { definePlugin, defineStep, defineTask, z } from '@dataset-runner/core/plugin';
const stop = defineStep({ name: 'stop', async work({ how }) {
  appendFileSync('stops', 'x');
  while (existsSync('hold')) await setTimeout(5);
  if (existsSync('mended')) return;
  if (how === 'dies') process.kill(process.pid, 'SIGKILL');
  throw new Error('no such machine');
} });
const rent = defineTask({ summary: 'Rents.', params: z.object({ how: z.string() }), steps: { stop },
  async run({ params, atEnd }) { await atEnd(stop, { how: params.how }); } });
const free = defineTask({ summary: 'Needs no machine.', params: z.object({}), steps: {}, async run() {} });
export default definePlugin({ name: 'cloud', api: 1, tasks: { rent, free } });
`;

async function left(how: string): Promise<ProjectRig> {
  const rig = await createRig({ config: 'plugins: [./cloud.ts]\n', files: { 'cloud.ts': plugin } });
  await rig.runner('run', 'cloud:rent', '--how', how);
  return rig;
}

async function nextFailure(rig: ProjectRig): Promise<Record<string, unknown> | undefined> {
  const { report } = await rig.json('run', 'cloud:free');
  return (report['failures'] as Record<string, unknown>[])[0];
}

describe('work that was left to be done at the end', function () {
  this.timeout(60_000);

  it('is named with the task that left it, until it is mended or given up', async () => {
    await using rig = await left('fails');
    const failure = await nextFailure(rig);
    assert.deepEqual(failure?.['at'], { plugin: 'cloud', step: 'stop', task: 'rent' });
    assert.match(String(failure?.['hint']), /runner clean --at-end$/);
    assert.match(
      (await rig.runner('clean', '--at-end', '--dry-run')).stdout,
      /^Would give up cloud:stop of run 1, \{"how":"fails"\}$/m,
    );
    assert.equal((await nextFailure(rig))?.['message'], 'no such machine');
    assert.match((await rig.runner('clean', '--at-end')).stdout, /^Gave up cloud:stop of run 1/m);
    assert.equal(await nextFailure(rig), undefined);
    assert.match((await rig.runner('clean', '--at-end')).stdout, /^No run has left undone/);
  });

  it('is done by the run that can', async () => {
    await using rig = await left('fails');
    rig.write('mended', '');
    assert.equal(await nextFailure(rig), undefined);
    assert.deepEqual(JSON.parse((await rig.runner('clean', '--at-end', '--json')).stdout), {
      dryRun: false,
      givenUp: [],
    });
  });

  it('is not given up while another runner is doing it', async () => {
    await using rig = await left('fails');
    rig.write('hold', '');
    const running = rig.start('run', 'cloud:free');
    await running.printed('at the end of run 1');
    for (const dry of [['--dry-run'], []])
      assert.match((await rig.runner('clean', '--at-end', ...dry)).stdout, /^No run has left undone/);
    rig.write('mended', '');
    rmSync(rig.path('hold'));
    assert.equal((await running.ended).code, 0);
  });

  it('ends three processes at most; then other work goes on, and the failure says so', async () => {
    await using rig = await left('dies');
    for (let i = 0; i < 2; i++) assert.equal((await rig.runner('run', 'cloud:free')).signal, 'SIGKILL');
    for (let i = 0; i < 2; i++) {
      const failure = await nextFailure(rig);
      assert.deepEqual([failure?.['code'], failure?.['how']], ['item.crashed', 'the run that did it died, 3 times']);
    }
    assert.equal(rig.read('stops'), 'xxx');
    await rig.runner('clean', '--at-end');
    assert.equal(await nextFailure(rig), undefined);
  });
});
