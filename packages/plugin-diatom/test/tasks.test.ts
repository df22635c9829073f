import assert from 'node:assert/strict';
import { chmodSync, symlinkSync } from 'node:fs';
import { diatomProject, entry, filesIn } from './support/project.ts';
import { picture, pictures, zip } from './support/pictures.ts';
import { openSite } from './support/site.ts';

describe('the tasks of diatom one by one', function () {
  this.timeout(60_000);

  it('download, extract, split, leaks, pack and upload make what build makes, folder by folder', async () => {
    await using site = await openSite({
      'a.zip': await zip({ ...pictures('a/slide1', 7), ...pictures('a/slide2', 7) }),
      'b.zip': await zip({ ...pictures('b', 12), 'b/notes.txt': 'x' }),
    });
    await using rig = await diatomProject([entry(site.url, 'a'), entry(site.url, 'b')]);
    const run = async (task: string, ...args: string[]): Promise<Record<string, unknown>> => {
      const { code, report, stderr } = await rig.json('run', `diatom:${task}`, ...args);
      assert.equal(code, 0, `${task}: ${stderr} ${JSON.stringify(report['failures'])}`);
      return report['result'] as Record<string, unknown>;
    };
    await run('download', '--file-list', './species.json', '--out', './downloads');
    assert.deepEqual(filesIn(rig.path('downloads')), ['a.zip', 'b.zip']);

    const extracted = await run('extract', '--file-list', './species.json', '--out', './pictures');
    assert.deepEqual([extracted['count'], extracted['leftOut']], [26, 1]);
    assert.ok(rig.exists('pictures/a/slide1_000.png') && rig.exists('pictures/b/000.png'));

    const set = await run('split', '--pictures', './pictures', '--out', './set', '--test-share', '0.25');
    assert.deepEqual([set['train'], set['test']], [19, 7]);
    assert.equal(filesIn(rig.path('set/results')).length, 26);

    // A copy smuggled into the other split is what the audit is for.
    const [tested = ''] = filesIn(rig.path('set/results/test/b'));
    rig.write('set/results/train/b/copy.png', picture(`b-${Number.parseInt(tested, 10)}`));
    const leaks = await run('leaks', '--set', './set', '--out', './audit');
    assert.deepEqual([leaks['across'], leaks['same']], [1, 1]);
    const failed = await rig.runner('run', 'diatom:leaks', '--set', './set', '--out', './audit', '--on-leak', 'error');
    assert.equal(failed.code, 1);
    assert.match(failed.stdout + failed.stderr, /copy\.png/);
    const refused = await rig.json('run', 'diatom:leaks', '--set', './set', '--out', './refused', '--on-leak', 'error');
    assert.match(JSON.stringify(refused.report['failures']), /\.\/refused\/reports\/leaks\.html shows them all/);
    const { same } = JSON.parse(rig.read('refused/reports/leaks.json')) as { same: number };
    assert.equal(same, 1, 'what was found is written before the task fails');
    assert.ok(rig.exists('refused/reports/leaks.html') && rig.exists('refused/reports/contact-sheet.html'));

    const packed = await run('pack', '--set', './set', '--out', './zips', '--include', 'manifest');
    const { key, digest } = packed['zip'] as { key: string; digest: string };
    assert.deepEqual(
      (await run('pack', '--set', './set', '--out', './zips', '--include', 'manifest'))['zip'],
      packed['zip'],
    );

    const uploaded = await run('upload', '--set', './zips', '--to', './cloud', '--move');
    assert.equal((uploaded['zip'] as { digest: string }).digest, digest);
    assert.deepEqual(filesIn(rig.path('cloud')), [key]);
    assert.deepEqual(filesIn(rig.path('zips')), []);
  });

  it('upload removes no zip that is its own copy, whatever the place is called', async () => {
    await using rig = await diatomProject([]);
    const name = 'diatom_set-2026-01-01-00-00-00.zip';
    rig.write(`zips/${name}`, 'the only one');
    symlinkSync(rig.path('zips'), rig.path('alias'));
    for (const to of ['./zips', './alias']) {
      const { code, report } = await rig.json('run', 'diatom:upload', '--set', './zips', '--to', to, '--move');
      assert.equal(code, 1);
      assert.match(JSON.stringify(report['failures']), /diatom\.same-zip/);
      assert.deepEqual(filesIn(rig.path('zips')), [name]);
      assert.equal(rig.read(`zips/${name}`), 'the only one');
    }
  });

  it('refuses to write where the next run would take it for input, and writes beside it', async () => {
    await using rig = await diatomProject([]);
    for (const [path, bytes] of Object.entries(pictures('src/a', 12))) rig.write(path, bytes);
    const split = (...places: readonly [pictures: string, out: string]) =>
      rig.runner('run', 'diatom:split', '--pictures', places[0], '--out', places[1], '--test-count', '2');
    for (const [from, out] of [
      ['./src', './src/out'],
      ['./src', './src'],
      ['.', './set'],
      ['src/', `${rig.path('src')}/out`],
    ] as const) {
      const { code, stdout, stderr } = await split(from, out);
      assert.equal(code, 1, `${from} ${out}: ${stdout}${stderr}`);
      assert.match(stdout + stderr, /results\/train lies in \.(\/src)?: the next run would/);
    }
    assert.equal(filesIn(rig.path('src')).length, 12);
    // A name that only begins alike is another place, and a set may lie around what it is made of.
    for (const out of ['./src-set', '.']) assert.equal((await split('./src', out)).code, 0);
    assert.equal((await split('./results/train', '.')).code, 1);

    for (const [task, ...more] of [
      ['leaks', '--out', './src-set/results/train'],
      ['pack', '--out', './src-set/results/train/a'],
      ['pack', '--include', 'downloads', '--downloads', './zips', '--out', './zips/own'],
      ['train', '--train', './species.json', '--test', './species.json', '--out', './src-set/results'],
    ] as const) {
      const { code, stdout, stderr } = await rig.runner('run', `diatom:${task}`, '--set', './src-set', ...more);
      assert.equal(code, 1, stdout + stderr);
      assert.match(stdout + stderr, /lies in \.\/(src-set\/results|zips): the next run would/);
    }
    // Reports and zips in the set itself are not listed with its pictures.
    assert.equal((await rig.runner('run', 'diatom:leaks', '--set', './src-set')).code, 0);
    const packed = await rig.json('run', 'diatom:pack', '--set', './src-set');
    assert.equal((packed.report['result'] as { pictures: number }).pictures, 12);
  });

  it('image says what is missing: the Dockerfile, the program', async () => {
    await using rig = await diatomProject([]);
    rig.write('scripts/train.py', '');
    const bare = await rig.runner('run', 'diatom:image', '--context', './scripts');
    assert.match(bare.stdout + bare.stderr, /\.\/scripts has no Dockerfile/);
    rig.write('scripts/Dockerfile', 'FROM scratch\n');
    const { code, stdout, stderr } = await rig.runner(
      'run',
      'diatom:image',
      '--context',
      './scripts',
      '--program',
      'no-such-builder',
    );
    assert.equal(code, 1);
    assert.match(stdout + stderr, /'no-such-builder' is not installed; it is needed to build container images/);
  });

  it("image builds and pushes with any program that takes docker's words", async () => {
    await using rig = await diatomProject([]);
    rig.write('scripts/Dockerfile', 'FROM scratch\n');
    rig.write('scripts/sub/train.py', 'print(1)\n');
    rig.write(
      'builder',
      `#!/bin/sh\necho "$1" >> '${rig.path('words')}'\n[ "$1" = build ] && ls -R "$4" >> '${rig.path('words')}'\n[ "$1" = image ] && echo sha256:1\necho Emulating another builder >&2\nexit 0\n`,
    );
    chmodSync(rig.path('builder'), 0o755);
    const { code, report, stderr } = await rig.json(
      'run',
      'diatom:image',
      '--context',
      './scripts',
      '--tag',
      'lab/x:1',
      '--push',
      '--program',
      rig.path('builder'),
    );
    assert.equal(code, 0, stderr);
    assert.deepEqual(report['result'], { tag: 'lab/x:1', id: 'sha256:1' });
    const words = rig.read('words');
    assert.match(words, /^version\nbuild\n[^]*Dockerfile[^]*train\.py\n[^]*push\nimage\n$/);
  });
});
