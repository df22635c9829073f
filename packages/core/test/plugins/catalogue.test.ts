import { deepEqual, doesNotMatch, equal, match } from 'node:assert/strict';
import { readFileSync, statSync, symlinkSync } from 'node:fs';
import { loadProject } from '../../src/config/load-project.ts';
import { loadCatalogue } from '../../src/plugins/catalogue.ts';
import { listTasks } from '../../src/plugins/manifest.ts';
import { tempFolder } from '../config/temp-folder.ts';
import { disabled, ids, manifest, open, plugin, shipped } from './sample-plugins.ts';

describe('a catalogue', () => {
  it('lists a package by the manifest it ships and runs none of its code', async () => {
    using folder = tempFolder({ 'runner.yaml': 'plugins: [plugin-shipped]\n' });
    shipped(folder);
    const catalogue = await open(folder);
    deepEqual(ids(catalogue), ['shipped:pack']);
    equal(catalogue.plugins[0]?.version, '1.2.3');
  });

  it('finds packages in folders above the project', async () => {
    using folder = tempFolder({ 'inner/runner.yaml': 'plugins: [plugin-shipped]\n' });
    shipped(folder);
    deepEqual(ids(await loadCatalogue(loadProject(folder.path('inner'), { env: {} }))), ['shipped:pack']);
  });

  it('lists a local file by importing it in a process of its own', async () => {
    using folder = tempFolder({
      'runner.yaml': 'plugins: [./plugins/ours.ts]\n',
      'plugins/ours.ts': plugin(
        'ours',
        "console.log('noise'); (globalThis as { leaked?: boolean }).leaked = true; setInterval(() => {}, 1000);",
      ),
    });
    folder.linkCore();
    const [task] = listTasks(await open(folder));
    equal(task?.id, 'ours:build');
    equal((globalThis as { leaked?: boolean }).leaked, undefined);
    deepEqual(task?.task, {
      summary: 'Builds ours.',
      params: {
        type: 'object',
        properties: {
          seed: {
            type: 'integer',
            minimum: -9007199254740991,
            maximum: 9007199254740991,
            default: 1,
            description: 'Seed of the shuffle',
          },
          out: { type: 'string' },
        },
        required: ['out'],
      },
      outputs: {
        type: 'object',
        properties: { count: { type: 'integer', minimum: -9007199254740991, maximum: 9007199254740991 } },
        required: ['count'],
        additionalProperties: false,
      },
      steps: [{ name: 'copy', version: 2, needs: 'by item', retries: 2, secrets: ['key'] }],
    });
  });

  it('has pipelines and stores of the config', async () => {
    using folder = tempFolder({ 'runner.yaml': 'stores: { cloud: ./x }\npipelines: { weekly: [a:b, c:d] }\n' });
    const { pipelines, stores } = await open(folder);
    deepEqual({ pipelines, stores }, { pipelines: [{ name: 'weekly', tasks: ['a:b', 'c:d'] }], stores: ['cloud'] });
  });

  it('leaves the schema of the config for editors, with the params of all tasks', async () => {
    using folder = tempFolder({ 'runner.yaml': 'plugins: [plugin-shipped]\n' });
    const params = { type: 'object', properties: { seed: { type: 'integer', description: 'Seed of the shuffle' } } };
    const tasks = { pack: { summary: 'Packs.', params, steps: [] } };
    shipped(folder, 'plugin-shipped', JSON.stringify({ ...manifest, tasks }));
    await open(folder);
    const file = folder.path('.runner', 'runner.schema.json');
    const schema = readFileSync(file, 'utf8');
    match(schema, /"shipped:pack"[^]*Seed of the shuffle/);
    const { ino } = statSync(file);
    folder.write('runner.yaml', 'plugins: [plugin-shipped]\nconcurrency: 2\n');
    await open(folder);
    equal(statSync(file).ino, ino);
    folder.write('runner.yaml', 'plugins: []\n');
    await open(folder);
    doesNotMatch(readFileSync(file, 'utf8'), /shipped:pack/);
  });

  const broken: readonly {
    readonly name: string;
    readonly spec: string;
    readonly files: { readonly [path: string]: string };
    readonly code: string;
    readonly says: RegExp;
  }[] = [
    {
      name: 'is not installed',
      spec: 'plugin-absent',
      files: { 'pnpm-lock.yaml': '' },
      code: 'plugin.missing',
      says: /pnpm add --save-dev plugin-absent/,
    },
    { name: 'has no file', spec: './gone.ts', files: {}, code: 'plugin.broken', says: /there is no file/ },
    {
      name: 'throws when it is imported',
      spec: './bad.ts',
      files: { 'bad.ts': "throw new Error('no licence');" },
      code: 'plugin.broken',
      says: /Error: no licence \(bad\.ts:1\)/,
    },
    {
      name: 'ends the process',
      spec: './bad.ts',
      files: { 'bad.ts': 'process.exit(7);' },
      code: 'plugin.broken',
      says: /ended the process \(7\)/,
    },
    {
      name: 'is no TypeScript Node can run',
      spec: './bad.ts',
      files: { 'bad.ts': 'enum A { B }' },
      code: 'plugin.broken',
      says: /leave out enums/,
    },
    {
      name: 'has a slip in its syntax',
      spec: './bad.ts',
      files: { 'bad.ts': 'const a = 1;\nconst b = ;\n' },
      code: 'plugin.broken',
      says: /SyntaxError: .* \(bad\.ts:2\)/,
    },
    {
      name: 'needs a package nobody installed',
      spec: './bad.ts',
      files: { 'bad.ts': "import 'no-such-package';" },
      code: 'plugin.broken',
      says: /npm install --save-dev no-such-package/,
    },
    {
      name: 'exports something else',
      spec: './bad.ts',
      files: { 'bad.ts': 'export default {};' },
      code: 'plugin.broken',
      says: /export default definePlugin/,
    },
    {
      name: 'was written for another core',
      spec: './bad.ts',
      files: { 'bad.ts': "export default { $type: 'runner.plugin', api: 2, name: 'bad', tasks: {} };" },
      code: 'plugin.api',
      says: /@dataset-runner\/core@latest/,
    },
    {
      name: 'has a task that is none',
      spec: './bad.ts',
      files: { 'bad.ts': "export default { $type: 'runner.plugin', api: 1, name: 'bad', tasks: { x: {} } };" },
      code: 'plugin.broken',
      says: /task x is not what defineTask returns/,
    },
    {
      name: 'imports a task that is none',
      spec: './bad.ts',
      files: {
        'bad.ts': "export default { $type: 'runner.plugin', api: 1, name: 'bad', tasks: { x: async () => ({}) } };",
      },
      code: 'plugin.broken',
      says: /task x is not what defineTask returns/,
    },
    {
      name: 'has a task whose import throws',
      spec: './bad.ts',
      files: {
        'bad.ts':
          "export default { $type: 'runner.plugin', api: 1, name: 'bad', tasks: { x: () => import('./x.ts') } };",
        'x.ts': "throw new Error('no licence');",
      },
      code: 'plugin.broken',
      says: /Error: no licence \(x\.ts:1\)/,
    },
    {
      name: 'takes the name of the lines of `runner store`',
      spec: './bad.ts',
      files: { 'bad.ts': "export default { $type: 'runner.plugin', api: 1, name: 'store', tasks: {} };" },
      code: 'plugin.broken',
      says: /its name must not be store, which is the runner's own/,
    },
    {
      name: 'is a package but no plugin',
      spec: 'left-pad',
      files: { 'node_modules/left-pad/package.json': '{}' },
      code: 'plugin.broken',
      says: /it is no plugin/,
    },
    {
      name: 'was not built',
      spec: 'unbuilt',
      files: { 'node_modules/unbuilt/package.json': '{"runner":{"plugin":"./dist/index.js"}}' },
      code: 'plugin.broken',
      says: /dist\/index.js is missing/,
    },
  ];
  for (const { name, spec, files, code, says } of broken) {
    it(`disables a plugin that ${name}, and lists the others`, async () => {
      using folder = tempFolder({ 'runner.yaml': `plugins: ['${spec}', plugin-shipped]\n`, ...files });
      shipped(folder);
      const catalogue = await open(folder);
      deepEqual(disabled(catalogue), [`${spec} ${code}`]);
      match(JSON.stringify(catalogue.disabled[0]?.failure), says);
      deepEqual(ids(catalogue), ['shipped:pack']);
    });
  }

  it('disables a package whose manifest is for another core, damaged, or of a name that is taken', async () => {
    using folder = tempFolder({ 'runner.yaml': 'plugins: [a, b, c, d]\n' });
    shipped(folder, 'a', JSON.stringify({ ...manifest, api: 9 }));
    shipped(folder, 'b', '{');
    shipped(folder, 'c', JSON.stringify({ ...manifest, manifest: 2 }));
    shipped(folder, 'd', JSON.stringify({ ...manifest, name: 'store' }));
    deepEqual(disabled(await open(folder)), ['a plugin.api', 'b plugin.broken', 'c plugin.broken', 'd plugin.broken']);
  });

  it('gives a name to the first plugin that has it', async () => {
    using folder = tempFolder({ 'runner.yaml': 'plugins: [one, two]\n' });
    shipped(folder, 'one');
    shipped(folder, 'two');
    const catalogue = await open(folder);
    deepEqual(disabled(catalogue), ['two plugin.duplicate']);
    deepEqual(
      catalogue.plugins.map(({ spec }) => spec),
      ['one'],
    );
  });
});

describe('a package linked from elsewhere', () => {
  it('is one module, whichever way it is reached', async () => {
    using folder = tempFolder({ 'runner.yaml': 'plugins: [linked]\n', 'node_modules/x': '' });
    shipped(folder, '../elsewhere');
    symlinkSync(folder.path('elsewhere'), folder.path('node_modules', 'linked'), 'dir');
    const { plugins } = await open(folder);
    equal(plugins[0]?.dir, folder.path('elsewhere'));
  });
});
