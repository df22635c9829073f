import assert from 'node:assert/strict';
import { DatabaseSync } from 'node:sqlite';
import { exact, files, plansRig, run } from './plans.ts';

describe('an `exact` map keeps what an item of it names', function () {
  this.timeout(60_000);

  it('when it was found there, made by an item of another name', async () => {
    await using rig = await plansRig();
    await run(rig, exact('expected', { key: 'x', files: { 'a.txt': 'a' } }));
    const renamed = exact('expected', { key: 'y', files: { 'a.txt': 'a' } });
    for (let i = 0; i < 2; i++) {
      const { code, done } = await run(rig, renamed);
      assert.deepEqual([code, done, files(rig, 'set')], [0, 0, { 'a.txt': 'a' }]);
    }
  });

  it('when it was found there, made by the item itself before it made another', async () => {
    await using rig = await plansRig();
    const first = exact('expected', { key: 'x', files: { 'a.txt': 'a' } });
    await run(rig, first);
    const other = { key: 'x', files: { 'b.txt': 'b' } };
    assert.equal((await run(rig, exact('expected', other, { key: 'y', fails: 'plainly' }))).code, 1);
    assert.deepEqual(files(rig, 'set'), { 'a.txt': 'a', 'b.txt': 'b' });
    for (let i = 0; i < 2; i++) {
      assert.equal((await run(rig, first)).code, 0);
      assert.deepEqual(files(rig, 'set'), { 'a.txt': 'a' }, 'and b.txt, which no item names, is gone');
    }
  });

  it('when an attempt at something else has published it and failed', async () => {
    await using rig = await plansRig();
    const first = exact('make', { key: 'x', files: { 'a.txt': 'a', 'b.txt': 'b' } });
    await run(rig, first);
    rig.write('set/c.txt', 'somebody wrote this');
    assert.equal((await run(rig, exact('make', { key: 'x', files: { 'a.txt': 'a', 'c.txt': 'c' } }))).code, 1);
    const { code, done } = await run(rig, first);
    assert.deepEqual([code, done], [0, 0]);
    assert.deepEqual(files(rig, 'set'), { 'a.txt': 'a', 'b.txt': 'b', 'c.txt': 'somebody wrote this' });
  });

  for (const [what, key] of [
    ['the same item', 'x'],
    ['another item', 'y'],
  ] as const) {
    it(`when it lies in a folder that ${what} was before`, async () => {
      await using rig = await plansRig();
      await run(rig, exact('make', { key: 'x', folders: { d: { 'a.txt': 'a', 'b.txt': 'b' } } }));
      const plan = exact('make', { key, files: { 'd/a.txt': 'a', 'd/c.txt': 'c' } });
      for (const made of [1, 0]) {
        const { code, done } = await run(rig, plan);
        assert.deepEqual([code, done, files(rig, 'set')], [0, made, { 'd/a.txt': 'a', 'd/c.txt': 'c' }]);
      }
    });
  }
});

describe('what a plan no longer makes', function () {
  this.timeout(60_000);

  it('is told however many files it is', async () => {
    await using rig = await plansRig();
    const plan = (key: string): object[] => [{ step: 'make', into: './set', items: [{ key, files: { [key]: key } }] }];
    await run(rig, plan('a'));
    // More than a call takes arguments.
    const outputs = Array.from({ length: 200_000 }, (_, n) => [`${n}.txt`, 1, '1', '', 'file']);
    const db = new DatabaseSync(rig.path('.runner/state.db'));
    db.prepare('UPDATE row SET outputs = ? WHERE key = ?').run(JSON.stringify(outputs), 'a');
    db.exec(`WITH RECURSIVE file(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM file WHERE n < ${outputs.length - 1})
      INSERT INTO claim(url, fold, line, key)
      SELECT './set/' || n || '.txt', './set/' || n || '.txt', line, 'a' FROM file, row WHERE key = 'a'`);
    db.close();
    const { code, report } = await run(rig, plan('b'));
    assert.equal(code, 0, JSON.stringify(report));
    assert.deepEqual(
      (report['stale'] as { total: number }[]).map(({ total }) => total),
      [200_000],
    );
  });
});

describe('a dry run', function () {
  this.timeout(60_000);

  it('tells what would be removed, and only that', async () => {
    await using rig = await plansRig();
    const named = (...keys: string[]): object[] => keys.map((key) => ({ key, files: { [`${key}.txt`]: key } }));
    const rowed = { step: 'rows', into: './rows', exact: true };
    const rows = (...keys: string[]): object => ({ ...rowed, items: [{ key: 'g', rows: named(...keys) }] });
    await run(rig, [...exact('make', ...named('a', 'b', 'c')), rows('x', 'y')]);
    const stale = async (plan: readonly object[]): Promise<unknown> => {
      const { code, report } = await run(rig, plan, '--dry-run');
      assert.equal(code, 0, JSON.stringify(report));
      return (report['stale'] as { keys: string[] }[]).map(({ keys }) => keys);
    };
    assert.deepEqual(await stale([{ step: 'make', into: './set', items: named('a') }]), []);
    // One is gone, one is new, one will be made anew.
    const plan = [...exact('make', ...named('a', 'd'), { key: 'b', files: { 'b.txt': 'B' } }), rows('x', 'z')];
    assert.deepEqual(await stale(plan), [['c.txt']]);
    await run(rig, plan);
    assert.deepEqual(Object.keys(files(rig, 'set')), ['a.txt', 'b.txt', 'd.txt']);
  });
});

describe('a generator item', function () {
  this.timeout(60_000);
  const letters = (version: number, more: object = {}): readonly object[] =>
    exact('rows', {
      key: 'g',
      rows: ['a', 'b', 'c'].map((key) => ({ key, files: { [`${key}.txt`]: key + version } })),
      ...more,
    });

  it('has no rows of an attempt at something else that failed half way', async () => {
    await using rig = await plansRig();
    await run(rig, letters(1));
    const cut = { key: 'b', files: { 'b.txt': 'b2' }, fails: 'plainly' };
    const attempt = exact('rows', { key: 'g', rows: [{ key: 'a', files: { 'a.txt': 'a2' } }, cut] });
    assert.equal((await run(rig, attempt)).code, 1);
    rig.write('plan.json', JSON.stringify(letters(1)));
    assert.match((await rig.runner('why', 'plans:plan')).stdout, /a2/, 'why shows what it was last worked on with');
    for (const made of [1, 0]) {
      const { code, done } = await run(rig, letters(1));
      assert.deepEqual([code, done, files(rig, 'set')], [0, made, { 'a.txt': 'a1', 'b.txt': 'b1', 'c.txt': 'c1' }]);
    }
  });

  it('is not up to date when its rows were taken back', async () => {
    await using rig = await plansRig();
    await run(rig, letters(1));
    assert.equal((await run(rig, letters(2, { fails: 'bad' }))).code, 1);
    assert.deepEqual(files(rig, 'set'), {});
    const { code, done } = await run(rig, letters(1));
    assert.deepEqual([code, done, files(rig, 'set')], [0, 1, { 'a.txt': 'a1', 'b.txt': 'b1', 'c.txt': 'c1' }]);
  });
});
