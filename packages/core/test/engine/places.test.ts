import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { assertNoStaging, assertTortureOutputs, countsOf, tortureRig, worked } from './support.ts';

describe('a place', function () {
  this.timeout(60_000);

  it('is left alone by a second run that finds all up to date', async () => {
    await using rig = await tortureRig();
    assert.equal((await rig.runner('run', 'torture:split')).code, 0);
    const { code, report } = await rig.json('run', 'torture:split');
    assert.equal(code, 0);
    assert.equal(countsOf(report, 'place')['reused'], 40);
    assert.equal(countsOf(report, 'place')['done'], 0);
    assert.equal(worked(rig, 'place').size, 40);
  });

  it('holds each picture once after the seed changed', async () => {
    await using rig = await tortureRig();
    await rig.runner('run', 'torture:split', '--seed', '1');
    await rig.runner('run', 'torture:split', '--seed', '2');
    const train = readdirSync(rig.path('set/train'));
    const test = readdirSync(rig.path('set/test'));
    assert.equal(train.length + test.length, 40);
    assert.deepEqual(
      train.filter((name) => test.includes(name)),
      [],
    );
    assertNoStaging(rig);
  });

  it('keeps apart from another place of the same task', async () => {
    await using rig = await tortureRig();
    await rig.runner('run', 'torture:split', '--out', './a', '--seed', '1');
    await rig.runner('run', 'torture:split', '--out', './b', '--seed', '2');
    const first = readdirSync(rig.path('a/train')).join();
    await rig.runner('run', 'torture:split', '--out', './b', '--seed', '3');
    assert.equal(readdirSync(rig.path('a/train')).join(), first);
    const { report } = await rig.json('run', 'torture:split', '--out', './a', '--seed', '1');
    assert.equal(countsOf(report, 'place')['done'], 0);
  });

  it('never has a foreign file overwritten, unless told to', async () => {
    await using rig = await tortureRig();
    rig.write('set/test/p0.txt', 'mine');
    rig.write('set/train/p0.txt', 'mine');
    const refused = await rig.json('run', 'torture:split');
    assert.equal(refused.code, 1);
    assert.match(JSON.stringify(refused.report['failures']), /output\.foreign/);
    const kept = rig.exists('set/test/p0.txt') ? rig.read('set/test/p0.txt') : '';
    assert.equal(kept, 'mine');
    assert.equal(rig.read('set/train/p0.txt'), 'mine');
    assert.equal((await rig.runner('run', 'torture:split', '--overwrite')).code, 0);
    assert.match(rig.read('set/test/p0.txt') + rig.read('set/train/p0.txt'), /picture 0/);
  });

  it('is kept the same way by a run of many small files', async () => {
    await using rig = await tortureRig();
    const [foreign, same, folder] = ['out/f1500.txt', 'out/f1501.txt', 'out/f1502.txt'];
    rig.write(foreign, 'mine');
    rig.write(same, 'hello 1501 '.repeat(300));
    mkdirSync(rig.path(folder));
    const refused = await rig.json('run', 'torture:torture');
    assert.equal(refused.code, 1);
    const failures = refused.report['failures'] as readonly { readonly code: string; readonly key?: string }[];
    const named = failures.filter(({ code }) => code === 'output.foreign').map(({ key }) => key);
    assert.deepEqual(new Set(named), new Set(['f1500.txt', 'f1502.txt']));
    assert.equal(countsOf(refused.report, 'make')['done'], 1_998);
    assert.equal(rig.read(foreign), 'mine');
    for (const path of [foreign, folder]) rmSync(rig.path(path), { recursive: true });
    assert.equal((await rig.runner('run', 'torture:torture')).code, 0);
    assertTortureOutputs(rig, 2_000);
    assert.equal([...worked(rig, 'make ')].filter(([, count]) => count > 1).length, 2, 'only the two are made again');
  });

  it('adopts a foreign file that is byte-identical', async () => {
    await using rig = await tortureRig();
    await rig.runner('run', 'torture:split');
    rmSync(rig.path('.runner'), { recursive: true });
    const { code, report } = await rig.json('run', 'torture:split');
    assert.equal(code, 0, JSON.stringify(report));
    assert.equal(countsOf(report, 'place')['done'], 40);
  });

  it('refuses a key that another line owns', async () => {
    await using rig = await tortureRig();
    await rig.runner('run', 'torture:torture', '--n', '5');
    // `make` owns ./out/f0.txt; `place` may not write there.
    rig.write('other.txt', '');
    const { code, report } = await rig.json('run', 'torture:split', '--out', './out', '--n', '3');
    assert.equal(code, 0, JSON.stringify(report));
    const again = await rig.json('run', 'torture:torture', '--n', '5');
    assert.equal(again.code, 0);
    assert.equal(countsOf(again.report, 'make')['done'], 0);
    assert.ok(rig.exists('out/f0.txt'));
  });

  it('loses a file and gets it back, and notices one that was changed', async () => {
    await using rig = await tortureRig();
    await rig.runner('run', 'torture:torture', '--n', '5');
    rmSync(rig.path('out/f3.txt'));
    rig.write('out/f4.txt', 'tampered');
    const { report } = await rig.json('run', 'torture:torture', '--n', '5');
    assert.equal(countsOf(report, 'make')['done'], 2);
    assert.equal(rig.read('out/f4.txt'), 'hello 4 '.repeat(300));
  });

  it('is verified against its dataset.json', async () => {
    await using rig = await tortureRig();
    await rig.runner('run', 'torture:split');
    assert.equal((await rig.runner('verify', './set')).code, 0);
    const [name] = readdirSync(rig.path('set/train'));
    rig.write(`set/train/${name}`, 'tampered');
    const damaged = await rig.runner('verify', './set');
    assert.equal(damaged.code, 1);
    assert.match(damaged.stdout + damaged.stderr, new RegExp(`${name}`));
  });
});
