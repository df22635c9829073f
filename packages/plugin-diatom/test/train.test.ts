import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, symlinkSync } from 'node:fs';
import { mkdtempDisposable } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { ProjectRig } from '@dataset-runner/core/testing';
import { skip } from '../../../test/support/skip.ts';
import { commandMachine } from '../src/compute/command.ts';
import { discsAndNeedles } from './support/pictures.ts';
import { diatomProject, filesIn } from './support/project.ts';

const scripts = resolve('examples/diatom/train');

/** A machine that is a folder, driven by our own commands, each of which leaves a line in a log. */
function commandConfig(rig: ProjectRig, run = 'cd machine/{name} && {command}'): void {
  const line = (text: string): string[] => ['sh', '-c', text];
  const command = {
    start: line('echo start {name} >> machine.log; mkdir -p machine/{name}'),
    status: line('test -d machine/{name}'),
    send: line('cp "{from}" machine/{name}/{to}'),
    run: line(run),
    fetch: line('cp machine/{name}/{from} "{to}"'),
    stop: line('echo stop {name} >> machine.log; rm -rf machine/{name}'),
  };
  rig.write('machine.json', JSON.stringify(command));
}

function trainArgs(rig: ProjectRig, ...more: string[]): string[] {
  const scriptOf = (name: string): string => (rig.exists(name) ? `./${name}` : join(scripts, name));
  return [
    'run',
    'diatom:train',
    '--set',
    './set',
    '--out',
    './model',
    '--train',
    scriptOf('train.py'),
    '--test',
    scriptOf('test.py'),
    ...more,
  ];
}

const byCommand = ['--compute', 'command', '--command', './machine.json'];

/** Lines of the machine's log: what was started, what was stopped. */
function machineLog(rig: ProjectRig): { readonly started: string[]; readonly stopped: string[] } {
  const lines = rig.exists('machine.log') ? rig.read('machine.log').trim().split('\n') : [];
  const those = (word: string): string[] =>
    lines.filter((line) => line.startsWith(word)).map((line) => line.slice(word.length + 1));
  return { started: those('start'), stopped: those('stop') };
}

