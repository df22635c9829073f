import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { createRig, type ProjectRig } from '@dataset-runner/core/testing';
import { discsAndNeedles } from '../../packages/plugin-diatom/test/support/pictures.ts';
import { findSshd, type Sshd, startSshd } from '../../scripts/servers/sshd.ts';
import { skip } from '../support/skip.ts';

const scripts = resolve('examples/diatom/train');

describe('diatom:train on a machine behind ssh', function () {
  this.timeout(60_000);
  let sshd: Sshd;

  before(async function () {
    const program = findSshd();
    if (program === undefined) skip(this, 'sshd is not installed');
    if (spawnSync('python3', ['--version']).status !== 0) skip(this, 'python3 is not installed');
    sshd = await startSshd(program);
  });
  after(async () => {
    await sshd?.[Symbol.asyncDispose]();
  });

  /** A project with a set of two easy shapes and the settings of the machine. */
  async function project(settings: object = {}): Promise<ProjectRig> {
    const rig = await createRig({
      packages: ['@dataset-runner/plugin-diatom', '@dataset-runner/kit'],
      config: "plugins: ['@dataset-runner/plugin-diatom']\n",
    });
    for (const [path, bytes] of Object.entries(discsAndNeedles(6, 3))) rig.write(`set/${path}`, bytes);
    const { port, user, key } = sshd;
    // ssh takes a space in an option for the end of a file's name.
    rig.write('known hosts/gpu', readFileSync(sshd.knownHosts));
    const knownHosts = rig.path('known hosts/gpu');
    rig.write(
      'gpu.json',
      JSON.stringify({ host: '127.0.0.1', port, user, key, knownHosts, folder: join(rig.dir, 'remote'), ...settings }),
    );
    return rig;
  }

  function trainArgs(train: string): string[] {
    return [
      'run',
      'diatom:train',
      '--set',
      './set',
      '--out',
      './model',
      '--train',
      train,
      '--test',
      join(scripts, 'test.py'),
      '--compute',
      'ssh',
      '--ssh',
      './gpu.json',
    ];
  }

  const leftThere = (rig: ProjectRig): string[] =>
    existsSync(rig.path('remote')) ? readdirSync(rig.path('remote')) : [];

  it('sends, trains, brings back and leaves nothing there', async () => {
    await using rig = await project();
    const { code, report, stderr } = await rig.json(...trainArgs(join(scripts, 'train.py')));
    assert.equal(code, 0, stderr);
    assert.ok((report['result'] as { accuracy: number }).accuracy > 0.6);
    assert.deepEqual(leftThere(rig), []);
  });

  it('refuses a host whose key it does not know', async () => {
    await using rig = await project();
    const settings = JSON.parse(rig.read('gpu.json')) as object;
    rig.write('nobody', '');
    rig.write('gpu.json', JSON.stringify({ ...settings, knownHosts: rig.path('nobody') }));
    const { code, stdout, stderr } = await rig.runner(...trainArgs(join(scripts, 'train.py')));
    assert.equal(code, 1);
    assert.match(stdout + stderr, /Host key verification failed/);
  });

  it('runs the stop command after a failed script, and says what it said', async () => {
    await using rig = await project({
      start: ['sh', '-c', 'echo start {name} >> machine.log'],
      stop: ['sh', '-c', 'echo stop {name} >> machine.log'],
    });
    rig.write('train.py', 'import sys\nsys.exit("out of memory")\n');
    const { code, stdout, stderr } = await rig.runner(...trainArgs('./train.py'));
    assert.equal(code, 1);
    assert.match(stdout + stderr, /out of memory/);
    assert.match(rig.read('machine.log'), /^start (\S+)\nstop \1\n$/);
    assert.deepEqual(leftThere(rig), []);
  });

  it('ends the training of a killed run on the machine, and stops it before the next', async () => {
    await using rig = await project({
      start: ['sh', '-c', 'echo start {name} >> machine.log'],
      stop: ['sh', '-c', 'echo stop {name} >> machine.log'],
    });
    const note = rig.path('training');
    // What loads pictures is a child of a child.
    const worker = `sh -c 'echo $$ > "${note}"; exec sleep 60' & wait`;
    rig.write('train.py', `import subprocess\nsubprocess.run(["sh", "-c", ${JSON.stringify(worker)}])\n`);
    const running = rig.start(...trainArgs('./train.py'));
    while (!existsSync(note) || !readFileSync(note, 'utf8').endsWith('\n')) await delay(20);
    running.process.kill('SIGKILL');
    await running.ended;
    const pid = readFileSync(note, 'utf8').trim();
    rig.write('train.py', 'import sys\nsys.exit(1)\n');
    await rig.runner(...trainArgs('./train.py'));
    const isAlive = (): boolean => spawnSync('kill', ['-0', pid]).status === 0;
    for (let waited = 0; isAlive() && waited < 100; waited++) await delay(50);
    assert.equal(isAlive(), false);
    assert.match(rig.read('machine.log'), /^start (\S+)\nstop \1\nstart (\S+)\nstop \2\n$/);
    assert.deepEqual(leftThere(rig), []);
  });
});
