import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { ProjectRig } from '@dataset-runner/core/testing';
import { done, failed, git, registry } from '../support/registry.ts';

interface Outcome {
  readonly stage: string;
  readonly action: string;
  readonly why: readonly string[];
}

const pipeline = `# what we do
stages:
  prep:
    cmd: mkdir -p mid && cat in/* > mid/all.txt
    deps:
    - in
    outs:
    - mid
  each:
    foreach: \${names}
    do:
      cmd: cat mid/all.txt > \${item}.txt && echo \${train.lr} >> \${item}.txt
      deps:
      - mid
      params:
      - train.lr
      outs:
      - \${item}.txt
  score:
    cmd:
    - cat x.txt y.txt > count
    - 'echo "{\\"n\\": 1.5}" > m.json'
    deps:
    - x.txt
    - y.txt
    outs:
    - count
    metrics:
    - m.json:
        cache: false
`;

const files = {
  'dvc.yaml': pipeline,
  'params.yaml': 'train:\n  lr: 1e-07\nnames:\n- x\n- y\n',
  'in/a': 'a\n',
  'in/b': 'b\n',
};

describe('registry:repro', function () {
  this.timeout(60_000);

  it('runs what changed, then nothing; writes the lock, the run cache and what git must not see', async () => {
    await using rig = await registry(files);
    assert.deepEqual(await actions(rig), ['prep ran', 'each@x ran', 'each@y ran', 'score ran']);
    assert.equal(rig.read('x.txt'), 'a\nb\n1e-07\n');
    assert.match(rig.read('.gitignore'), /\/mid\n\/x\.txt\n\/y\.txt\n\/count\n$/);
    assert.match(rig.read('dvc.lock'), /^schema: '2\.0'\nstages:\n {2}prep:\n/);
    assert.match(rig.read('dvc.lock'), /params\.yaml:\n {8}train\.lr: 1e-07\n/);
    assert.equal(runsIn(rig).length, 4);
    const lock = rig.read('dvc.lock');
    assert.deepEqual(await actions(rig), [
      'prep up to date',
      'each@x up to date',
      'each@y up to date',
      'score up to date',
    ]);
    assert.equal(rig.read('dvc.lock'), lock);
    const { stdout } = await rig.runner('run', 'registry:repro');
    assert.match(stdout, /Data and pipelines are up to date\./);
  });

  it('names what changed, and a dry run counts the stages that then run', async () => {
    await using rig = await registry(files);
    await done(rig, 'repro');
    rig.write('in/c', 'c\n');
    const dry = await rig.json('run', 'registry:repro', '--dry-run');
    const maps = dry.report['maps'] as { name: string; counts: { pending: number } }[];
    assert.deepEqual(
      maps.map(({ name }) => name),
      [
        'prep: dep in is modified',
        'each@x if prep gives other bytes',
        'each@y if prep gives other bytes',
        'score if each@x or each@y gives other bytes',
      ],
    );
    const before = rig.read('dvc.lock');
    assert.equal(rig.exists('x.txt') && before === rig.read('dvc.lock'), true, 'a dry run changes nothing');
    const { stdout } = await rig.runner('why', 'registry:repro');
    assert.match(stdout, /prep: dep in is modified/);
    const { stages } = await done<{ stages: Outcome[] }>(rig, 'repro');
    assert.deepEqual(
      stages.map(({ stage, action, why }) => [stage, action, ...why]),
      [
        ['prep', 'ran', 'dep in is modified'],
        ['each@x', 'ran', 'dep mid is modified'],
        ['each@y', 'ran', 'dep mid is modified'],
        ['score', 'ran', 'dep x.txt is modified', 'dep y.txt is modified'],
      ],
    );
  });

  it('a parameter, the command, a lost output and a lost object are told apart', async () => {
    await using rig = await registry(files);
    await done(rig, 'repro');
    const whyOf = async (stage: string): Promise<readonly string[] | undefined> =>
      (await done<{ stages: Outcome[] }>(rig, 'repro')).stages.find((each) => each.stage === stage)?.why;
    rig.write('params.yaml', 'train:\n  lr: 2.0\nnames:\n- x\n- y\n');
    assert.deepEqual(
      await whyOf('each@y'),
      ['param params.yaml:train.lr is modified', 'its command is another'].reverse(),
    );
    rig.write('y.txt', 'by hand');
    assert.deepEqual(await whyOf('each@y'), ['out y.txt is modified']);
    rmSync(rig.path('y.txt'));
    assert.deepEqual(await whyOf('each@y'), ['out y.txt is deleted']);
    rmSync(rig.path('.dvc/cache/files'), { recursive: true });
    assert.deepEqual(await whyOf('each@y'), ['out y.txt is not in cache']);
    rig.write('dvc.yaml', pipeline.replace('cat x.txt y.txt > count', 'cat y.txt x.txt > count'));
    assert.deepEqual(await whyOf('score'), ['its command is another']);
    const two = (params: string): string => `stages:\n  two: {cmd: touch z, params: [${params}], outs: [z]}\n`;
    rig.write('dvc.yaml', two('train.lr, names.1'));
    assert.deepEqual(await whyOf('two'), ['it never ran']);
    rig.write('dvc.yaml', two('names.1'));
    assert.deepEqual(await whyOf('two'), [], 'a parameter that is not asked for any more');
    rig.write('dvc.yaml', two('names.1, train'));
    assert.deepEqual(await whyOf('two'), ['param params.yaml:train is new']);
  });

  it('what ran before on the same inputs is taken from the run cache', async () => {
    await using rig = await registry(files);
    await done(rig, 'repro');
    rig.write('in/a', 'other\n');
    await done(rig, 'repro');
    rig.write('in/a', 'a\n');
    assert.deepEqual(await actions(rig), ['prep restored', 'each@x restored', 'each@y restored', 'score restored']);
    assert.equal(rig.read('x.txt'), 'a\nb\n1e-07\n');
    assert.deepEqual(
      new Set(await actions(rig)),
      new Set(['prep', 'each@x', 'each@y', 'score'].map((name) => `${name} up to date`)),
    );
    rmSync(rig.path('.dvc/cache/runs'), { recursive: true });
    rmSync(rig.path('x.txt'));
    assert.deepEqual((await actions(rig))[1], 'each@x ran');
  });

  it('stages that do not wait for each other run at the same time', async () => {
    // Each stage ends only when it has seen the other at work: run one by one they would wait in vain.
    const meet = (own: string, other: string): string =>
      `touch ${own}.here; for i in $(seq 200); do test -e ${other}.here && touch ${own} && exit 0; sleep 0.05; done; exit 3`;
    await using rig = await registry({
      'dvc.yaml': `stages:\n  a:\n    cmd: '${meet('a', 'b')}'\n    outs: [a]\n  b:\n    cmd: '${meet('b', 'a')}'\n    outs: [b]\n`,
    });
    assert.deepEqual(await actions(rig), ['a ran', 'b ran']);
  });

  it('what is new stands in the order of the graph, behind what was there, whichever stage ends first', async () => {
    const waiting = 'until test -e c; do sleep 0.05; done; touch b b.2';
    const stages = [
      'stages:',
      '  d: {cmd: touch d, deps: [b, a], outs: [d]}',
      '  a: {cmd: touch a, outs: [a]}',
      `  b: {cmd: '${waiting}', outs: [b.2, b]}`,
      '  c: {cmd: touch c, outs: [c]}',
    ];
    await using rig = await registry({ 'dvc.yaml': stages.join('\n') });
    await done(rig, 'repro', 'a');
    await done(rig, 'repro');
    assert.deepEqual(rig.read('dvc.lock').match(/(?<=^ {2})\w+(?=:)/gm), ['a', 'b', 'd', 'c']);
    assert.match(rig.read('.gitignore'), /storage\n\/a\n\/b\.2\n\/b\n\/d\n\/c\n$/);
  });

  it('a failing stage is named with its last lines; its followers do not run, others do', async () => {
    await using rig = await registry({
      'dvc.yaml': [
        'stages:',
        '  bad: {cmd: "echo loading; echo no such class >&2; exit 7", outs: [bad]}',
        '  after: {cmd: "touch after", deps: [bad], outs: [after]}',
        '  good: {cmd: "touch good", outs: [good]}',
      ].join('\n'),
    });
    const failure = await failed(rig, 'repro');
    assert.equal(failure.code, 'registry.stage-failed');
    assert.match(failure.message, /^bad ended with exit code 7/);
    assert.match(failure.message, /no such class/);
    assert.deepEqual([rig.exists('after'), rig.exists('good')], [false, true]);
    assert.doesNotMatch(rig.read('dvc.lock'), /bad/);
    assert.equal(failure.exit, 1);
  });

  it('trouble is named: no such stage, no input, no output, no parameter, data in git', async () => {
    await using rig = await registry({ 'dvc.yaml': 'stages:\n  a: {cmd: "true", deps: [none], outs: [a]}\n' });
    const codeWith = async (yaml: string, ...args: string[]): Promise<string> => {
      rig.write('dvc.yaml', yaml);
      return (await failed(rig, 'repro', ...args)).code;
    };
    const yaml = rig.read('dvc.yaml');
    assert.equal(await codeWith(yaml), 'registry.dep-missing');
    assert.equal(await codeWith(yaml, 'train'), 'registry.stage-unknown');
    assert.equal(await codeWith('stages:\n  a: {cmd: "true", outs: [a]}\n'), 'registry.out-missing');
    assert.equal(
      await codeWith('stages:\n  a: {cmd: "touch a", params: [x.y], outs: [a]}\n'),
      'registry.param-missing',
    );
    assert.equal(await codeWith('stages:\n  a: {cmd: "touch a", wdir: nowhere, outs: [a]}\n'), 'registry.dep-missing');
    // DVC would look for them in vain, and say ever after that they were deleted.
    rig.write('params.yaml', 'x.y: 1\nz: [1]\n');
    for (const name of ['x.y', '"z[0]"', 'z.1'])
      assert.equal(
        await codeWith(`stages:\n  a: {cmd: "touch a", params: [${name}], outs: [a]}\n`),
        'registry.param-missing',
        name,
      );
    // Only Python could work it out, so its line is named.
    rig.write('p.py', 'x = 1\nclass Net:\n  depth = 60 * 60\n');
    rig.write('dvc.yaml', 'stages:\n  a: {cmd: "touch a", params: [{p.py: [x, Net.depth]}], outs: [a]}\n');
    const { code, message } = await failed(rig, 'repro');
    assert.equal(code, 'registry.param-missing');
    assert.match(message, /^a: p\.py:3: 'Net\.depth' is no literal/);
    rig.write('p.py', 'x = {1, 2}\ny = 1\n');
    assert.equal(
      await codeWith('stages:\n  a: {cmd: "touch a", params: [{p.py: [x]}], outs: [a]}\n'),
      'registry.file-broken',
    );
    rig.write('held', 'x');
    git(rig, 'add', '-f', 'held');
    assert.equal(await codeWith('stages:\n  a: {cmd: "touch held", outs: [held]}\n'), 'registry.git-tracked');
  });

  it('a run that is killed leaves no stage running, and the next one does all of it', async () => {
    await using rig = await registry({
      'dvc.yaml':
        'stages:\n  slow: {cmd: "echo $$ > pid; test -e go && touch slow || sleep 60", outs: [slow]}\n  quick: {cmd: "touch quick", outs: [quick]}\n',
    });
    const running = rig.start('run', 'registry:repro');
    await until(() => rig.exists('pid') && rig.read('pid') !== '' && rig.exists('dvc.lock'));
    running.process.kill('SIGKILL');
    await running.ended;
    const pid = Number(rig.read('pid'));
    assert.ok(isAlive(pid), 'a killed runner cannot end its stage');
    rig.write('go', '');
    assert.deepEqual(await actions(rig), ['slow ran', 'quick up to date']);
    await until(() => !isAlive(pid));
  });

  it('a second interrupt ends the process group of a stage', async () => {
    await using rig = await registry({
      'dvc.yaml': 'stages:\n  slow: {cmd: "echo $$ > pid; sleep 60; touch slow", outs: [slow]}\n',
    });
    const running = rig.start('run', 'registry:repro');
    await until(() => rig.exists('pid') && rig.read('pid') !== '');
    running.process.kill('SIGINT');
    await new Promise((resolve) => setTimeout(resolve, 300));
    running.process.kill('SIGINT');
    const { code } = await running.ended;
    assert.notEqual(code, 0);
    await until(() => !isAlive(Number(rig.read('pid'))));
    assert.equal(rig.exists('slow'), false);
  });

  it('targets, groups, downstream, single and anyway choose the stages', async () => {
    await using rig = await registry(files);
    assert.deepEqual(await actions(rig, 'prep'), ['prep ran']);
    assert.deepEqual(await actions(rig, 'each'), ['prep up to date', 'each@x ran', 'each@y ran']);
    assert.deepEqual(await actions(rig, 'count', '--single'), ['score ran']);
    assert.deepEqual(await actions(rig, 'each@x', '--downstream', '--anyway'), ['each@x ran', 'score ran']);
    assert.deepEqual(await actions(rig, 'dvc.yaml:prep'), ['prep up to date']);
  });
});

async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise((resolve) => setTimeout(resolve, 20));
}

function isAlive(pid: number): boolean {
  try {
    // A zombie that nobody has waited for counts as dead.
    return !/^State:\s+Z/m.test(readFileSync(join('/proc', String(pid), 'status'), 'utf8'));
  } catch {
    return false;
  }
}

async function actions(rig: ProjectRig, ...args: string[]): Promise<string[]> {
  const { stages } = await done<{ stages: Outcome[] }>(rig, 'repro', ...args);
  return stages.map(({ stage, action }) => `${stage} ${action}`);
}

function runsIn(rig: ProjectRig): string[] {
  const root = rig.path('.dvc/cache/runs');
  return existsSync(root)
    ? readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((name) =>
        /[0-9a-f]{64}\/[0-9a-f]{64}$/.test(name),
      )
    : [];
}
