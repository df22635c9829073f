import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { createRig, type ProjectRig } from '../../src/testing/project-rig.ts';

/** What the files of a place hold, by path. */
type Files = { readonly [path: string]: string };

async function plansRig(): Promise<ProjectRig> {
  const plugin = readFileSync(new URL('./fixtures/plans.ts', import.meta.url), 'utf8');
  return createRig({ config: 'plugins: [./plans.ts]\n', files: { 'plans.ts': plugin } });
}

/** Runs a plan; says how it ended and how many items were worked on. */
async function run(
  rig: ProjectRig,
  plan: readonly object[],
  ...flags: string[]
): Promise<{ readonly code: number | undefined; readonly done: number; readonly report: Record<string, unknown> }> {
  rig.write('plan.json', JSON.stringify(plan));
  const { code, report } = await rig.json('run', 'plans:plan', ...flags);
  const maps = report['maps'] as readonly { readonly counts: { readonly done: number } }[];
  return { code, done: maps.reduce((sum, { counts }) => sum + counts.done, 0), report };
}

function files(rig: ProjectRig, dir: string): Files {
  const found: Record<string, string> = {};
  if (!existsSync(rig.path(dir))) return found;
  for (const name of readdirSync(rig.path(dir), { recursive: true, encoding: 'utf8' }).toSorted())
    if (/\.txt$/.test(name)) found[name] = rig.read(`${dir}/${name}`);
  return found;
}

/** Items of one `exact` map into `set`. */
const exact = (step: string, ...items: readonly object[]): readonly object[] => [
  { step, into: './set', exact: true, items },
];

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
