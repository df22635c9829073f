import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { createRig, type ProjectRig } from '@dataset-runner/core/testing';
import { skip } from '../support/skip.ts';
import { pythonWith } from './python-venv.ts';

const pipeline = `# what we do
vars:
- more.json

stages:
  prep:
    cmd: mkdir -p mid && cat in/*/* > mid/all.txt && cp run.sh mid/ # why
    deps:
      - in
      - run.sh
    outs:
      - mid
  each:
    foreach: \${names}
    do:
      cmd: cp mid/all.txt \${item}.txt && echo \${train.lr} >> \${item}.txt
      deps: [mid]
      params: [train.lr, train.big, train.deep]
      outs:
      - \${item}.txt
  grid:
    matrix:
      size: [1, 2.0]
      flip: [true]
    cmd: echo \${item.size} \${item.flip} \${key} > grid-\${key}
    deps: [x.txt]
    outs: ["grid-\${key}"]
  score:
    wdir: sub
    cmd:
    - cat ../x.txt ../y.txt > count && chmod +x count
    - 'echo "{\\"n\\": 1.5, \\"l\\": [1, 2]}" > m.json'
    deps:
    - ../x.txt
    - ../y.txt
    params:
    - ../more.json:
    outs:
    - count
    - empty:
        persist: true
    metrics:
    - m.json:
        cache: false
`;

const files = {
  'dvc.yaml': pipeline,
  'params.yaml':
    'train:\n  lr: 1e-07\n  big: 10000000000000000000\n  deep: {b: 1.0, a: "yes", n: null}\nnames:\n- x\n- y\n',
  'more.json': '{"width": 3, "ünï": [1.50, true]}',
  'in/one/a b': 'a\n',
  'in/ü/😀.txt': 'crlf\r\n',
  'run.sh': '#!/bin/sh\n',
  'sub/empty/keep': '',
};

