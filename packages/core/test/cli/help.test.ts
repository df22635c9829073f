import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { commandClasses } from '../../src/cli/command-table.ts';
import { commandSpecs } from '../../src/cli/spec/commands.ts';
import { textWidth } from '../../src/report/width.ts';
import { matchesGolden } from '../report/support/golden.ts';
import { cli } from './support/fake-cli.ts';
import { sampleCatalogue } from './support/sample-project.ts';

const golden = (name: string): URL => new URL(`./golden/${name}.txt`, import.meta.url);

describe('help and lists', () => {
  it('names every way to work, and the tasks of the project', async () => {
    const { code, stdout, stderr } = await cli([]);
    assert.equal(code, 0);
    assert.equal(stderr, '');
    matchesGolden(golden('root-help'), stdout);
    assert.equal((await cli(['--help'])).stdout, stdout);
    assert.equal((await cli(['help'])).stdout, stdout);
  });

  it('of a task shows its params with types, defaults and what is required', async () => {
    const { stdout } = await cli(['diatom:build', '--help']);
    matchesGolden(golden('task-help'), stdout);
    for (const argv of [
      ['run', 'diatom:build', '--help'],
      ['help', 'diatom:build'],
      ['diatom:build', '--seed', '2', '-h'],
    ]) {
      assert.equal((await cli(argv)).stdout, stdout, argv.join(' '));
    }
  });

  it('of every command fits a terminal of 80 columns and has an example that is the command', async () => {
    for (const spec of commandSpecs) {
      const { code, stdout } = await cli([...spec.name.split(' '), '--help']);
      assert.equal(code, 0);
      for (const line of stdout.split('\n').filter((text) => !text.includes('$')))
        assert.ok(textWidth(line) <= 80, line);
      assert.ok(
        spec.examples.some((example) => example.includes(`runner ${spec.name}`)),
        spec.name,
      );
    }
  });

  it('of clean names what it removes and what it keeps', async () => {
    const stdout = (await cli(['clean', '--help'])).stdout.replace(/\s+/g, ' ');
    assert.match(stdout, /half-done downloads/);
    assert.match(stdout, /records of runs are kept/);
    assert.doesNotMatch(stdout, /old logs/);
  });

  it('lists tasks, pipelines and what is off, with the remedy', async () => {
    matchesGolden(golden('tasks'), (await cli(['tasks'])).stdout);
    const { stdout } = await cli(['tasks', '--json']);
    const listed = JSON.parse(stdout) as { readonly tasks: readonly { readonly id: string }[] };
    assert.deepEqual(
      listed.tasks.map((task) => task.id),
      ['diatom:build'],
    );
  });

  it('says what to do where there is no project, and where there is no plugin', async () => {
    const { configFile: _, ...nowhere } = sampleCatalogue;
    const empty = { plugins: [], disabled: [], pipelines: [] };
    assert.match((await cli(['tasks'], {}, { ...nowhere, ...empty })).stdout, /runner init/);
    const { code, stderr } = await cli(['run', 'diatom:build'], {}, { ...nowhere, ...empty });
    assert.equal(code, 2);
    assert.match(stderr, /There is no runner\.yaml in .* or above it {2}\[config\.missing\]/);
    assert.match((await cli(['tasks'], {}, { ...sampleCatalogue, ...empty })).stdout, /runner plugins add/);
  });

  it('prints the version', async () => {
    for (const word of ['--version', '-v', 'version']) assert.equal((await cli([word])).stdout, 'runner 1.2.3\n');
  });

  it('has a class for every command and a command for every class', () => {
    assert.deepEqual(Object.keys(commandClasses).toSorted(), commandSpecs.map((spec) => spec.name).toSorted());
    for (const command of Object.values(commandClasses)) assert.equal(typeof command?.start, 'function');
  });
});

