import assert from 'node:assert/strict';
import { readdirSync, readFileSync, rmSync, utimesSync } from 'node:fs';
import { createRig, type ProjectRig } from '../../src/testing/project-rig.ts';
import { countsOf, worked } from './support.ts';

async function featuresRig(env: { readonly [name: string]: string } = {}): Promise<ProjectRig> {
  const plugin = readFileSync(new URL('./fixtures/features.ts', import.meta.url), 'utf8');
  return createRig({
    config: 'plugins: [./features.ts]\n',
    files: { 'features.ts': plugin, 'work.log': '', 'model.bin': 'weights' },
    env: { WORKLOG: './work.log', ...env },
  });
}

const codes = (report: Record<string, unknown>): string[] =>
  (report['failures'] as { code: string }[]).map(({ code }) => code);

describe('a step', function () {
  this.timeout(60_000);

  it('with `batch` gets slots, and a thrown batch is halved until the culprit is alone', async () => {
    await using rig = await featuresRig();
    const { code, report } = await rig.json('run', 'features:batch');
    assert.equal(code, 1);
    assert.equal(countsOf(report, 'batched')['done'], 19);
    assert.equal((report['failures'] as { at: { item: string } }[])[0]?.at.item, 'k13');
    assert.equal(readdirSync(rig.path('batched')).length, 19);
  });

  it('with `open` opens once a worker, only when there is work, and disposes it', async () => {
    await using rig = await featuresRig();
    assert.equal((await rig.runner('run', 'features:open')).code, 0);
    const log = worked(rig);
    const opens = log.get('open model.bin') ?? 0;
    assert.ok(opens >= 1 && opens <= 2, `${opens} workers opened it`);
    assert.equal(log.get('dispose'), opens);
    await rig.runner('run', 'features:open');
    assert.equal(worked(rig).get('open model.bin'), opens, 'nothing to do opens nothing');
  });

  it('runs again when a file it uses has other bytes, and not when it was only touched', async () => {
    await using rig = await featuresRig();
    await rig.runner('run', 'features:open');
    utimesSync(rig.path('model.bin'), 1, 1);
    const touched = await rig.json('run', 'features:open');
    assert.equal(countsOf(touched.report, 'opened')['reused'], 40);
    rig.write('model.bin', 'weightS');
    const changed = await rig.json('run', 'features:open');
    assert.equal(countsOf(changed.report, 'opened')['done'], 40);
  });

  it('with `expects` and without rows is done where the target says so', async () => {
    await using rig = await featuresRig();
    await rig.runner('run', 'features:push');
    rmSync(rig.path('pushed/k3.txt'));
    rmSync(rig.path('.runner'), { recursive: true });
    const { code, report } = await rig.json('run', 'features:push');
    assert.equal(code, 0, JSON.stringify(report));
    assert.equal(countsOf(report, 'pushed')['reused'], 9);
    assert.equal(worked(rig).get('push k3'), 2);
    assert.equal(worked(rig).get('push k4'), 1);
  });

  it('with `cache: false` always runs; a raised version and changed uses run again, and why says so', async () => {
    await using rig = await featuresRig();
    await rig.runner('run', 'features:cache');
    await rig.runner('run', 'features:cache');
    assert.equal(worked(rig).get('always k1'), 2);
    assert.equal(worked(rig).get('versioned k1'), 1);
    const why = await rig.runner('why', 'features:cache', '--style', 'bold');
    assert.match(why.stdout, /bold/);
    await rig.runner('run', 'features:cache', '--style', 'bold');
    assert.equal(worked(rig).get('versioned k1'), 2);
  });

  it('is retried after a transient failure and finds what it kept', async () => {
    await using rig = await featuresRig();
    const { code } = await rig.json('run', 'features:retry');
    assert.equal(code, 0);
    for (let i = 0; i < 5; i++) {
      assert.equal(worked(rig).get(`shaky k${i} first`), 1);
      assert.equal(worked(rig).get(`shaky k${i} again`), 1);
    }
    assert.deepEqual(readdirSync(rig.path('.runner/work/.scratch')), []);
  });

  it('is retried when the far end asked for it, not before', async () => {
    await using rig = await featuresRig();
    const { code, stdout } = await rig.runner('run', 'features:wait', '--json');
    assert.equal(code, 0, stdout);
    // The first wait would be half a second at the most.
    assert.match(stdout, /"type":"item\.retry".*"waitMs":700/);
  });

  it('that is a generator streams each row on, and skips what an earlier attempt committed', async () => {
    await using rig = await featuresRig();
    const cut = await rig.json('run', 'features:generate', '--fail-at', '6');
    assert.equal(cut.code, 1);
    assert.equal(readdirSync(rig.path('shouted/b')).length, 6, 'rows before the cut went on');
    const whole = await rig.json('run', 'features:generate');
    assert.equal(whole.code, 0, JSON.stringify(whole.report));
    assert.equal((whole.report['result'] as { count: number }).count, 20);
    for (let i = 0; i < 10; i++) assert.equal(worked(rig).get(`shout b/${i}.txt`), 1);
  });

  it('may be incomplete only where the map allows it', async () => {
    await using rig = await featuresRig();
    const { code, report } = await rig.json('run', 'features:generate', '--fail-at', '6', '--partial');
    assert.equal(code, 1);
    assert.equal((report['result'] as { count: number }).count, 16);
  });
});

