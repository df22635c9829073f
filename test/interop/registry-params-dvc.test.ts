import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { createRig, type ProjectRig } from '@dataset-runner/core/testing';
import { skip } from '../support/skip.ts';
import { type Dvc, dvcOf, git } from './dvc.ts';

const python = `"""What is learned, and how."""
import os

LR = 1e-7
STEPS: int = 1_000_000
SIZES = (16, 2.50, "x")
DEEP = {"b": [1, None], "a": {"c": True, "n": -3}}
PATTERN = r"\\d" 'it\\'s'
NAMES = {0: "cat", 10: "ten", 9: {1.5: "x"}}
TEXT = """one
two"""
HOME = os.environ.get("HOME", "")
SECONDS = 60 * 60


class Train:
    epochs = 3

    class Inner:
        rate: float = 1.0

    def __init__(self, n=2):
        self.workers = 5
        self.other = n


if True:
    HIDDEN = 1
`;

const toml = `# What is seen.
classes = ["cat", "dog"]
lr = 1e-7
whole = 1.0
hex = 0xff
neg = -0.0
endless = inf
name = "ü \\"x\\" \\t"
path = 'C:\\a'

[net]
depth = 3
opt.name = "adam"

[net.deep]
b = "yes"
"a.b" = 3

[[layers]]
size = 10

[[layers]]
size = 20
`;

const pipeline = `vars:
- params.toml
- model.py:DEEP
stages:
  whole:
    cmd: echo \${net.depth} \${DEEP.a.n} \${whole} > whole
    params:
    - params.toml:
    - params.py:
    outs: [whole]
  some:
    cmd: touch some
    params:
    - params.toml: [lr, net.deep, net.opt.name, layers.1.size, layers]
    - names
    - params.py: [NAMES, Train.workers, Train.Inner, LR, DEEP.a, SIZES, SIZES.1]
    outs: [some]
  each:
    foreach: \${classes}
    do:
      cmd: echo \${item} \${DEEP.b[0]} > \${item}
      outs: ["\${item}"]
`;

// Each file has values that nobody asks for.
const asked = {
  'dvc.yaml': `vars:
- ./conf.toml
- {own: {x: 1}}
- part.yaml:a,b
params: [top.yaml]
stages:
  plain:
    cmd: echo \${net.depth} \${own.x} \${list[-1].n} \${options} \${rates.0}
    params:
    - more.json: [width, deep]
    - both.yaml: [u]
    vars: [both.yaml, local.yaml]
    outs: ["\${out}-\${u}-\${v}-\${loc}"]
  each:
    foreach: \${list}
    do:
      cmd: echo \${item.n} > \${item.m}
      outs: ["\${item.m}"]
  keyed:
    foreach: \${map}
    do:
      cmd: echo \${key} \${item.q} > k\${key}
      outs: ["k\${key}"]
  written:
    foreach: [a, "\${lr}", "x\${never}"]
    do:
      cmd: echo \${item}
  grid:
    matrix:
      s: \${names}
      t: ["\${rates[1]}", 5]
      w: \${list}
    cmd: echo \${item.s} \${item.t} \${key} \${item.w.n}
  placed:
    wdir: \${dir}
    cmd: echo \${a} \${zz}
    vars: [beside.yaml, ../up.py]
`,
  'conf.toml': `out = "o"
lr = 0.5
never = 3
names = ["n1", "n2"]
rates = [1.0, 2, 3]
dir = "sub"
item = 7
[net]
depth = 3
width = 4
[options]
k = 1
[[list]]
n = 1
m = "f1"
[[list]]
n = 2
m = "f2"
[map.m1]
q = 1
r = 1
[map.m2]
q = 2
r = 2
`,
  'both.yaml': 'u: 1\nv: 2\nw: 3\n',
  'local.yaml': 'loc: 1\nfar: 2\n',
  'part.yaml': 'a: 1\nb: 2\nc: 3\n',
  'top.yaml': 't: {a: 1, b: [1, 2]}\n',
  'more.json': '{"width": 1, "height": 2, "deep": {"x": 1, "y": 2}}',
  'params.yaml': 'root: 1\nsome: {a: 2}\n',
  'up.py': 'ZZ = 1\n',
  'sub/beside.yaml': 'zz: 1\nyy: 2\n',
  'one/params.yaml': 'p: 1\nq: 2\n',
  'one/dvc.yaml': 'stages:\n  s: {cmd: "echo ${p}"}\n',
  'two/params.yaml': 'p: 1\nq: 2\n',
  'two/dvc.yaml': 'stages:\n  s: {cmd: echo}\n',
  'three/params.yaml': 'p: 1\nq: 2\n',
  'three/dvc.yaml': 'stages:\n  s: {cmd: echo, params: [q]}\n',
};