describe('pipelines beside dvc', function () {
  this.timeout(300_000);
  let dvc: (rig: ProjectRig, ...args: readonly string[]) => string = () => '';

  before(function () {
    const venv = pythonWith('dvc-3.67.1', ['dvc==3.67.1']);
    if (typeof venv === 'string') skip(this, venv);
    const program = join(dirname(venv.python), 'dvc');
    dvc = (rig, ...args) =>
      execFileSync(program, args, {
        cwd: rig.dir,
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'pipe'],
        env: { ...process.env, DVC_NO_ANALYTICS: '1', SHELL: '/bin/sh', DVC_SITE_CACHE_DIR: join(rig.dir, '.site') },
      });
  });

  async function project(more: { readonly [path: string]: string } = {}): Promise<ProjectRig> {
    const rig = await createRig({
      packages: ['@dataset-runner/plugin-registry', '@dataset-runner/kit'],
      config: "plugins: ['@dataset-runner/plugin-registry']\n",
      files: { ...files, ...more },
      env: { SHELL: '/bin/sh' },
    });
    execFileSync('git', ['init', '-q', '-b', 'main'], { cwd: rig.dir });
    dvc(rig, 'init', '-q');
    rig.write('.dvcignore', 'node_modules\n.runner\n.site\n');
    return rig;
  }

  it('after our repro dvc has nothing to do, and the same files stand in its places', async () => {
    await using ours = await project();
    await using theirs = await project();
    const { code, stderr } = await ours.runner('run', 'registry:repro');
    assert.equal(code, 0, stderr);
    dvc(theirs, 'repro');
    assert.match(dvc(ours, 'status'), /Data and pipelines are up to date/);
    assert.match(dvc(ours, 'repro'), /Data and pipelines are up to date/);
    assert.equal(ours.read('dvc.lock'), theirs.read('dvc.lock'));
    assert.deepEqual(runs(ours), runs(theirs));
    for (const file of ['.gitignore', 'sub/.gitignore']) assert.equal(ours.read(file), theirs.read(file));
    assert.deepEqual(objects(ours), objects(theirs));
  });

  it('after repro of dvc we have nothing to do', async () => {
    await using rig = await project();
    dvc(rig, 'repro');
    const before = rig.read('dvc.lock');
    const { stdout } = await rig.runner('run', 'registry:repro');
    assert.match(stdout, /Data and pipelines are up to date\./);
    assert.equal(rig.read('dvc.lock'), before);
  });

  it('each takes what the other ran from the run cache', async () => {
    await using rig = await project();
    dvc(rig, 'repro', '-q');
    for (const out of ['mid', 'x.txt', 'sub/count']) rmSync(rig.path(out), { recursive: true });
    const { report } = await rig.json('run', 'registry:repro');
    const actions = (report['result'] as { stages: { stage: string; action: string }[] }).stages;
    const restored = actions.filter(({ action }) => action === 'restored').map(({ stage }) => stage);
    assert.deepEqual(restored.sort(), ['each@x', 'prep']);
    rig.write('params.yaml', files['params.yaml'].replace('1e-07', '0.5'));
    await rig.runner('run', 'registry:repro');
    rig.write('params.yaml', files['params.yaml']);
    await rig.runner('run', 'registry:repro');
    rig.write('params.yaml', files['params.yaml'].replace('1e-07', '0.5'));
    assert.match(dvc(rig, 'repro'), /Stage 'each@x' is cached - skipping run/);
  });

  it('a lock that dvc 2 wrote is up to date for both, and stays as it is', async () => {
    await using rig = await project();
    // No line ends of Windows here: the two hashes agree on everything else.
    rig.write('in/ü/😀.txt', 'lf\n');
    dvc(rig, 'repro', '-q');
    asDvc2(rig);
    const lock = rig.read('dvc.lock');
    const said = dvc(rig, 'status');
    const { stdout } = await rig.runner('run', 'registry:repro');
    assert.match(said, /Data and pipelines are up to date/);
    assert.match(stdout, /Data and pipelines are up to date\./);
    assert.equal(rig.read('dvc.lock'), lock);
  });

  it('a stage written by either is the same text', async () => {
    await using rig = await project();
    const parts = ['-d', 'in', '-d', 'run.sh', '-o', 'made', '-p', 'train.lr,names', '-p', 'more.json:width'];
    const last = ['--metrics-no-cache', 'q.json', '--', 'cp run.sh made && echo {} > q.json'];
    dvc(rig, 'stage', 'add', '-q', '-n', 'late', ...parts, '-M', 'q.json', 'cp run.sh made && echo {} > q.json');
    const theirs = rig.read('dvc.yaml');
    rig.write('dvc.yaml', pipeline);
    const { code, stderr } = await rig.runner('run', 'registry:stage-add', '--name', 'late', ...parts, ...last);
    assert.equal(code, 0, stderr);
    assert.equal(rig.read('dvc.yaml'), theirs);
  });
});

function runs(rig: ProjectRig): { readonly [path: string]: string } {
  const root = rig.path('.dvc/cache/runs');
  const names = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((name) => /\w{64}\/\w{64}$/.test(name));
  return Object.fromEntries(names.sort().map((name) => [name, readFileSync(join(root, name), 'utf8')]));
}

function objects(rig: ProjectRig): string[] {
  const names = readdirSync(rig.path('.dvc/cache/files/md5'), { recursive: true, encoding: 'utf8' });
  return names.filter((name) => name.length > 30).sort();
}

// What DVC 2 left behind: no `hash:` in the lock, and objects at the top of the cache.
function asDvc2(rig: ProjectRig): void {
  rig.write(
    'dvc.lock',
    rig
      .read('dvc.lock')
      .replaceAll(/^ +hash: md5\n/gm, '')
      .replaceAll(/^( +)- path: (.*)\n +md5/gm, '$1- path: $2\n$1  md5'),
  );
  for (const name of objects(rig)) {
    mkdirSync(dirname(rig.path('.dvc/cache', name)), { recursive: true });
    renameSync(rig.path('.dvc/cache/files/md5', name), rig.path('.dvc/cache', name));
  }
}
