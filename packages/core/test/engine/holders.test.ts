import assert from 'node:assert/strict';
import { assertTortureOutputs, tortureRig, worked } from './support.ts';

describe('two runners on one line', function () {
  this.timeout(120_000);

  it('take turns: the second waits, names the holder, and goes on within a second of its death', async () => {
    await using rig = await tortureRig();
    const { first, second } = await holderAndWaiter(rig);
    // A holder that is stopped still holds: nothing of the second's work is done meanwhile.
    first.process.kill('SIGSTOP');
    const before = worked(rig, 'make').size;
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    assert.equal(worked(rig, 'make').size, before);
    assert.equal(second.process.exitCode, null);
    const killedMs = performance.now();
    first.process.kill('SIGKILL');
    while (worked(rig, 'make').size === before) await new Promise((resolve) => setTimeout(resolve, 5));
    const tookMs = performance.now() - killedMs;
    assert.equal((await second.ended).code, 0);
    // Some 60 ms: what was in flight waits for processes of its own, the rest does not. The bound is for a machine with
    // ten times more to do than it can.
    console.log(`      the second went on ${Math.round(tookMs)} ms after the first was killed`);
    assert.ok(tookMs < 3_000, `it took ${Math.round(tookMs)} ms`);
    assertTortureOutputs(rig, 2_000);
  });

  it('part at the first interrupt of the one that waits', async () => {
    await using rig = await tortureRig();
    const { first, second } = await holderAndWaiter(rig);
    // The holder does not end by itself, so whoever waits for it does not either.
    first.process.kill('SIGSTOP');
    second.process.kill('SIGINT');
    const { code, stdout, stderr } = await second.ended;
    assert.equal(code, 130, stderr);
    assert.match(stdout, /torture:torture was stopped/);
    assert.doesNotMatch(stdout + stderr, /Failed|aborted/);
    first.process.kill('SIGKILL');
  });

  it('fail at once with --no-wait, naming the holder', async () => {
    await using rig = await tortureRig();
    const first = rig.start('run', 'torture:torture', '--slow-ms', '400', '--id', 'first');
    while (!rig.read('work.log').includes('make 1')) await new Promise((resolve) => setTimeout(resolve, 5));
    const second = await rig.runner('run', 'torture:torture', '--id', 'second', '--no-wait', '--json');
    assert.equal(second.code, 3);
    assert.match(second.stderr + second.stdout, new RegExp(`process ${first.process.pid}`));
    assert.match(second.stderr + second.stdout, /state\.held/);
    first.process.kill('SIGKILL');
  });
});

/** Two runners of one line: the first is at its work, the second has said that it waits for it. */
async function holderAndWaiter(rig: Awaited<ReturnType<typeof tortureRig>>) {
  const first = rig.start('run', 'torture:torture', '--slow-ms', '400', '--id', 'first');
  while (!rig.read('work.log').includes('make 1')) await new Promise((resolve) => setTimeout(resolve, 5));
  const second = rig.start('run', 'torture:torture', '--id', 'second');
  await second.printed(`process ${first.process.pid}`);
  return { first, second };
}
