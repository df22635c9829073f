import { deepEqual, equal } from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { tempFolder, type TempFolder } from '../config/temp-folder.ts';
import { cached, ids, manifest, open, openUntilCached, plugin, shipped } from './sample-plugins.ts';

describe('the cache of a catalogue', () => {
  it('is what was built', async () => {
    using folder = tempFolder({ 'runner.yaml': 'plugins: [plugin-shipped, ./ours.ts]\n', 'ours.ts': plugin('ours') });
    folder.linkCore();
    shipped(folder);
    deepEqual(cached(folder), undefined);
    const catalogue = await openUntilCached(folder);
    deepEqual(cached(folder), catalogue);
  });

  const changes: readonly [name: string, change: (folder: TempFolder) => void][] = [
    [
      'the config',
      (folder) => folder.write('runner.yaml', 'plugins: [plugin-shipped, plugin-absent, ./ours.ts] # more\n'),
    ],
    ['a manifest', (folder) => shipped(folder, 'plugin-shipped', JSON.stringify({ ...manifest, name: 'other' }))],
    ['a local plugin', (folder) => folder.write('ours.ts', plugin('others'))],
    ['what a local plugin imports', (folder) => folder.write('part.ts', 'export const part = 2;')],
    [
      'a package that is installed at last',
      (folder) => shipped(folder, 'plugin-absent', JSON.stringify({ ...manifest, name: 'late' })),
    ],
    [
      'the folder it was made in',
      (folder) =>
        folder.write(
          '.runner/cache/catalogue.json',
          readFileSync(folder.path('.runner/cache/catalogue.json'), 'utf8').replace('runner.yaml', 'runner.yml'),
        ),
    ],
    ['a damaged file', (folder) => folder.write('.runner/cache/catalogue.json', '{"cache":1,')],
  ];
  for (const [name, change] of changes) {
    it(`is no longer true after a change of ${name}`, async () => {
      using folder = tempFolder({
        'runner.yaml': 'plugins: [plugin-shipped, plugin-absent, ./ours.ts]\n',
        'ours.ts': plugin('ours', "import './part.ts';"),
        'part.ts': 'export const part = 1;',
      });
      folder.linkCore();
      shipped(folder);
      await openUntilCached(folder);
      change(folder);
      equal(cached(folder), undefined);
    });
  }

  it('is not kept while a plugin cannot be imported', async () => {
    using folder = tempFolder({ 'runner.yaml': 'plugins: [./bad.ts]\n', 'bad.ts': "throw new Error('x')" });
    await open(folder);
    equal(existsSync(folder.path('.runner/cache/catalogue.json')), false);
  });

  it('is empty outside a project', () => {
    using folder = tempFolder();
    deepEqual(cached(folder), { dir: folder.dir, plugins: [], disabled: [], pipelines: [], stores: [] });
  });

  it('is read without zod and yaml', () => {
    const module = fileURLToPath(new URL('../../src/plugins/catalogue-cache.ts', import.meta.url));
    const script = `
      import { registerHooks } from 'node:module';
      const seen = [];
      registerHooks({ resolve(specifier, context, next) { seen.push(specifier); return next(specifier, context); } });
      await import(${JSON.stringify(module)});
      console.log(seen.filter((name) => !name.startsWith('node:') && !/^[./]/.test(name)).join());
    `;
    equal(execFileSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8' }).trim(), '');
  });

  it('asks a local plugin again only when its source changed', async () => {
    using folder = tempFolder({
      'runner.yaml': 'plugins: [./ours.ts]\n',
      'ours.ts': plugin(
        'ours',
        "import { appendFileSync } from 'node:fs';\nappendFileSync(import.meta.dirname + '/imports', 'x');",
      ),
    });
    folder.linkCore();
    await open(folder);
    folder.write('runner.yaml', 'plugins: [./ours.ts]\nlanes: {}\n');
    deepEqual(ids(await open(folder)), ['ours:build']);
    equal(readFileSync(folder.path('imports'), 'utf8'), 'x');
  });
});
