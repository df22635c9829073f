import assert from 'node:assert/strict';
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { createRig, type ProjectRig } from '../../src/testing/project-rig.ts';
import { assertNoStaging, countsOf, worked } from './support.ts';

async function rowsRig(): Promise<ProjectRig> {
  const plugin = readFileSync(new URL('./fixtures/rows.ts', import.meta.url), 'utf8');
  return createRig({
    config: 'plugins: [./rows.ts]\n',
    files: { 'rows.ts': plugin, 'work.log': '' },
    env: { WORKLOG: './work.log' },
  });
}

const firstFailure = (report: Record<string, unknown>): Record<string, unknown> =>
  (report['failures'] as Record<string, unknown>[])[0] ?? {};

describe('a generator in the pool', function () {
  this.timeout(60_000);

  it('hands on its rows in the order they were yielded, each once', async () => {
    await using rig = await rowsRig();
    const { code, report } = await rig.json('run', 'rows:rows', '--items', '3');
    assert.equal(code, 0, JSON.stringify(report));
    assert.equal(countsOf(report, 'look')['done'], 1_500);
    const log = worked(rig);
    assert.ok(
      [...log.values()].every((times) => times === 1),
      'nothing was done twice',
    );
    for (const item of ['k0', 'k1', 'k2']) {
      assert.equal(readdirSync(rig.path('rows', item)).length, 500);
      const looked = [...log.keys()].filter((line) => line.startsWith(`look ${item}/`));
      assert.deepEqual(looked, looked.toSorted());
    }
    assertNoStaging(rig);
  });

  it('whose worker dies goes on in another behind the rows it has', async () => {
    await using rig = await rowsRig();
    const { code, report } = await rig.json('run', 'rows:rows', '--dies');
    assert.equal(code, 0, JSON.stringify(report));
    const log = worked(rig, 'cut ');
    assert.equal(log.size, 500);
    assert.ok(
      [...log.values()].every((times) => times === 1),
      'rows of before the death were not made again',
    );
    assert.equal(countsOf(report, 'look')['done'], 500);
    assertNoStaging(rig);
  });

  it('that yields a key twice fails by name, and its `finally` runs', async () => {
    await using rig = await rowsRig();
    const { code, report } = await rig.json('run', 'rows:rows', '--repeats');
    assert.equal(code, 1);
    assert.equal(firstFailure(report)['code'], 'item.duplicate');
    assert.equal(firstFailure(report)['key'], 'r0007');
    assert.equal(worked(rig).get('closed k0'), 1);
    assertNoStaging(rig);
  });

  it('that takes its rows back leaves none of them, and nothing of an earlier attempt', async () => {
    await using rig = await rowsRig();
    rig.write('rows/k0/r0200.txt', 'somebody wrote this');
    assert.equal((await rig.json('run', 'rows:rows', '--refuses')).code, 1);
    assert.equal(readdirSync(rig.path('rows/k0')).length, 201, 'another failure takes nothing back');
    rmSync(rig.path('rows/k0/r0200.txt'));
    const { code, report } = await rig.json('run', 'rows:rows', '--refuses');
    assert.equal(code, 1);
    assert.match(JSON.stringify(firstFailure(report)), /refused, after all/);
    assert.equal(worked(rig).get('cut k0 r0199'), 1, 'it went on behind the rows it had');
    assert.deepEqual(
      readdirSync(rig.path('rows'), { recursive: true }).filter((name) => String(name).endsWith('.txt')),
      [],
    );
    const again = await rig.json('run', 'rows:rows', '--items', '2');
    assert.equal(again.code, 0, JSON.stringify(again.report));
    assert.equal(readdirSync(rig.path('rows/k0')).length, 500);
    assertNoStaging(rig);
  });

  it('stops at a foreign file, keeps the rows before it, and goes on there when it is gone', async () => {
    await using rig = await rowsRig();
    rig.write('rows/k0/r0200.txt', 'somebody wrote this');
    const first = await rig.json('run', 'rows:rows');
    assert.equal(first.code, 1);
    assert.equal(firstFailure(first.report)['code'], 'output.foreign');
    assert.equal(rig.read('rows/k0/r0200.txt'), 'somebody wrote this');
    assert.equal(worked(rig).get('closed k0'), 1);
    assert.equal(readdirSync(rig.path('rows/k0')).length, 201, 'no row behind the refused one was published');
    rmSync(rig.path('rows/k0/r0200.txt'));
    const second = await rig.json('run', 'rows:rows');
    assert.equal(second.code, 0, JSON.stringify(second.report));
    assert.equal(worked(rig).get('cut k0 r0199'), 1);
    assert.equal(readdirSync(rig.path('rows/k0')).length, 500);
    assertNoStaging(rig);
  });
});
