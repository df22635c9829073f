import assert from 'node:assert/strict';
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
    - params.py: [Train.workers, Train.Inner, LR, DEEP.a, SIZES, SIZES.1]
    outs: [some]
  each:
    foreach: \${classes}
    do:
      cmd: echo \${item} \${DEEP.b[0]} > \${item}
      outs: ["\${item}"]
`;

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
    const { stdout } = await theirs.runner('run', 'registry:repro');
    assert.match(stdout, /Data and pipelines are up to date\./);
  });
});
