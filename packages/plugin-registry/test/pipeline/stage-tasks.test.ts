import assert from 'node:assert/strict';
import { stagesNamed } from '../../src/pipeline/choose-stages.ts';
import { drawGraph } from '../../src/pipeline/draw-graph.ts';
import { joinedCommand, stageEntry } from '../../src/pipeline/stage-entry.ts';
import { stageOf } from '../../src/pipeline/stage.ts';
import { graphOf } from '../../src/pipeline/stage-graph.ts';
import { dumpYaml } from '../../src/formats/yaml-write.ts';
import { done, failed, git, registry } from '../support/registry.ts';

describe('stages, parameters and metrics', function () {
  this.timeout(60_000);

  it('a stage is written in the order of keys and paths that DVC has', () => {
    const entry = stageEntry({
      cmd: 'x',
      wdir: '.',
      deps: ['b', 'a', 'b'],
      params: ['lr', 'deep.x,depth', 'more.json:width', 'all.yaml:'],
      outs: [
        { kind: 'outs', path: 'z', persist: true },
        { kind: 'outs', path: 'y' },
        { kind: 'metrics', path: 'm.json', cache: false },
      ],
      alwaysChanged: true,
    });
    assert.equal(
      dumpYaml(entry),
      `cmd: x
deps:
- a
- b
params:
- deep.x
- depth
- lr
- all.yaml:
- more.json:
  - width
outs:
- y
- z:
    persist: true
metrics:
- m.json:
    cache: false
always_changed: true
`,
    );
    assert.equal(joinedCommand(['python', 'a b.py', 'c']), 'python "a b.py" c');
    assert.equal(joinedCommand(['a && b']), 'a && b');
  });

  it('stage-add writes beside what is there, run runs it, and both refuse what cannot be', async () => {
    await using rig = await registry(
      { 'in.txt': 'x', 'dvc.yaml': '# kept\nparams:\n- more.json\n' },
      { remote: false },
    );
    await done(rig, 'run', 'cp', 'in.txt', 'one.txt', '--name', 'one', '-d', 'in.txt', '-o', 'one.txt');
    assert.equal(rig.read('one.txt'), 'x');
    await done(rig, 'stage-add', 'cp one.txt two.txt', '--name', 'two', '-d', 'one.txt', '-o', 'two.txt');
    assert.match(
      rig.read('dvc.yaml'),
      /^# kept\nparams:\n- more\.json\nstages:\n {2}one:\n {4}cmd: cp in\.txt one\.txt\n/,
    );
    const { drawing } = await done<{ drawing: string }>(rig, 'dag');
    assert.equal(drawing, 'two\n└─ one');
    const add = (name: string, out: string) =>
      failed(rig, 'stage-add', 'x', '--name', name, '-d', 'two.txt', '-o', out);
    assert.equal((await add('one', 'y')).code, 'registry.stage-there');
    assert.equal((await add('a.b', 'y')).code, 'registry.stage-name');
    assert.equal((await add('three', 'two.txt')).code, 'registry.outs-overlap');
    assert.equal((await add('three', 'in.txt')).code, 'registry.graph-cycle');
    rig.write('dvc.yaml', 'stages:\n  all:\n    foreach: [a]\n    do: {cmd: "touch ${item}", outs: ["${item}"]}\n');
    const templated = await failed(rig, 'stage-add', '--name', 'all', '--replace', '-o', 'q', 'x');
    assert.equal(templated.code, 'registry.stage-templated');
  });

  it('a stage that is not there is told with those that are, as this folder names them', () => {
    const stages = [
      stageOf('dvc.yaml', 'a', new Map([['cmd', 'true']])),
      stageOf('sub/dvc.yaml', 'b', new Map([['cmd', 'true']])),
      stageOf('sub/deep/dvc.yaml', 'c', new Map([['cmd', 'true']])),
    ];
    assert.throws(() => stagesNamed(stages, 'a', { folder: 'sub', path: 'sub/a' }), {
      message: /no stage 'a'; there are \.\.\/dvc\.yaml:a, b, deep\/dvc\.yaml:c$/,
    });
    const [found] = stagesNamed(stages, '../dvc.yaml:a', { folder: 'sub', path: 'dvc.yaml:a' });
    assert.equal(found?.name, 'a');
    assert.throws(() => stagesNamed(stages, 'b', { folder: '', path: 'b' }), { message: /are a, sub\/dvc\.yaml:b/ });
  });

  it('graphs are drawn as a tree, for Mermaid and for Graphviz', () => {
    const stage = (name: string, deps: string[]) =>
      stageOf(
        'dvc.yaml',
        name,
        stageEntry({ cmd: 'x', deps, params: [], outs: [{ kind: 'outs', path: `${name}.out` }] }),
      );
    const graph = graphOf([
      stage('last', ['left.out', 'right.out']),
      stage('left', ['first.out']),
      stage('right', ['first.out']),
      stage('first', []),
    ]);
    const all = new Set(graph.waitsFor.keys());
    assert.equal(drawGraph(graph, all, 'tree'), 'last\n├─ left\n│  └─ first\n└─ right\n   └─ first');
    assert.match(drawGraph(graph, all, 'mermaid'), /^flowchart TD\n {2}node1\["first"\]\n[^]*node1-->node2/);
    assert.match(drawGraph(graph, all, 'dot'), /^strict digraph \{\n[^]* {2}"left" -> "last";\n/);
  });

  it('parameters and metrics are shown, and compared between revisions', async () => {
    await using rig = await registry(
      {
        'params.yaml': 'lr: 1e-07\nnet: {depth: 3}\n',
        'dvc.yaml':
          'metrics: [top.json]\nstages:\n  a:\n    cmd: cp score score.json\n    deps: [score]\n    outs: []\n    metrics: [score.json]\n',
        score: '{"acc": 0.5, "n": 7}',
        'top.json': '{"loss": 2}',
      },
      { remote: false },
    );
    await done(rig, 'repro');
    git(rig, 'add', '-A');
    git(rig, 'commit', '-qm', 'first');
    rig.write('params.yaml', 'lr: 0.1\nnet: {depth: 3, wide: true}\n');
    rig.write('score', '{"acc": 0.75, "n": 7}');
    await done(rig, 'repro');
    const rows = async (task: string, ...args: string[]): Promise<unknown[]> => {
      const { values, changes } = await done<{ values: object[]; changes: object[] }>(rig, task, ...args);
      return [...values, ...changes].map((row) => Object.values(row));
    };
    assert.deepEqual(await rows('params', 'show', 'HEAD'), [
      ['params.yaml', 'lr', 1e-7],
      ['params.yaml', 'net.depth', 3],
    ]);
    assert.deepEqual(await rows('params', 'diff'), [
      ['params.yaml', 'lr', 1e-7, 0.1, 0.1 - 1e-7],
      ['params.yaml', 'net.wide', null, true, null],
    ]);
    assert.deepEqual(await rows('metrics'), [
      ['score.json', 'acc', 0.75],
      ['score.json', 'n', 7],
      ['top.json', 'loss', 2],
    ]);
    assert.deepEqual(await rows('metrics', 'diff', 'HEAD'), [['score.json', 'acc', 0.5, 0.75, 0.25]]);
    assert.equal((await failed(rig, 'params', 'show', 'nope')).code, 'registry.revision-unknown');
    // Losses that ran away have no place among the numbers of JSON.
    rig.write('params.yaml', 'lr: .nan\nnet: {depth: -.inf, wide: true}\n');
    assert.deepEqual(await rows('params', 'diff'), [
      ['params.yaml', 'lr', 1e-7, 'nan', null],
      ['params.yaml', 'net.depth', 3, '-inf', null],
      ['params.yaml', 'net.wide', null, true, null],
    ]);
  });

  it('of parameters those are shown that stages name and that templates took', async () => {
    await using rig = await registry(
      {
        'conf.toml': 'lr = 0.5\nnever = 1\nrates = [1.0, 2]\n[[nets]]\nd = 3\nw = 4\n',
        'more.json': '{"width": 1, "height": 2}',
        'both.yaml': 'u: 1\nv: 2\n',
        'deep/params.yaml': 'p: 1\nq: 2\n',
        'deep/dvc.yaml': 'stages:\n  s: {cmd: "echo ${p}"}\n',
        'dvc.yaml': `vars: [./conf.toml, {own: 1}, both.yaml]
stages:
  one:
    cmd: echo \${own} \${lr} \${v} \${rates[-1]}
    params:
    - more.json: [width]
    - both.yaml: [u]
  each:
    foreach: \${nets}
    do: {cmd: "echo \${item.d}"}
  grid:
    matrix: {lr: [7], rate: ["\${rates[0]}"]}
    cmd: echo \${item.lr} \${item.rate} \${key}
`,
      },
      { remote: false },
    );
    git(rig, 'add', '-A');
    git(rig, 'commit', '-qm', 'first');
    rig.write('conf.toml', rig.read('conf.toml').replaceAll('= 3', '= 5').replaceAll('= 4', '= 6'));
    const { values } = await done<{ values: Record<string, unknown>[] }>(rig, 'params');
    assert.deepEqual(
      values.map(({ file, name, value }) => [file, name, value]),
      [
        ['both.yaml', 'u', 1],
        ['conf.toml', 'lr', 0.5],
        ['conf.toml', 'rates.1', 2],
        ['conf.toml', 'nets.0.d', 5],
        ['conf.toml', 'rates.0', 1],
        ['deep/params.yaml', 'p', 1],
        ['more.json', 'width', 1],
      ],
    );
    const { changes } = await done<{ changes: unknown[] }>(rig, 'params', 'diff');
    assert.deepEqual(changes, [{ file: 'conf.toml', name: 'nets.0.d', before: 3, after: 5, growth: 2 }]);
  });

  it('a file of values that is broken or missing is named, and the others are shown', async () => {
    await using rig = await registry(
      {
        'params.yaml': 'lr: 1\n',
        'more.yaml': 'depth: 3\n',
        'dvc.yaml':
          'params: [more.yaml, none.yaml]\nmetrics: [top.json, none.json]\nstages:\n  a:\n    cmd: cp score score.json\n    deps: [score]\n    metrics: [score.json]\n',
        'sub/dvc.yaml': 'metrics: [own.json]\n',
        'sub/own.json': '{"own": 3}',
        score: '{"acc": 0.5}',
        'top.json': '{"loss": 2}',
      },
      { remote: false },
    );
    await done(rig, 'repro');
    git(rig, 'add', '-A');
    git(rig, 'commit', '-qm', 'first');
    const shown = async (task: string, ...args: string[]) => {
      type Shown = Record<'values' | 'changes' | 'unread', readonly Record<'file' | 'revision' | 'why', string>[]>;
      const { values, changes, unread } = await done<Shown>(rig, task, ...args);
      return {
        files: [...values, ...changes].map(({ file }) => file),
        unread: unread.map(({ revision, why }) => `${revision ?? 'here'}: ${why}`),
      };
    };
    const noMetrics = 'none.json is not there';
    rig.write('top.json', '{"loss": ');
    const { files, unread } = await shown('metrics');
    assert.deepEqual(files, ['score.json', 'sub/own.json']);
    assert.deepEqual([unread[0], unread.length], [`here: ${noMetrics}`, 2]);
    assert.match(unread[1] ?? '', /^here: top\.json:1: ./);
    rig.write('top.json', '{"loss": 1}');
    assert.deepEqual(await shown('metrics', 'diff'), {
      files: ['top.json'],
      unread: [`HEAD: ${noMetrics}`, `here: ${noMetrics}`],
    });
    // No stage can be filled in; what the pipeline files name themselves is known all the same.
    rig.write('params.yaml', 'lr: [');
    const broken = await shown('metrics');
    assert.deepEqual(broken.files, ['sub/own.json', 'top.json']);
    assert.equal(broken.unread.length, 2);
    assert.deepEqual((await shown('params', 'show')).files, ['more.yaml']);
    rig.write('sub/dvc.yaml', 'nonsense: 1\n');
    assert.deepEqual((await shown('params', 'show')).unread.length, 3);
    const { stdout } = await rig.runner('run', 'registry:params', 'diff');
    assert.match(stdout, /not read at HEAD: none\.yaml is not there\n(?:not read: .*\n)*not read: .*nonsense/);
  });
});
