import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { done, failed, git, registry, textsIn } from '../support/registry.ts';

const template = `stages:
  each:
    foreach: \${sets}
    do:
      wdir: \${item}
      cmd: echo \${item} > o
      outs:
      - o:
          remote: other
`;

interface Reproduced {
  readonly stages: readonly { readonly stage: string; readonly action: string }[];
}

describe('outputs of pipelines', function () {
  this.timeout(60_000);

  it('lie in the folder their template names, go to the remote they name, and are nobody’s with their stage', async () => {
    await using rig = await registry({
      'dvc.yaml': template,
      'params.yaml': 'sets: [a, b]',
      'a/keep': '',
      'b/keep': '',
    });
    await done(rig, 'remote', 'add', 'other', './storage/other');
    await done(rig, 'repro');
    git(rig, 'add', '.');
    git(rig, 'commit', '-qm', 'one');
    await done(rig, 'push');
    assert.equal(Object.keys(textsIn(rig, 'storage/other/files')).length, 2);
    assert.equal(rig.exists('storage/files'), false);
    for (const path of ['a/o', 'b/o', '.dvc/cache']) rmSync(rig.path(path), { recursive: true });
    await done(rig, 'pull');
    assert.deepEqual([rig.read('a/o'), rig.read('b/o'), rig.exists('o')], ['a\n', 'b\n', false]);
    assert.equal((await done(rig, 'status'))['isClean'], true);
    assert.equal((await done(rig, 'status', '--cloud'))['isClean'], true);
    rig.write('params.yaml', 'sets: [a]');
    rmSync(rig.path('b/o'));
    assert.equal((await done(rig, 'status'))['isClean'], true);
    const { deleted } = await done<{ deleted: { path: string }[] }>(rig, 'diff');
    assert.deepEqual(
      deleted.map(({ path }) => path),
      ['b/o'],
    );
    rig.write('params.yaml', 'other: [a]');
    assert.equal((await failed(rig, 'checkout')).code, 'registry.file-broken');
  });

  it('are nobody else’s: what a .dvc file tracks is never made by a stage, and the other way round', async () => {
    const stages = 'stages:\n  one:\n    cmd: mkdir made && echo 1 > made/x\n    outs: [made]\n';
    await using rig = await registry({ 'dvc.yaml': stages, 'raw/a': 'a', 'raw/sub/b': 'b', 'free/c': 'c' });
    await done(rig, 'add', 'raw', 'free/c');
    await done(rig, 'repro');
    const overlaps = async (...args: readonly [string, ...string[]]): Promise<void> =>
      assert.equal((await failed(rig, ...args)).code, 'registry.outs-overlap', args.join(' '));
    await overlaps('add', 'made');
    await overlaps('add', 'made/x');
    await overlaps('move', 'free/c', 'made');
    await overlaps('move', 'free/c', 'raw/sub');
    await overlaps('move', 'raw', 'raw/sub/raw');
    await overlaps('import', rig.dir, 'raw', 'raw/sub/more');
    await overlaps('import-url', rig.path('free/c'), 'made/y');
    await overlaps('stage-add', '--name', 'two', '--outs', 'raw/made', 'true');
    for (const out of ['raw', 'raw/a', 'raw/new', 'free']) {
      rig.write('dvc.yaml', `stages:\n  one:\n    cmd: rm -rf raw free\n    outs: [${out}]\n`);
      await overlaps('repro');
    }
    // What a stage reads would be removed before it runs.
    for (const [dep, out] of [
      ['mine', 'mine'],
      ['mine/in', 'mine'],
      ['mine', 'mine/out'],
    ]) {
      rig.write('mine/in', 'mine');
      rig.write('dvc.yaml', `stages:\n  one:\n    cmd: 'true'\n    deps: [${dep}]\n    outs: [${out}]\n`);
      assert.equal((await failed(rig, 'repro')).code, 'registry.graph-cycle');
    }
    assert.deepEqual(textsIn(rig, 'mine'), { in: 'mine' });
    assert.deepEqual(textsIn(rig, 'raw'), { a: 'a', 'sub/b': 'b' });
    assert.equal(rig.exists('made.dvc'), false);
  });

  it('of a frozen stage are not called up to date where they are not', async () => {
    await using rig = await registry({ 'dvc.yaml': 'stages:\n  one: {cmd: touch z, outs: [z], frozen: true}\n' });
    assert.equal((await failed(rig, 'repro')).code, 'registry.dep-missing');
    rig.write('z', '');
    await done(rig, 'repro');
  });

  it('and tracked data that were changed by hand are committed by repro, as far as a stage reads them', async () => {
    const frozen = '  cold: {cmd: "false", deps: [dep], outs: [cold], frozen: true}\n';
    const stages = `stages:\n${frozen}  one: {cmd: cat raw/* cold > z, deps: [raw, cold], outs: [z]}\n`;
    await using rig = await registry({ 'dvc.yaml': stages, 'raw/a': 'a', dep: 'd', cold: 'c', aside: 'x' });
    const repro = async (...args: readonly string[]): Promise<string[]> =>
      (await done<Reproduced>(rig, 'repro', ...args)).stages.map(({ stage, action }) => `${stage} ${action}`);
    await done(rig, 'add', 'raw', 'aside');
    assert.deepEqual(await repro(), ['cold committed', 'one ran']);
    assert.deepEqual(await repro(), ['cold frozen', 'one up to date']);
    for (const path of ['raw/a', 'aside', 'cold', 'dep']) rig.write(path, `new ${path}`);
    const texts = (): string[] => ['raw.dvc', 'aside.dvc', 'dvc.lock'].map((file) => rig.read(file));
    const before = texts();
    const { report } = await rig.json('run', 'registry:repro', '--dry-run');
    const names = (report['maps'] as { readonly name: string }[]).map(({ name }) => name);
    assert.deepEqual(names.toSorted(), [
      'keep cold: out cold is modified',
      'one: dep cold is modified, dep raw is modified',
      'track raw',
    ]);
    assert.deepEqual(texts(), before, 'a dry run changes nothing');
    assert.deepEqual(await repro('--single', 'one'), ['one ran']);
    assert.deepEqual(texts().slice(0, 2), before.slice(0, 2), 'what is above a single stage is not looked at');
    assert.deepEqual(await repro(), ['raw.dvc committed', 'cold committed', 'one up to date']);
    assert.equal(rig.read('aside.dvc'), before[1], 'nothing reads it');
    assert.deepEqual(await repro('--all'), ['aside.dvc committed', 'cold frozen', 'one up to date']);
    // A .dvc file by its name, alone, or with what waits for its data.
    rig.write('raw/a', 'newer');
    assert.deepEqual(await repro('raw.dvc', '--single'), ['raw.dvc committed']);
    assert.deepEqual(await repro('raw.dvc'), []);
    assert.deepEqual(await repro('raw.dvc', '--downstream'), ['one ran']);
    rig.write('raw/a', 'new raw/a');
    assert.deepEqual(await repro('raw.dvc', '--downstream'), ['raw.dvc committed', 'one restored']);
    for (const path of ['raw/a', 'cold', 'aside']) rmSync(rig.path(path));
    await done(rig, 'checkout');
    assert.deepEqual([rig.read('raw/a'), rig.read('cold'), rig.read('aside')], ['new raw/a', 'new cold', 'new aside']);
  });
});
