import assert from 'node:assert/strict';
import { DatabaseSync } from 'node:sqlite';
import { exact, files, plansRig, run } from './plans.ts';

describe('two maps of one step into one place', function () {
  this.timeout(60_000);
  const into = { step: 'make', into: './set' };
  const a = { key: 'k', files: { 'a.txt': 'a' } };
  const b = { key: 'k', files: { 'b.txt': 'b' } };

  for (const [what, plan] of [
    [
      'at the same time',
      [
        { ...into, items: [a] },
        { ...into, items: [a] },
      ],
    ],
    [
      'for different things',
      [
        { ...into, items: [a], waits: true },
        { ...into, items: [b] },
      ],
    ],
  ] as const) {
    it(`cannot have one key ${what}`, async () => {
      await using rig = await plansRig();
      const { code, report } = await run(rig, plan);
      assert.equal(code, 1);
      const failed = (report['failures'] as Record<string, unknown>[])[0];
      assert.deepEqual([failed?.['code'], failed?.['key'], failed?.['other']], ['item.duplicate', 'k', 'make']);
      assert.deepEqual(files(rig, 'set'), { 'a.txt': 'a' });
    });
  }

  it('may ask for the very same item one after the other', async () => {
    await using rig = await plansRig();
    const plan = [
      { ...into, items: [a], waits: true },
      { ...into, items: [a] },
    ];
    assert.deepEqual([(await run(rig, plan)).done, (await run(rig, plan)).done], [1, 0]);
    assert.equal((await run(rig, plan, '--force')).code, 0);
    const exactly = plan.map((map) => ({ ...map, exact: true }));
    const more = { key: 'm', files: { 'm.txt': 'm' } };
    await run(rig, [{ ...exactly[0], items: [a, more] }, { ...exactly[1] }]);
    assert.deepEqual(Object.keys(files(rig, 'set')), ['a.txt', 'm.txt']);
    await run(rig, exactly);
    assert.deepEqual(Object.keys(files(rig, 'set')), ['a.txt'], 'an item that both had counts once');
  });

  it('leave over what neither has, and not what the second has', async () => {
    await using rig = await plansRig();
    const item = (key: string): object => ({ key, files: { [`${key}.txt`]: key } });
    const plan = (...later: readonly string[]): object[] => [
      { ...into, items: [item('a')], waits: true },
      { ...into, items: later.map(item) },
    ];
    const stale = async (...later: readonly string[]): Promise<unknown> =>
      ((await run(rig, plan(...later))).report['stale'] as { keys: string[] }[]).map(({ keys }) => keys);
    assert.deepEqual(await stale('b', 'c'), []);
    assert.deepEqual(await stale('b', 'c'), []);
    assert.deepEqual(await stale('b'), [['c.txt']]);
  });

  it('are told apart from those of other steps in a dry run, when nothing is known yet', async () => {
    await using rig = await plansRig();
    const others = [
      { ...into, items: [a] },
      { ...into, step: 'expected', items: [b] },
    ];
    assert.equal((await run(rig, others, '--dry-run')).code, 0);
    const twins = await run(
      rig,
      [
        { ...into, items: [a] },
        { ...into, items: [b] },
      ],
      '--dry-run',
    );
    assert.match(JSON.stringify(twins.report['failures']), /item\.duplicate/);
  });

  it('cannot make the same file', async () => {
    await using rig = await plansRig();
    const twin = { key: 'l', files: { 'a.txt': 'other' } };
    for (let i = 0; i < 2; i++) {
      const { code, report } = await run(rig, [
        { ...into, items: [a], waits: true },
        { ...into, items: [twin] },
      ]);
      assert.equal(code, 1);
      assert.match(JSON.stringify(report['failures']), /output\.collision.*'k'/);
      assert.deepEqual(files(rig, 'set'), { 'a.txt': 'a' });
    }
  });

  it('both replace what a killed run may have published for them', async () => {
    await using rig = await plansRig();
    const other = { key: 'y', files: { 'y.txt': 'y' } };
    rig.write(
      'plan.json',
      JSON.stringify([
        { ...into, items: [a] },
        { ...into, items: [{ ...other, fails: 'deadly' }] },
      ]),
    );
    assert.equal((await rig.runner('run', 'plans:plan')).signal, 'SIGKILL');
    rig.write('set/y.txt', 'published, and not recorded');
    const { code, report } = await run(rig, [
      { ...into, items: [a] },
      { ...into, items: [other] },
    ]);
    assert.equal(code, 0, JSON.stringify(report['failures']));
    assert.deepEqual(files(rig, 'set'), { 'a.txt': 'a', 'y.txt': 'y' });
  });
});

