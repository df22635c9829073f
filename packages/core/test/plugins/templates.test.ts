import { deepEqual, equal } from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { symlinkSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { loadProject } from '../../src/config/load-project.ts';
import { pluginTemplate } from '../../src/plugins/create.ts';
import { projectTemplate } from '../../src/plugins/init-template.ts';
import { loadPlugin, loadTasks } from '../../src/plugins/load.ts';
import { findPlugin } from '../../src/plugins/find.ts';
import { buildManifest, manifestText } from '../../src/plugins/build-manifest.ts';
import { detectPackageManager, installLine } from '../../src/plugins/package-manager.ts';
import { tempFolder } from '../config/temp-folder.ts';

const root = fileURLToPath(new URL('../../../..', import.meta.url));

describe('a new plugin', () => {
  it('in one file can be loaded as it is', async () => {
    using folder = tempFolder(pluginTemplate({ name: 'ours', kind: 'file', coreVersion: '0.1.0' }));
    folder.linkCore();
    const { found } = findPlugin('./plugins/ours.ts', folder.dir);
    if ('failure' in found) throw new Error(found.failure.code);
    const plugin = await loadPlugin(found.plugin, folder.dir);
    const tasks = await loadTasks(plugin, found.plugin, folder.dir);
    const manifest = buildManifest(plugin, tasks, '0.1.0');
    equal(manifest.name, 'ours');
    deepEqual(Object.keys(manifest.tasks['collect']?.params.properties ?? {}), ['from', 'out', 'types']);
    deepEqual(JSON.parse(manifestText(manifest)), manifest);
  });

  it('in a package passes its own type check', () => {
    using folder = tempFolder(pluginTemplate({ name: 'ours', kind: 'package', coreVersion: '0.1.0' }));
    symlinkSync(`${root}/node_modules`, folder.path('node_modules'), 'dir');
    const tsc = `${root}/node_modules/typescript/bin/tsc`;
    const args = [
      tsc,
      '-p',
      folder.path('tsconfig.json'),
      '--noEmit',
      '--customConditions',
      'source',
      '--rootDir',
      '/',
      '--allowImportingTsExtensions',
    ];
    equal(execFileSync(process.execPath, args, { cwd: folder.dir, encoding: 'utf8' }), '');
  }).timeout(60_000);
});

describe('a new project', () => {
  it('has a config that can be read', () => {
    using folder = tempFolder(projectTemplate({ name: 'My Data', coreVersion: '0.1.0' }));
    const { plugins, stores, pipelines } = loadProject(folder.dir, { env: {} });
    deepEqual({ plugins, stores, pipelines }, { plugins: [], stores: {}, pipelines: {} });
  });

  const names: readonly [folder: string, name: string][] = [
    ['My Data', 'my-data'],
    ['.hidden', 'hidden'],
    ['数据', 'my-datasets'],
    ['ok_1.x', 'ok_1.x'],
  ];
  for (const [folder, name] of names) {
    it(`in ${folder} is called ${name}`, () => {
      const files = projectTemplate({ name: folder, coreVersion: '0.1.0' });
      equal((JSON.parse(files['package.json'] ?? '{}') as { name: string }).name, name);
    });
  }
});

describe('the package manager', () => {
  const cases: readonly [name: string, files: { readonly [path: string]: string }, line: string][] = [
    ['is npm when nothing says', {}, 'npm install --save-dev x'],
    ['is told by the lock file', { 'yarn.lock': '' }, 'yarn add --dev x'],
    [
      'is told by package.json first',
      { 'package.json': '{"packageManager":"pnpm@9.0.0"}', 'package-lock.json': '' },
      'pnpm add --save-dev x',
    ],
    ['is found for a broken package.json', { 'package.json': '{', 'bun.lock': '' }, 'bun add --dev x'],
  ];
  for (const [name, files, line] of cases) {
    it(name, () => {
      using folder = tempFolder(files);
      equal(installLine(folder.dir, ['x']), line);
    });
  }

  it('may be that of a folder above', () => {
    using folder = tempFolder({ 'pnpm-lock.yaml': '', 'a/b/c': '' });
    equal(detectPackageManager(folder.path('a', 'b')), 'pnpm');
  });
});
