import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { skip } from '../../../../test/support/skip.ts';
import { assertEndedOnce, assertTortureOutputs, countsOf, tortureRig, worked } from './support.ts';

describe('an item that kills its process', function () {
  this.timeout(120_000);

  for (const how of ['memory', 'exit']) {
    it(`is named and the rest finish: ${how}`, async () => {
      await using rig = await tortureRig();
      const { code, report } = await rig.json('run', 'torture:deadly', '--how', how);
      assert.equal(code, 1);
      assert.equal(countsOf(report, 'crash')['done'], 59);
      assert.equal(countsOf(report, 'crash')['failed'], 1);
      const [failure] = report['failures'] as { code: string; at: { item: string } }[];
      assert.equal(failure?.code, 'item.crashed');
      assert.equal(failure?.at.item, 'c17');
    });
  }

  it('is named by the next run when it took the whole runner with it: segfault', async () => {
    await using rig = await tortureRig();
    const first = await rig.runner('run', 'torture:deadly', '--how', 'segfault');
    assert.notEqual(first.code, 0);
    const { code, report } = await rig.json('run', 'torture:deadly', '--how', 'segfault');
    assert.equal(code, 1);
    assert.equal((report['failures'] as { at: { item: string } }[])[0]?.at.item, 'c17');
    assert.equal(readdirSync(rig.path('crash')).length, 59);
    // It stays apart from the others for good, so a third run survives it too.
    const third = await rig.json('run', 'torture:deadly', '--how', 'segfault');
    assert.equal(countsOf(third.report, 'crash')['reused'], 59);
    assert.equal(third.code, 1);
  });
});

describe('a state that was lost', function () {
  this.timeout(120_000);

  for (const [what, damage] of [
    ['deleted', (path: string): void => rmSync(path)],
    ['truncated to half', (path: string): void => truncateSync(path, Math.floor(readFileSync(path).length / 2))],
    ['overwritten with noise', (path: string): void => writeFileSync(path, Buffer.alloc(50_000, 7))],
    ['truncated to nothing', (path: string): void => truncateSync(path, 0)],
  ] as const) {
    it(`is made anew, and finished work adopted: ${what}`, async () => {
      await using rig = await tortureRig();
      assert.equal((await rig.runner('run', 'torture:torture', '--n', '100', '--id', '1')).code, 0);
      rmSync(rig.path('.runner/state.db-wal'), { force: true });
      damage(rig.path('.runner/state.db'));
      const ended = await rig.runner('run', 'torture:torture', '--n', '100', '--id', '2');
      assert.equal(ended.code, 0, ended.stdout + ended.stderr);
      assertTortureOutputs(rig, 100);
      const { report } = await rig.json('run', 'torture:torture', '--n', '100', '--id', '3');
      assert.equal(countsOf(report, 'make')['reused'], 100);
    });
  }
});

describe('a full disk', function () {
  this.timeout(120_000);

  it('fails by name, loses nothing, and the same command goes on once there is room', async function () {
    const probe = spawnSync('unshare', ['-rm', 'true']);
    if (probe.status !== 0) skip(this, 'this machine allows no user and mount namespaces (unshare -rm)');
    await using rig = await tortureRig();
    // The whole story runs inside one namespace: a 3 MB tmpfs as ./out, a run, more room, the same run.
    const bin = new URL('../../bin/runner.js', import.meta.url).pathname;
    const runner = `'${process.execPath}' --conditions=source '${bin}' run torture:torture --json`;
    const script = [
      'mkdir -p out && mount -t tmpfs -o size=3m tmpfs out',
      `${runner} --id 1 > first.json 2> first.err; echo $? > first.code`,
      'mount -o remount,size=64m out',
      `${runner} --id 2 > second.json 2> second.err; echo $? > second.code`,
      'mkdir kept && cp -r out kept/out',
    ].join('\n');
    const done = spawnSync('unshare', ['-rm', 'sh', '-c', script], {
      cwd: rig.dir,
      env: { ...process.env, WORKLOG: './work.log' },
    });
    assert.equal(done.status, 0, done.stderr.toString());
    assert.equal(rig.read('first.code').trim(), '1', rig.read('first.err'));
    assert.match(rig.read('first.json'), /store\.full/);
    assert.equal(rig.read('second.code').trim(), '0', rig.read('second.err'));
    rmSync(rig.path('out'), { recursive: true });
    spawnSync('mv', [rig.path('kept/out'), rig.path('out')]);
    assertTortureOutputs(rig, 2_000);
    assertEndedOnce(rig);
  });

  it('under the state ends the run by name, and nothing recorded is lost', async function () {
    const probe = spawnSync('unshare', ['-rm', 'true']);
    if (probe.status !== 0) skip(this, 'this machine allows no user and mount namespaces (unshare -rm)');
    await using rig = await tortureRig();
    const bin = new URL('../../bin/runner.js', import.meta.url).pathname;
    const runner = `'${process.execPath}' --conditions=source '${bin}' run torture:torture --json`;
    const script = [
      'mkdir -p .runner && mount -t tmpfs -o size=600k tmpfs .runner',
      `${runner} --id 1 > first.json 2> first.err; echo $? > first.code`,
      'mount -o remount,size=64m .runner',
      `${runner} --id 2 > second.json 2> second.err; echo $? > second.code`,
    ].join('\n');
    const done = spawnSync('unshare', ['-rm', 'sh', '-c', script], {
      cwd: rig.dir,
      env: { ...process.env, WORKLOG: './work.log' },
    });
    assert.equal(done.status, 0, done.stderr.toString());
    assert.notEqual(rig.read('first.code').trim(), '0');
    assert.match(rig.read('first.json') + rig.read('first.err'), /full/i);
    assert.equal(rig.read('second.code').trim(), '0', rig.read('second.err') + rig.read('second.json').slice(-2000));
    assertTortureOutputs(rig, 2_000);
  });
});

describe('work registered for the end', function () {
  this.timeout(120_000);

  it('runs once after success, failure, an interrupt, a closed terminal and a kill', async () => {
    await using rig = await tortureRig();
    assert.equal((await rig.runner('run', 'torture:torture', '--n', '20', '--id', 'ok')).code, 0);
    assert.equal((await rig.runner('run', 'torture:torture', '--n', '20', '--id', 'failed', '--fail')).code, 1);
    for (const [id, signal] of [
      ['interrupted', 'SIGINT'],
      ['hung-up', 'SIGHUP'],
      ['killed', 'SIGKILL'],
    ] as const) {
      const running = rig.start('run', 'torture:torture', '--n', '3000', '--slow-ms', '5', '--id', id, '--force');
      while (!rig.read('work.log').includes(`started ${id}`)) await new Promise((resolve) => setTimeout(resolve, 5));
      running.process.kill(signal);
      await running.ended;
      // A killed run could not stop anything itself; every other one has.
      assert.equal(worked(rig).get(`stop ${id}`), signal === 'SIGKILL' ? undefined : 1, id);
    }
    assert.equal((await rig.runner('run', 'torture:torture', '--n', '20', '--id', 'next')).code, 0);
    assertEndedOnce(rig);
  });
});