describe('an item', function () {
  this.timeout(60_000);

  for (const [what, twin] of [
    ['one key', ''],
    ['keys that some disks would merge', 'A.TXT'],
  ] as const) {
    it(`that writes ${what} twice writes none of it`, async () => {
      await using rig = await plansRig();
      const plan = exact('make', { key: 'k', files: { 'a.txt': '1', [twin || 'b.txt']: '2' }, again: twin === '' });
      for (let i = 0; i < 2; i++) {
        const { code, report } = await run(rig, plan);
        assert.equal(code, 1);
        assert.match(JSON.stringify(report['failures']), /output\.collision.*of the same item/);
        assert.deepEqual(files(rig, 'set'), {});
      }
    });
  }

  it('does not replace a folder in which another step has put a file', async () => {
    await using rig = await plansRig();
    const plan = (text: string): readonly object[] => [
      { step: 'make', into: './set', items: [{ key: 'k', folders: { d: { 'a.txt': text } } }], waits: true },
      { step: 'expected', into: './set', items: [{ key: 'k', files: { 'd/b.txt': 'b' } }] },
    ];
    await run(rig, plan('1'));
    const { code, report } = await run(rig, plan('2'));
    assert.equal(code, 1);
    assert.match(JSON.stringify(report['failures']), /output\.claimed.*d\/b\.txt/);
    assert.deepEqual(files(rig, 'set'), { 'd/a.txt': '1', 'd/b.txt': 'b' });
  });

  it('whose map uses bytes that were freed gets them made again', async () => {
    await using rig = await plansRig();
    const plan = (...items: readonly object[]): readonly object[] => [
      { step: 'make', into: 'work:model', items: [{ key: 'm', files: { 'model.bin': 'weights' } }] },
      { step: 'read', uses: 0, items },
    ];
    await run(rig, plan({ key: 'k0' }));
    await rig.runner('clean');
    assert.equal((await run(rig, plan({ key: 'k0' }))).done, 0, 'nothing reads them');
    const { code, done, report } = await run(rig, plan({ key: 'k0' }, { key: 'k1' }));
    assert.deepEqual([code, done], [0, 2], JSON.stringify(report['failures']));
    assert.equal((report['result'] as { text: string }[][])[1]?.[1]?.text, 'weights');
  });
});

describe('rows that cannot be kept', function () {
  this.timeout(60_000);

  for (const key of ['', 'x\ud800', 'a\u001fb']) {
    it(`for their key are refused by name: ${JSON.stringify(key)}`, async () => {
      await using rig = await plansRig();
      const plan = [{ step: 'rows', items: [{ key: 'g', rows: [{ key }, { key: 'z' }] }] }];
      for (const flags of [[], ['--force']]) {
        const { code, report } = await run(rig, plan, ...flags);
        assert.equal(code, 1);
        assert.match(JSON.stringify(report['failures']), /"item\.key".*"item":"g"/);
      }
    });
  }

  it('because the state refuses them end the run', async () => {
    await using rig = await plansRig();
    await run(rig, [{ step: 'make', items: [] }]);
    const state = new DatabaseSync(rig.path('.runner/state.db'));
    state.exec("CREATE TRIGGER no BEFORE INSERT ON row BEGIN SELECT RAISE(ABORT, 'no more rows'); END");
    state.close();
    const { code, report } = await run(rig, [
      { step: 'rows', items: [{ key: 'g', rows: [{ key: 'a' }, { key: 'b' }] }] },
    ]);
    assert.notEqual(code, 0);
    assert.match(JSON.stringify(report['failures']), /no more rows/);
  });
});