describe('a once', function () {
  this.timeout(60_000);

  it('with `exact` removes what it wrote under other names, and nobody else wrote', async () => {
    await using rig = await featuresRig();
    rig.write('stamped/mine.txt', 'mine');
    await rig.runner('run', 'features:stamped', '--name', 'a');
    await rig.runner('run', 'features:stamped', '--name', 'b');
    assert.deepEqual(readdirSync(rig.path('stamped')).sort(), ['a.txt', 'b.txt', 'mine.txt']);
    const { code, report } = await rig.json('run', 'features:stamped', '--name', 'c', '--exact');
    assert.equal(code, 0, JSON.stringify(report));
    assert.deepEqual(readdirSync(rig.path('stamped')).sort(), ['c.txt', 'mine.txt']);
  });
});

describe('files that an `exact` map makes by other items than before', function () {
  this.timeout(60_000);

  for (const [what, before, after] of [
    ['an item of another name', ['one=a'], ['two=a']],
    ['items that change places', ['one=a', 'two=b'], ['one=b', 'two=a']],
  ] as const) {
    it(`stay: ${what}`, async () => {
      await using rig = await featuresRig();
      await rig.runner('run', 'features:relabelled', ...before);
      const files = readdirSync(rig.path('stamped'));
      for (const done of [after.length, 0]) {
        const { code, report } = await rig.json('run', 'features:relabelled', ...after);
        assert.deepEqual([code, countsOf(report, 'stamp')['done']], [0, done], JSON.stringify(report));
        assert.deepEqual(readdirSync(rig.path('stamped')), files);
      }
      await rig.runner('run', 'features:relabelled', 'three=c');
      assert.deepEqual(readdirSync(rig.path('stamped')), ['c.txt']);
    });
  }
});

describe('`remove`', function () {
  this.timeout(60_000);

  it('removes what a step names, whoever made it, and a row whose file went is done again', async () => {
    await using rig = await featuresRig();
    rig.write('stamped/mine.txt', 'mine');
    rig.write('stamped/kept.txt', 'kept');
    await rig.runner('run', 'features:stamped', '--name', 'a');
    for (const round of [1, 2]) {
      const { code, report } = await rig.json('run', 'features:sweep', 'a.txt', 'mine.txt', 'never-there.txt');
      assert.equal(code, 0, JSON.stringify([round, report]));
      assert.deepEqual(readdirSync(rig.path('stamped')), ['kept.txt']);
    }
    const { report } = await rig.json('run', 'features:stamped', '--name', 'a');
    assert.equal(countsOf(report, 'stamp')['done'], 1);
    const outside = await rig.json('run', 'features:sweep', '../work.log');
    assert.deepEqual([outside.code, codes(outside.report)], [1, ['store.key']]);
    assert.ok(rig.exists('work.log'));
  });
});

describe('results in what a map uses', function () {
  this.timeout(60_000);

  it('are read in the workers, and a change among them runs the items again', async () => {
    await using rig = await featuresRig();
    const { code, report } = await rig.json('run', 'features:join');
    assert.equal(code, 0, JSON.stringify(report));
    assert.deepEqual((report['result'] as { seen: string[] }).seen.slice(0, 2), ['0/4950 of 100', '1/4950 of 100']);
    await rig.runner('run', 'features:join');
    assert.equal(worked(rig).get('scaled k1'), 1);
    const grown = await rig.json('run', 'features:join', '--grow', '1');
    assert.equal((grown.report['result'] as { seen: string[] }).seen[0], '1/5050 of 100');
    assert.equal(worked(rig).get('scaled k1'), 2);
  });
});

describe('a plan', function () {
  this.timeout(60_000);

  it('refuses what cannot be an item, by name', async () => {
    await using rig = await featuresRig();
    for (const [how, expected] of [
      ['duplicate', 'item.duplicate'],
      ['class', 'item.not-json'],
      ['nokey', 'item.key'],
      ['undeclared', 'step.undeclared'],
      ['throw', 'step.failed'],
    ] as const) {
      const { code, report } = await rig.json('run', 'features:odd', '--how', how);
      assert.equal(code, 1, how);
      assert.ok(codes(report).includes(expected), `${how}: ${JSON.stringify(report['failures'])}`);
    }
  });

  it('is told by a dry run, which changes nothing', async () => {
    await using rig = await featuresRig();
    const dry = await rig.json('run', 'features:generate', '--dry-run');
    assert.equal(dry.code, 0, JSON.stringify(dry.report));
    assert.equal(countsOf(dry.report, 'entries')['pending'], 2);
    assert.equal(worked(rig).size, 0);
    assert.equal(rig.exists('shouted'), false);
    assert.deepEqual(dry.report['decidedAfter'], ['shout']);
  });
});

describe('bytes of work:', function () {
  this.timeout(60_000);

  it('are freed by clean while all stays done, and made again only for what reads them', async () => {
    await using rig = await featuresRig();
    await rig.runner('run', 'features:generate');
    const cleaned = await rig.runner('clean');
    assert.equal(cleaned.code, 0, cleaned.stderr);
    assert.equal(rig.exists('.runner/work/entries/a/1.txt'), false);
    const still = await rig.json('run', 'features:generate');
    assert.equal(countsOf(still.report, 'entries')['done'], 0);
    assert.equal(countsOf(still.report, 'shout')['reused'], 20);
    rmSync(rig.path('shouted/a/1.txt'));
    const again = await rig.json('run', 'features:generate');
    assert.equal(again.code, 0, JSON.stringify(again.report));
    assert.equal(countsOf(again.report, 'shout')['done'], 1);
    assert.equal(worked(rig).get('entry a 1'), 2);
    assert.equal(worked(rig).get('entry b 1'), 1, 'the other archive was not touched');
    assert.equal(rig.read('shouted/a/1.txt'), '1!');
  });
});