describe('parameters in TOML and Python beside dvc', function () {
  this.timeout(300_000);
  let dvc: Dvc;

  before(function () {
    const found = dvcOf('3.67.1', 'dvc==3.67.1');
    if (typeof found === 'string') skip(this, found);
    dvc = found;
  });

  async function project(files: { readonly [path: string]: string }): Promise<ProjectRig> {
    const rig = await createRig({
      packages: ['@dataset-runner/plugin-registry', '@dataset-runner/kit'],
      config: "plugins: ['@dataset-runner/plugin-registry']\n",
      files: { ...files, '.dvcignore': 'node_modules\n.runner\n', '.gitignore': 'node_modules\n.runner\n' },
      env: { SHELL: '/bin/sh' },
    });
    git(rig.dir, 'init', '-q', '-b', 'main');
    dvc.run(rig.dir, 'init', '-q');
    return rig;
  }

  const files = {
    'dvc.yaml': pipeline,
    'params.toml': toml,
    'params.py': python,
    'params.yaml': 'names: {0: cat, 10: ten, 9: {1.5: x}}\n',
    'model.py': 'DEEP = {"b": [1], "a": {"n": -3}}\n',
  };

  it('the lock is that of dvc, and each finds the work of the other done', async () => {
    await using ours = await project(files);
    await using theirs = await project(files);
    const { code, stderr } = await ours.runner('run', 'registry:repro');
    assert.equal(code, 0, stderr);
    assert.equal(dvc.status(ours.dir), '');
    dvc.run(theirs.dir, 'repro');
    assert.equal(ours.read('dvc.lock'), theirs.read('dvc.lock'));
    assert.deepEqual(runs(ours), runs(theirs));
    const { stdout } = await theirs.runner('run', 'registry:repro');
    assert.match(stdout, /Data and pipelines are up to date\./);
  });

  it('the parameters shown are those that dvc shows, of files and of templates', async () => {
    await using rig = await project(asked);
    git(rig.dir, 'commit', '-qm', 'nothing yet', '--allow-empty');
    const theirs = JSON.parse(dvc.run(rig.dir, 'params', 'diff', '--json')) as Record<
      string,
      Record<string, { new: unknown }>
    >;
    const wanted = Object.entries(theirs).flatMap(([file, names]) =>
      Object.entries(names).map(([name, { new: value }]) => `${file} ${name} ${String(value)}`),
    );
    for (const [action, key] of [
      ['diff', 'after'],
      ['show', 'value'],
    ] as const) {
      const { report } = await rig.json('run', 'registry:params', action);
      const { values, changes } = report['result'] as Record<'values' | 'changes', Record<string, unknown>[]>;
      const shown = [...values, ...changes].map((row) => [row['file'], row['name'], told(row[key])].join(' '));
      assert.deepEqual(shown.sort(), wanted.sort(), action);
    }
  });
});

// What the run cache knows them by: hashes over their parameters.
function runs(rig: ProjectRig): string[] {
  return readdirSync(rig.path('.dvc/cache/runs'), { recursive: true, encoding: 'utf8' }).sort();
}

// A list as DVC tells it.
function told(value: unknown): string {
  return Array.isArray(value) ? `[${value.join(', ')}]` : String(value);
}
