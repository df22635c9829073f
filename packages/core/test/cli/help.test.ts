import assert from 'node:assert/strict';
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
  });

  it('leaves files to the shell', async () => {
    assert.deepEqual(await words('diatom:build', '--file-list', ''), [':files']);
    assert.deepEqual(await words('store', 'ls', ''), ['cloud:', ':files']);
  });

  it('prints a script for each shell and knows no others', async () => {
    for (const shell of ['bash', 'zsh', 'fish']) assert.match((await cli(['completion', shell])).stdout, /__complete/);
    assert.equal((await cli(['completion', 'tcsh'])).code, 2);
  });
});