describe('completion', () => {
  const words = async (...argv: string[]): Promise<string[]> =>
    (await cli(['__complete', ...argv])).stdout
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => line.split('\t')[0] ?? '');

  it('offers commands and tasks first', async () => {
    assert.deepEqual(await words('d'), ['doctor', 'diatom:build']);
    assert.deepEqual(await words('run', ''), ['diatom:build', 'weekly']);
  });

  it('offers the flags of a task and of run, and the values of choices', async () => {
    assert.deepEqual(await words('run', 'diatom:build', '--f'), ['--file-list', '--format', '--force']);
    assert.deepEqual(await words('diatom:build', '--no'), ['--no-checks', '--no-wait']);
    assert.deepEqual(await words('diatom:build', '--format', ''), ['zip', 'tar']);
    assert.deepEqual(await words('diatom:build', '--on-failure', 's'), ['stop']);
    assert.deepEqual(await words('diatom:build', '--format=z'), ['--format=zip']);
    assert.deepEqual(await words('diatom:build', '--file-list=./a'), [':files']);
    assert.ok((await words('diatom:build', 'cloud:', '')).includes('--no-checks'));
    assert.ok(!(await words('diatom:build', 'cloud:', '')).includes('--checks'));
  });

  it('leaves files to the shell', async () => {
    assert.deepEqual(await words('diatom:build', '--file-list', ''), [':files']);
    assert.deepEqual(await words('store', 'ls', ''), ['cloud:', ':files']);
  });

  // What bash asks the runner at a line, and what it would put in the place of the word after its last break.
  async function inBash(line: string, ...candidates: string[]): Promise<{ asked: string[]; replies: string[] }> {
    const script = `${(await cli(['completion', 'bash'])).stdout}
      exec 3>&1
      runner() { printf '<%s>' "$@" >&3; printf '%s\tabout\n' "\${candidates[@]}"; }
      candidates=("\${@:2}") COMP_LINE="$1" COMP_POINT=\${#1} COMP_WORDBREAKS=$' \t\n"=:' COMPREPLY=()
      _runner
      printf '\n'
      printf '<%s>' "\${COMPREPLY[@]}"`;
    const { stdout, stderr } = spawnSync('bash', ['-c', script, 'bash', line, ...candidates], { encoding: 'utf8' });
    assert.equal(stderr, '');
    const [asked = [], replies = []] = stdout.split('\n').map((told) => told.slice(1, -1).split('><'));
    return { asked, replies };
  }

  it('keeps words together in bash that quotes, backslashes, colons and = would part', async function () {
    if (spawnSync('bash', ['--version']).error !== undefined) this.skip();
    for (const [line, last, candidate, reply] of [
      ['runner run diatom:b', 'diatom:b', 'diatom:build', 'build'],
      ["runner run 'diatom:b", 'diatom:b', 'diatom:build', 'diatom:build'],
      ['runner run diatom:build --format=z', '--format=z', '--format=zip', 'zip'],
      ["runner run diatom:build --out 'my set' --f", '--f', '--format', '--format'],
      ['runner run diatom:build --out my\\ set --f', '--f', '--format', '--format'],
      ['runner run  diatom:build ', '', '--out', '--out'],
    ] as const) {
      const { asked, replies } = await inBash(line, candidate);
      assert.deepEqual([asked[0], asked.at(-1), replies], ['__complete', last, [reply]], line);
      if (line.includes('set')) assert.deepEqual(asked.slice(1, -1), ['run', 'diatom:build', '--out', 'my set'], line);
    }
  });

  it('prints a script for each shell and knows no others', async () => {
    const dir = mkdtempSync(join(tmpdir(), 'runner-completion-'));
    for (const shell of ['bash', 'zsh', 'fish']) {
      const { stdout } = await cli(['completion', shell]);
      assert.match(stdout, /__complete/);
      const file = join(dir, `script.${shell}`);
      writeFileSync(file, stdout);
      const parsed = spawnSync(shell, ['-n', file], { encoding: 'utf8' });
      if (parsed.error === undefined) assert.deepEqual([parsed.status, parsed.stderr], [0, ''], shell);
    }
    rmSync(dir, { recursive: true });
    assert.equal((await cli(['completion', 'tcsh'])).code, 2);
  });
});