describe('diatom:train', function () {
  this.timeout(60_000);

  before(function () {
    if (spawnSync('python3', ['--version']).status !== 0) skip(this, 'python3 is not installed');
  });

  async function project(env: { readonly [name: string]: string } = {}): Promise<ProjectRig> {
    const rig = await diatomProject([], { env });
    for (const [path, bytes] of Object.entries(discsAndNeedles(8, 5))) rig.write(`set/${path}`, bytes);
    return rig;
  }

  it('trains here better than chance, deploys the model, and trains nothing twice', async () => {
    await using rig = await project();
    const { code, report, stderr } = await rig.json(...trainArgs(rig, '--deploy', './production'));
    assert.equal(code, 0, stderr);
    const result = report['result'] as { accuracy: number; trained: boolean };
    assert.equal(result.trained, true);
    assert.ok(result.accuracy > 0.8, `accuracy ${result.accuracy}`);
    const evaluation = JSON.parse(rig.read('model/evaluation.json')) as { accuracy: number; chance: number };
    assert.ok(evaluation.accuracy > evaluation.chance);
    assert.deepEqual(filesIn(rig.path('production')), ['evaluation.json', 'model.json']);
    const again = await rig.json(...trainArgs(rig, '--deploy', './production'));
    assert.equal((again.report['result'] as { trained: boolean }).trained, false);
    assert.ok((again.report['maps'] as { name: string }[]).every(({ name }) => name === 'deploy-model'));
  });

  it('names a script that writes no model, and a program that cannot be started', async () => {
    await using rig = await project();
    for (const script of ['train.py', 'test.py']) rig.write(script, 'print("done")\n');
    const failureOf = async (...more: string[]): Promise<string> => {
      const { code, report } = await rig.json(...trainArgs(rig, ...more));
      assert.equal(code, 1);
      const [failure] = report['failures'] as { readonly code: string; readonly message: string }[];
      return `${failure?.code}: ${failure?.message}`;
    };
    assert.match(await failureOf(), /^diatom\.file-missing: .*diatom-train-\w+ has no model\.json$/);
    rig.write('python', 'no program\n');
    assert.match(
      await failureOf('--python', rig.path('python')),
      /^diatom\.program-failed: .*python -m zipfile .* could not be started: EACCES$/,
    );
  });

  it('takes an evaluation that is no JSON, or has no number, for one without an accuracy', async () => {
    await using rig = await project();
    const writer = (flag: string, text: string): string =>
      `import sys\nopen(sys.argv[sys.argv.index("${flag}") + 1], "w").write(${JSON.stringify(text)})\n`;
    rig.write('train.py', writer('--model', 'a model'));
    for (const [text, wanted] of [
      ['{"accuracy": NaN}', true],
      ['class,right\n', true],
      ['class,right\n', false],
    ] as const) {
      rig.write('test.py', writer('--out', text));
      const { code, stderr, report } = await rig.json(...trainArgs(rig));
      assert.equal(code, 0, stderr);
      const { accuracy, trained } = report['result'] as { accuracy: number | null; trained: boolean };
      assert.deepEqual([accuracy, trained], [null, wanted]);
    }
  });

  it('drives any machine by its commands and stops it once', async () => {
    await using rig = await project();
    commandConfig(rig);
    const { code, stdout, stderr } = await rig.runner(...trainArgs(rig, ...byCommand));
    assert.equal(code, 0, stdout + stderr);
    const { started, stopped } = machineLog(rig);
    assert.equal(started.length, 1);
    assert.deepEqual(stopped, started);
    // Up to date: no machine is started for it, and so none is stopped.
    assert.equal((await rig.runner(...trainArgs(rig, ...byCommand))).code, 0);
    assert.equal(machineLog(rig).started.length, 1);
    assert.equal(machineLog(rig).stopped.length, 1);
  });

  it('stops the machine when training fails, and says what the script said', async () => {
    await using rig = await project();
    commandConfig(rig);
    rig.write('train.py', 'import sys\nsys.exit("the loss is not a number")\n');
    const { code, stdout, stderr } = await rig.runner(...trainArgs(rig, ...byCommand));
    assert.equal(code, 1);
    assert.match(stdout + stderr, /the loss is not a number/);
    const { started, stopped } = machineLog(rig);
    assert.deepEqual(stopped, started);
    assert.equal(rig.exists('model/model.json'), false);
  });

  it('shows of a progress bar what a terminal would leave, and nothing that moves the cursor of the reader', async () => {
    await using rig = await project();
    rig.write(
      'train.py',
      `import sys\nfor i in range(20000): sys.stdout.write("\\rbatch %09d [=====>        ]" % i + " " * 40)\nsys.stdout.write("x" * 5000 + "\\n\\x1b]0;mine\\x07\\x1b[2J\\x00red\\tlight\\u202e\\r\\n")\nsys.stdout.flush()\nsys.exit("out of memory")\n`,
    );
    const { code, report } = await rig.json(...trainArgs(rig));
    assert.equal(code, 1);
    const [failure] = report['failures'] as { readonly message: string }[];
    const lines = (failure?.message ?? '').split('\n').slice(1);
    assert.match(lines[0] ?? '', /^batch 000019999 \[=====> {8}\] {40}x+…$/);
    assert.equal(lines[0]?.length, 1001);
    assert.deepEqual(lines.slice(1), ['red light', 'out of memory']);
  });

  it('refuses names of model and evaluation that would only fail after the training', async () => {
    await using rig = await project();
    commandConfig(rig);
    const same = ['--model', 'a.json', '--evaluation', 'a.json'];
    const names = ['../model.json', 'sub/model.json', '-m.json', 'train.py', 'set.zip', 'training.json', '.pid'];
    for (const wrong of [same, ...names.map((name) => [`--model=${name}`])]) {
      const { code, stdout, stderr } = await rig.runner(...trainArgs(rig, ...byCommand, ...wrong));
      assert.equal(code, wrong === same ? 1 : 2, wrong.join(' '));
      assert.match(stdout + stderr, /must be a plain file name|are both called a\.json/);
    }
    assert.deepEqual(machineLog(rig).started, []);
  });

  it('names what a command that fetches files did not bring', async () => {
    await using rig = await project();
    commandConfig(rig);
    const machine = JSON.parse(rig.read('machine.json')) as object;
    rig.write('machine.json', JSON.stringify({ ...machine, fetch: ['true'] }));
    const { code, report } = await rig.json(...trainArgs(rig, ...byCommand));
    assert.equal(code, 1);
    const [failure] = report['failures'] as { readonly code: string; readonly message: string }[];
    assert.equal(failure?.code, 'diatom.file-missing');
    assert.match(failure?.message ?? '', /^diatom-train-\w+ has no model\.json$/);
  });

  it('stops a machine that could not be started whole', async () => {
    await using rig = await project();
    commandConfig(rig);
    const machine = JSON.parse(rig.read('machine.json')) as { start: string[] };
    machine.start = ['sh', '-c', 'echo start {name} >> machine.log; echo no quota >&2; exit 3'];
    rig.write('machine.json', JSON.stringify(machine));
    const { code, stdout, stderr } = await rig.runner(...trainArgs(rig, ...byCommand));
    assert.equal(code, 1);
    assert.match(stdout + stderr, /no quota/);
    assert.deepEqual(machineLog(rig).stopped, machineLog(rig).started);
  });

  it('stops the machine after two interrupts, with code 130', async () => {
    await using rig = await project();
    commandConfig(rig);
    rig.write('train.py', 'import time\nopen("../../training", "w").close()\ntime.sleep(60)\n');
    const running = rig.start(...trainArgs(rig, ...byCommand));
    while (!rig.exists('training')) await delay(20);
    running.process.kill('SIGINT');
    await delay(300);
    running.process.kill('SIGINT');
    assert.equal((await running.ended).code, 130);
    const { started, stopped } = machineLog(rig);
    assert.equal(started.length, 1);
    assert.deepEqual(stopped, started);
  });

  it('stops the machine of a killed run as the first act of the next', async () => {
    await using rig = await project();
    commandConfig(rig);
    rig.write('train.py', 'import time\nopen("../../training", "w").close()\ntime.sleep(60)\n');
    const running = rig.start(...trainArgs(rig, ...byCommand));
    while (!rig.exists('training')) await delay(20);
    running.process.kill('SIGKILL');
    await running.ended;
    assert.equal(machineLog(rig).stopped.length, 0);
    rig.write('train.py', 'import sys\nsys.exit(1)\n');
    await rig.runner(...trainArgs(rig, ...byCommand));
    const { started, stopped } = machineLog(rig);
    assert.equal(started.length, 2);
    assert.deepEqual(stopped, started);
    assert.ok(rig.read('machine.log').startsWith(`start ${started[0]}\nstop ${started[0]}\nstart`));
  });

  it('ends a local training of a killed run, and removes its folder', async function () {
    if (!existsSync('/proc')) skip(this, 'processes are looked up in /proc');
    // Temporary folders are often links to a larger disk.
    await using disk = await mkdtempDisposable(join(tmpdir(), 'diatom-disk-'));
    const link = join(disk.path, 'tmp');
    symlinkSync(disk.path, link);
    await using rig = await project({ TMPDIR: link });
    rig.write(
      'train.py',
      `import os, time\nopen(${JSON.stringify(rig.path('training'))}, "w").write(os.getcwd() + " " + str(os.getpid()))\ntime.sleep(60)\n`,
    );
    const running = rig.start(...trainArgs(rig));
    while (!rig.exists('training') || !rig.read('training').includes(' ')) await delay(20);
    const [folder = '', pid = ''] = rig.read('training').split(' ');
    running.process.kill('SIGKILL');
    await running.ended;
    assert.ok(existsSync(`/proc/${pid}`));
    rig.write('train.py', 'import sys\nsys.exit(1)\n');
    await rig.runner(...trainArgs(rig));
    assert.equal(existsSync(folder), false);
    while (existsSync(`/proc/${pid}`)) await delay(20);
  });

  it('waits for a command that stops the machine no longer than it may take', async () => {
    const words = ['sh', '-c', 'echo stopping {name}; sleep 60'];
    const lines = { start: words, send: words, run: words, fetch: words, stop: words, readyTimeoutMs: 1 };
    const tools = { log: () => undefined, signal: new AbortController().signal };
    const startedMs = performance.now();
    await assert.rejects(
      commandMachine('gpu1', { ...lines, stopTimeoutMs: 200 }, tools).stop(),
      /took too long and was ended:\nstopping gpu1/,
    );
    assert.ok(performance.now() - startedMs < 20_000);
  });

  it('says which settings a kind of machine lacks', async () => {
    await using rig = await project();
    const { code, stdout, stderr } = await rig.runner(...trainArgs(rig, '--compute', 'ssh'));
    assert.notEqual(code, 0);
    assert.match(stdout + stderr, /compute 'ssh' needs the param 'ssh'/);
  });
});
